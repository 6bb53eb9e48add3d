/**
 * How long the ring's thread looks at an idle ring before it sleeps.
 *
 * A sleep costs the guest a kick, which leaves and enters it again, and the host
 * a wake-up; looking costs the host's processor. So it pays to look for as long
 * as the guest takes from one entry to the next, if that is a matter of some
 * tens of microseconds, and else not at all. Which of these it is shows in how
 * long the thread then slept: a short sleep was not worth it.
 *
 * @module
 */

/** The fewest looks: what the guest writes next in any case takes that long. */
const LEAST = 64;
/** The most, some 80 µs: more than a sleep and a wake-up cost together. */
const MOST = 3000;
/** A sleep of less, in milliseconds, was not worth it. */
const SHORT_SLEEP_MS = 0.04;

/** Adapts to the guest: quickly to one that is busy, slowly to one that is not. */
export class Patience {
  #looks = 1000;

  /** How often to look. */
  get looks(): number {
    return this.#looks;
  }

  /** After so many looks the thread slept for so long. */
  slept(milliseconds: number): void {
    this.#looks = milliseconds < SHORT_SLEEP_MS
      ? Math.min(MOST, this.#looks * 2)
      : Math.max(LEAST, this.#looks - (this.#looks >> 3));
  }
}
