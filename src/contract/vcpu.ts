/**
 * The vCPU as the run loop, and what watches over a guest, see it.
 *
 * @module
 */
import type { PollSet } from "./module.ts";

/** Why a vCPU came back from the guest. */
export const VcpuExit = {
  /** The guest wrote 32 bits to an I/O port: see `port` and `portData`. */
  PORT_WRITE: 0,
  /** A signal came, perhaps one that ends the guest: look, then run on. */
  INTERRUPTED: 1,
  /** Anything else: `fault()` says what. */
  FAULT: 2,
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
  /** Address of the guest's instruction now. */
  instructionPointer(): bigint;
  /** Reads the registers. */
  state(): VcpuState;
  /** Why the latest run was a {@link VcpuExit.FAULT}. */
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
