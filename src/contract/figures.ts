/**
 * What is counted while a guest runs: plain numbers in shared memory, so that
 * counting takes no call and looking takes nothing of the tender.
 *
 * @module
 */
import type { GuestEnd } from "./watch.ts";
import type { Needs } from "./policy.ts";
import type { Vcpu, VcpuDebug } from "./vcpu.ts";

/**
 * Numbers of the guest as a whole, by place; doubles, of which the whole ones are
 * exact below 2⁵³. Times are milliseconds.
 */
export const GuestCount = {
  /** By hypercall number; 0 is the network ring's kick. */
  calls: 0,
  /** By kind, as `VcpuExit` numbers them. */
  exits: 16,
  /** Waits of POLL that were to take time. */
  sleeps: 24,
  /** How long POLL waited, in all. */
  sleptMilliseconds: 25,
  /** Bytes that the guest printed. */
  consoleBytes: 26,
  /** How many of {@link STAGES} are done. */
  stagesDone: 27,
  /** What each took: one for each of {@link STAGES}. */
  stageMilliseconds: 28,
  /** When the tender started, since 1970. */
  started: 36,
  /** When the guest ended, since 1970; 0 before. */
  ended: 37,
  /** Who ended it: a place in {@link ENDERS}, from 1 on; 0 before. */
  endedBy: 38,
  /** The exit status, when it has ended. */
  status: 39,
  /** The signal that ended it, or 0. */
  signal: 40,
} as const;

/** How many numbers there are of a guest. */
export const GUEST_COUNTS = 48;

/** How many hypercall numbers have a count: a power of two. */
export const CALL_COUNTS = 16;

/** The stages of a start, in their order; the last lasts to the guest's end. */
export const STAGES = ["read", "bind", "build", "seal", "run"] as const;

/** A stage of a start. */
export type Stage = (typeof STAGES)[number];

/** Who can end a guest. */
export const ENDERS = ["guest", "tender", "signal"] as const;

/** Numbers of a network device; "out" is from the guest to the host. */
export const NetCount = {
  framesOut: 0,
  bytesOut: 1,
  framesIn: 2,
  bytesIn: 3,
  dropped: 4,
} as const;

/** Numbers of a block device. */
export const BlockCount = {
  reads: 0,
  bytesRead: 1,
  writes: 2,
  bytesWritten: 3,
} as const;

/** How many numbers there are of a device, for each thread that serves it. */
export const DEVICE_COUNTS = 8;

/** Threads that serve a device: the main one, and the network ring's. */
export const COUNTING_THREADS = 2;

/** Numbers, stored to without a lock: each has one thread that writes it. */
export type Counts = Float64Array<ArrayBuffer>;

/** The numbers of one device. */
export interface DeviceCounts {
  /** Those of the main thread. */
  readonly main: Counts;
  /** Address of as many for another thread of this process; 0 where there are none. */
  readonly otherAddress: bigint;
}

/** Numbers that nobody looks at. */
export function uncounted(): DeviceCounts {
  return { main: new Float64Array(DEVICE_COUNTS), otherAddress: 0n };
}

/** Where the figures of one guest go. */
export interface Figures {
  /** Those of the guest as a whole. */
  readonly guest: Counts;
  /** Those of a device, by its place among the guest's devices. */
  device(index: number): DeviceCounts;
  /** A stage is over. */
  reached(stage: Stage): void;
  /** The guest has ended. */
  ended(end: GuestEnd): void;
  /** What keeping them takes while the guest runs. */
  needs(): Needs;
  /** Stands between run loop and vCPU, where somebody follows each exit. */
  follow?(vcpu: Vcpu, debug: VcpuDebug): Vcpu;
  /** Gives back what they took. */
  close(): void;
}

/**
 * Says whether a guest can be called so. A number is a process's, and what is no
 * letter, digit, dot, dash or underscore has no place in a file's name.
 */
export function isGuestName(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(text) && !/^[0-9]+$/.test(text);
}

/** Where a report is to be written: a file, or an open descriptor. */
export type ReportTarget = { readonly path: string } | { readonly descriptor: number };

/** What the operator asks for, so that others can follow a guest. */
export interface Keeping {
  /** `--name`: what the guest is called. */
  readonly name?: string;
  /** `--report`: where it is written how the guest ended. */
  readonly report?: ReportTarget;
}

/** Figures that nobody looks at. */
export const UNSEEN: Figures = {
  guest: new Float64Array(GUEST_COUNTS),
  device: uncounted,
  reached() {},
  ended() {},
  needs: () => ({ permits: [] }),
  close() {},
};
