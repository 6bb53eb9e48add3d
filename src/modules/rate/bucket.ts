/**
 * Token buckets, as in Firecracker's rate limiters (its
 * `docs/design.md`, "I/O: Storage, Networking and Rate Limiting"): a bucket holds
 * so many tokens and is refilled all the time. Pure: the time is given.
 *
 * How much something takes is not always known before (a frame to be received),
 * and may be more than a bucket holds. So whoever is not in debt may go on, and
 * what it takes may put it into debt, in which it waits. In any time T that lets
 * through at most what T brings, one bucket, and one transfer.
 *
 * @module
 */
import type { Rate } from "../../contract/interposer.ts";

/** Places in a bucket's state. */
const TOKENS = 0, AT_MS = 1;

const MILLISECONDS_A_SECOND = 1000;

/** A bucket, full at first. */
export class TokenBucket {
  readonly #perMillisecond: number;
  readonly #capacity: number;
  /** In an array: a field that holds a fraction is an object to V8, each time. */
  readonly #state: Float64Array<ArrayBuffer>;

  /**
   * @param perSecond tokens that come in a second
   * @param burstMilliseconds how long an empty bucket takes to be full
   * @param nowMs the time, of a clock that does not go back
   */
  constructor(perSecond: number, burstMilliseconds: number, nowMs: number) {
    this.#perMillisecond = perSecond / MILLISECONDS_A_SECOND;
    this.#capacity = this.#perMillisecond * burstMilliseconds;
    this.#state = Float64Array.of(this.#capacity, nowMs);
  }

  /** How long until it is out of debt, in milliseconds; 0 where it is in none. */
  debtMs(nowMs: number): number {
    const state = this.#state;
    const elapsed = nowMs - state[AT_MS]!;
    if (elapsed > 0) {
      const tokens = state[TOKENS]! + elapsed * this.#perMillisecond;
      state[TOKENS] = Math.min(tokens, this.#capacity);
      state[AT_MS] = nowMs;
    }
    return state[TOKENS]! < 0 ? -state[TOKENS]! / this.#perMillisecond : 0;
  }

  /** Takes tokens out, also some that are not there. */
  take(tokens: number): void {
    this.#state[TOKENS]! -= tokens;
  }
}

/** The buckets of one rate. */
export class Limiter {
  readonly #bytes: TokenBucket | undefined;
  readonly #operations: TokenBucket | undefined;

  /** @param nowMs the time, of a clock that does not go back */
  constructor(rate: Rate, nowMs: number) {
    const bucket = (perSecond: number | undefined) =>
      perSecond === undefined
        ? undefined
        : new TokenBucket(perSecond, rate.burstMilliseconds, nowMs);
    this.#bytes = bucket(rate.bytesPerSecond);
    this.#operations = bucket(rate.operationsPerSecond);
  }

  /** How long until neither is in debt, in milliseconds. */
  debtMs(nowMs: number): number {
    return Math.max(
      this.#bytes?.debtMs(nowMs) ?? 0,
      this.#operations?.debtMs(nowMs) ?? 0,
    );
  }

  /** One operation was done, which moved so many bytes. */
  take(bytes: number): void {
    this.#bytes?.take(bytes);
    this.#operations?.take(1);
  }
}
