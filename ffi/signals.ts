/**
 * What signals do. A handler is a function of libc that takes an `int`: code of
 * our own would have to be native.
 *
 * @module
 */
import { checked } from "./errno.ts";
import { symbolGroup } from "./libc.ts";

const libc = symbolGroup("signals", {
  // int sigaction(int signum, const struct sigaction *act, struct sigaction *old)
  sigaction: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  // int abs(int): only its address is taken
  abs: { type: "pointer" },
});

/** `signal.h`. */
export const Signal = {
  HUP: 1,
  INT: 2,
  USR1: 10,
  ALRM: 14,
  TERM: 15,
  XFSZ: 25,
  IO: 29,
} as const;

/** The handler that is none: what a signal does by default. */
export const DEFAULT = 0n;

/** The handler that ignores a signal. */
export const IGNORE = 1n;

/** Calls that need not end go on after the handler. */
const SA_RESTART = 0x1000_0000;

/** `struct sigaction` of glibc: handler 0/8, mask 8/128, flags 136/4. */
const SIGACTION = { size: 152, handler: 0, mask: 8, flags: 136 } as const;

/** What a signal does. */
export interface SignalAction {
  /** Address of the handler. */
  readonly handler: bigint;
  /** Signals that wait until the handler is over: bit 0 is signal 1. */
  readonly mask?: bigint;
  /** Whether calls go on after it; those that wait for events never do. */
  readonly restart?: boolean;
}

/** The handler that does nothing: the signal only interrupts. */
export function doNothing(): bigint {
  return addressOfFunction(libc().abs);
}

/** The address of a libc function, as a handler. */
export function addressOfFunction(pointer: Deno.PointerValue): bigint {
  return BigInt(Deno.UnsafePointer.value(pointer));
}

/** Whether a signal has a handler: it is neither ignored nor by default. */
export function hasHandler(signal: number): boolean {
  const action = new Uint8Array(SIGACTION.size);
  checked(libc().sigaction(signal, null, action), "sigaction", "tender");
  return new DataView(action.buffer).getBigUint64(SIGACTION.handler, true) > IGNORE;
}

/**
 * Sets what a signal does.
 *
 * @returns what has it do again what it did before
 */
export function setAction(
  signal: number,
  { handler, mask = 0n, restart = false }: SignalAction,
): () => void {
  const action = new Uint8Array(SIGACTION.size);
  const view = new DataView(action.buffer);
  view.setBigUint64(SIGACTION.handler, handler, true);
  view.setBigUint64(SIGACTION.mask, mask, true);
  view.setUint32(SIGACTION.flags, restart ? SA_RESTART : 0, true);
  const earlier = new Uint8Array(SIGACTION.size);
  checked(libc().sigaction(signal, action, earlier), "sigaction", "tender");
  return () =>
    void checked(libc().sigaction(signal, earlier, null), "sigaction", "tender");
}
