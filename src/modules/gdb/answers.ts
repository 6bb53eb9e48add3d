/**
 * What a debugger's packet leads to, and how a stop of the guest is described.
 *
 * @module
 */

/** Why the guest stopped. */
export interface Stop {
  /** The signal that a process would have got, by gdb's numbers. */
  readonly signal: number;
  /** More of it: `swbreak`, `hwbreak`, or `watch:` and an address. */
  readonly reason?: string | undefined;
}

/** gdb's numbers of signals. */
export const GdbSignal = {
  INT: 2,
  ILL: 4,
  TRAP: 5,
  ABRT: 6,
  SEGV: 11,
  SYS: 12,
} as const;

/** What a packet leads to. */
export type Answer =
  /** An answer, and nothing else; the empty one says "not supported". */
  | { readonly kind: "reply"; readonly data: string | Uint8Array }
  /** "OK", and from then on no packet is acknowledged. */
  | { readonly kind: "no acknowledgements" }
  /** The guest runs on, or executes one instruction. */
  | { readonly kind: "resume"; readonly step: boolean }
  /** "OK", and the guest runs on without a debugger. */
  | { readonly kind: "detach" }
  /** The guest ends. */
  | { readonly kind: "kill"; readonly data?: string };

/** The packet is not known. */
export const UNSUPPORTED: Answer = { kind: "reply", data: "" };

/** It is done. */
export const OK: Answer = { kind: "reply", data: "OK" };

/** The packet makes no sense. */
export const MALFORMED: Answer = { kind: "reply", data: "E01" };

/** It names memory that the guest does not have, or a register it cannot write. */
export const BAD_ADDRESS: Answer = { kind: "reply", data: "E14" };

/** There is no more room for breakpoints. */
export const NO_ROOM: Answer = { kind: "reply", data: "E28" };
