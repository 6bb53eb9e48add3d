/**
 * Which ends of a guest leave a core, and by which signal a process would have
 * ended so.
 *
 * @module
 */
import type { GuestEnd } from "../../contract/watch.ts";
import { EndedBySignal, GuestFault } from "../../errors.ts";

/** `signal.h`. */
export const SIGQUIT = 3;
const SIGABRT = 6, SIGSEGV = 11;

/** The status of a guest that has aborted (Solo5's `solo5_abort`). */
const ABORTED = 255;

/** The signal to show in a core; undefined where the end leaves none. */
export function signalOf(end: GuestEnd): number | undefined {
  if ("status" in end) return end.status === ABORTED ? SIGABRT : undefined;
  if (end.error instanceof GuestFault) return SIGSEGV;
  const quit = end.error instanceof EndedBySignal && end.error.signal === SIGQUIT;
  return quit ? SIGQUIT : undefined;
}
