/**
 * The vCPU as the run loop, and what watches over a guest, see it.
 *
 * @module
 */
import type { PollSet } from "./module.ts";
import type { Permit } from "./policy.ts";

/** Why a vCPU came back from the guest. */
export const VcpuExit = {
  /** The guest wrote 32 bits to an I/O port: see `port` and `portData`. */
  PORT_WRITE: 0,
  /** A signal came, perhaps one that ends the guest: look, then run on. */
  INTERRUPTED: 1,
  /** Anything else: `fault()` says what. */
  FAULT: 2,
  /** The guest halted the processor: a fault, unless a debugger had it do so. */
  HALTED: 3,
  /** The guest met what {@link VcpuDebug.debug} asked for. */
  DEBUG: 4,
} as const;

/** The general registers of x86_64, in the order of `struct kvm_regs`. */
export const GENERAL_REGISTERS = [
  "rax",
  "rbx",
  "rcx",
  "rdx",
  "rsi",
  "rdi",
  "rsp",
  "rbp",
  "r8",
  "r9",
  "r10",
  "r11",
  "r12",
  "r13",
  "r14",
  "r15",
  "rip",
  "rflags",
] as const;

/** The segment registers of x86_64. */
export const SEGMENT_REGISTERS = ["cs", "ds", "es", "fs", "gs", "ss"] as const;

/** What a vCPU of x86_64 holds at one moment. */
export interface VcpuState {
  /** The general registers. */
  readonly general: Readonly<Record<(typeof GENERAL_REGISTERS)[number], bigint>>;
  /** The segment registers. */
  readonly segments: Readonly<
    Record<
      (typeof SEGMENT_REGISTERS)[number],
      { readonly selector: number; readonly base: bigint }
    >
  >;
}

/** What a debug register looks out for (Intel SDM 3B 17.2). */
export interface HardwareStop {
  /** An instruction, a write, or a write or read. */
  readonly kind: "execute" | "write" | "access";
  /** Where: a multiple of `bytes`. */
  readonly address: bigint;
  /** How much of memory; 1 for an instruction. */
  readonly bytes: 1 | 2 | 4 | 8;
}

/** Debug registers that hold an address. */
export const HARDWARE_STOPS = 4;

/** Where a guest is to stop for a debugger. */
export interface DebugRequest {
  /** After its next instruction. */
  readonly step: boolean;
  /** Where the debug registers say, {@link HARDWARE_STOPS} at most. */
  readonly stops: readonly HardwareStop[];
}

/** A vCPU as a debugger needs it, in addition. */
export interface VcpuDebug {
  /**
   * Makes what `Vcpu.state`, and for debugging the methods here, need: nothing is
   * made any more later.
   *
   * @returns what they call
   */
  prepare(use: "state" | "debugging"): readonly Permit[];
  /** Which `stops` the latest {@link VcpuExit.DEBUG} met, a bit each. */
  readonly stopsMet: number;
  /** Sets where the guest is to stop, from its next instruction on. */
  debug(request: DebugRequest): void;
  /** Writes the general registers. */
  setGeneral(registers: VcpuState["general"]): void;
  /** Reads x87 and SSE registers: 512 bytes as FXSAVE has them (Intel SDM 1 10.5). */
  floatingPoint(): Uint8Array<ArrayBuffer>;
  /** Writes them. */
  setFloatingPoint(image: Uint8Array): void;
  /**
   * Finishes the instruction that wrote to a port, and none behind it. Without
   * this the guest may still be before it, until it runs on.
   */
  settle(): void;
}

/** The vCPU of a guest. */
export interface Vcpu {
  /** What POLL waits on; also ends `run` when a signal comes. */
  readonly polls: PollSet;
  /** The port of the latest {@link VcpuExit.PORT_WRITE}. */
  readonly port: number;
  /** The 32 bits that were written to it. */
  readonly portData: number;
  /**
   * Runs the guest until it needs the tender.
   *
   * @returns one of {@link VcpuExit}
   */
  run(): number;
  /**
   * Address of the guest's instruction now. Where the latest exit was a port
   * access, of the one behind it.
   */
  instructionPointer(): bigint;
  /** Reads the registers. */
  state(): VcpuState;
  /**
   * Why the latest run was a {@link VcpuExit.FAULT}. To be asked before
   * {@link instructionPointer}, which runs the vCPU once more.
   */
  fault(): Error;
  /**
   * SIGINT, SIGTERM and these signals end {@link run} and every wait from now
   * on.
   */
  catchSignals(more: readonly number[]): void;
  /** The guest has ended; the signals stay caught. */
  rest(): void;
  /** The signals do again what they did before. */
  releaseSignals(): void;
}
