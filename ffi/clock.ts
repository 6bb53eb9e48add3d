/**
 * The wall clock in full resolution.
 *
 * @module
 */
import { symbolGroup } from "./libc.ts";

const libc = symbolGroup("clock", {
  // int clock_gettime(clockid_t clockid, struct timespec *tp)
  clock_gettime: { parameters: ["i32", "pointer"], result: "i32" },
});

/** `CLOCK_REALTIME` of `time.h`. */
const CLOCK_REALTIME = 0;

/** `struct timespec`: seconds u64 at 0, nanoseconds u64 at 8. */
const TIMESPEC_BYTES = 16;

/** Reads the wall clock again and again without allocating. */
export class WallClock {
  readonly #words = new Uint32Array(TIMESPEC_BYTES / 4);
  // Safe: the words' memory stays in place for as long as this object lives.
  readonly #timespec = Deno.UnsafePointer.of(this.#words);
  readonly #clockGettime = libc().clock_gettime;

  /** Takes a reading, which the getters then show. */
  read(): void {
    // Cannot fail: the clock exists and the structure is ours.
    this.#clockGettime(CLOCK_REALTIME, this.#timespec);
  }

  /** Whole seconds since 1970, as last read; 32 bits last until 2106. */
  get seconds(): number {
    return this.#words[0]!;
  }

  /** Nanoseconds (0 … 999,999,999) on top of {@link seconds}. */
  get nanoseconds(): number {
    return this.#words[2]!;
  }
}
