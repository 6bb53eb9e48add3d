/**
 * Whether something grew over a run, from samples of it.
 *
 * @module
 */

/** What a run's samples say. */
export interface Growth {
  /** The median of the second quarter of the samples. */
  readonly early: number;
  /** The median of the last quarter. */
  readonly late: number;
  /** Whether the second is above the first by more than was allowed. */
  readonly grew: boolean;
}

/** Fewer samples than this say nothing. */
const FEWEST_SAMPLES = 16;

/**
 * Compares the second quarter of a run with its last. The first quarter is left
 * out: the runtime compiles what turns out to be hot, and memory comes into use.
 * Medians, because garbage is collected now and then and not all the time; a
 * leak raises both ends of the last quarter.
 *
 * @param tolerance by how much the later median may be above the earlier
 * @throws {RangeError} when there are too few samples
 */
export function growth(samples: readonly number[], tolerance: number): Growth {
  if (samples.length < FEWEST_SAMPLES) {
    throw new RangeError(`${samples.length} samples are too few to tell`);
  }
  const quarter = samples.length >> 2;
  const early = median(samples.slice(quarter, 2 * quarter));
  const late = median(samples.slice(-quarter));
  return { early, late, grew: late - early > tolerance };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
