/**
 * Waiting for a limiter.
 *
 * @module
 */
import type { AttachedDevice, PollSet } from "../../contract/module.ts";
import { EndedBySignal } from "../../errors.ts";
import type { Limiter } from "./bucket.ts";

const MILLISECONDS_A_SECOND = 1000;
const NANOSECONDS_A_MILLISECOND = 1_000_000;
const MOST_NANOSECONDS = 999_999_999;

/** The longest sleep at a time, in milliseconds: an hour. */
const LONGEST_SLEEP_MS = 3_600_000;

/**
 * Returns when a limiter is in no debt.
 *
 * @throws {EndedBySignal} when a signal comes before that
 * @throws {OperatorError} when the guest cannot go on with some device
 */
export type Wait = (limiter: Limiter) => void;

/**
 * Makes the wait. Devices are looked after meanwhile.
 *
 * @param now a clock that does not go back, in milliseconds
 */
export function waiting(
  polls: PollSet,
  devices: readonly AttachedDevice[],
  now: () => number = () => performance.now(),
): Wait {
  return (limiter) => {
    let rest = limiter.debtMs(now());
    while (rest > 0) {
      const sleep = Math.min(rest, LONGEST_SLEEP_MS);
      const seconds = Math.floor(sleep / MILLISECONDS_A_SECOND);
      const fraction = (sleep - seconds * MILLISECONDS_A_SECOND) *
        NANOSECONDS_A_MILLISECOND;
      // Up: one that is too short would be followed by another.
      polls.sleep(seconds, Math.min(Math.ceil(fraction), MOST_NANOSECONDS));
      if (polls.signal !== 0) throw new EndedBySignal(polls.signal);
      rest = limiter.debtMs(now());
      // Interrupted: by the tick, which comes once a second.
      if (rest > 0) { for (const device of devices) device.check?.(); }
    }
  };
}
