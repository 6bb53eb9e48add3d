/**
 * What is said between the thread that judges and the one that watches it.
 *
 * @module
 */

/** What the thread is told. */
export interface Task {
  /** Seed of the first case. */
  readonly seed: number;
  /** How many cases, at most. */
  readonly cases: number;
  /** For how long, at most; as long as it takes if not given. */
  readonly seconds?: number;
  /** Where it counts: {@link Count}. */
  readonly counts: Int32Array<SharedArrayBuffer>;
}

/** What is counted where: cases that are done, and judgements that were begun. */
export const Count = { cases: 0, judgements: 1 } as const;
