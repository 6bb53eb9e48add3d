/**
 * What a module is that watches over a guest as a whole (a debugger, core
 * dumps). It serves no device: it is loaded when the operator asks for it.
 *
 * @module
 */
import type { GuestMemory, HostMemory, ProtectedRange } from "./memory.ts";
import type { Needs } from "./policy.ts";
import type { Vcpu, VcpuDebug } from "./vcpu.ts";

/** Where a debugger connects: a port of the loopback interface, or a socket. */
export type GdbEndpoint = { readonly port: number } | { readonly socket: string };

/** A module that the operator asks for, with what it is asked to do. */
export type WatchBinding =
  | { readonly name: "gdb"; readonly endpoint: GdbEndpoint }
  | { readonly name: "dumpcore"; readonly directory: string };

/** A guest, built and not started. */
export interface WatchedGuest {
  /** The unikernel's file, as the operator named it. */
  readonly imageName: string;
  /** What it is started with: its arguments, joined by blanks. */
  readonly commandLine: string;
  /** Address of its first instruction (gpa). */
  readonly entry: number;
  /** Its vCPU. */
  readonly vcpu: Vcpu;
  /** The same for a debugger. */
  readonly debug: VcpuDebug;
  /** Its memory as its hypercalls may use it: open from the first instruction on. */
  readonly memory: GuestMemory;
  /** The bytes behind it. Some cannot be written, or read, by this process. */
  readonly host: HostMemory;
  /** Those that cannot be written, or not even read. */
  readonly protectedRanges: readonly ProtectedRange[];
  /** Sets what guest and tender may do with whole pages of guest memory. */
  protectMemory(
    range: { readonly start: number; readonly end: number },
    rights: { readonly readable: boolean; readonly writable: boolean },
  ): void;
}

/** How a guest ended: with a status of its own, or by what was thrown. */
export type GuestEnd = { readonly status: number } | { readonly error: unknown };

/** A watch over one guest. */
export interface Watch {
  /** Signals that are to end the guest beside SIGINT and SIGTERM. */
  readonly signals: readonly number[];
  /**
   * Takes its place between the run loop and the vCPU, where it wants one.
   *
   * @returns what the run loop drives: `guest.vcpu`, or one that stands before it
   */
  begin(guest: WatchedGuest): Vcpu;
  /**
   * The last moment at which it can open something, or wait for somebody: the
   * guest's memory and the signals are ready.
   *
   * @param user whose the process is going to be, where that changes
   */
  ready?(user: { readonly uid: number; readonly gid: number } | undefined): void;
  /** What it calls afterwards. */
  needs(): Needs;
  /** The guest has ended; vCPU and memory are still as it left them. */
  end(end: GuestEnd): void;
  /** Gives everything back; may come without {@link begin} or {@link end}. */
  close(): void;
}

/** Says a sentence to the operator. */
export type Say = (sentence: string) => void;

/** A module that watches. */
export interface WatchModule<B extends WatchBinding = WatchBinding> {
  /** The folder's name: `"gdb"`. */
  readonly name: B["name"];
  /**
   * Takes hold of what it needs of the host (a socket, a directory) before a
   * guest is built.
   *
   * @throws {OperatorError} when it cannot be had, with the way out
   */
  prepare(binding: B, say: Say): Watch;
}
