/**
 * Units of time.
 *
 * @module
 */

/** Nanoseconds in a second. */
export const NANOSECONDS_A_SECOND = 1_000_000_000;

/** Nanoseconds in a millisecond. */
export const NANOSECONDS_A_MILLISECOND = 1_000_000;
