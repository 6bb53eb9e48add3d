/**
 * What the main thread and the ring's thread say to each other.
 *
 * @module
 */
import type { ProtectedRange } from "../../contract/memory.ts";
import type { Tally } from "./link.ts";
import { decodeFailure, encodeFailure, MOST_FAILURE_BYTES } from "./ring_failure.ts";

/** A port, for another thread. */
export interface SharedPort {
  /** Its device's handle. */
  readonly handle: number;
  /** The tap. */
  readonly tap: number;
  /** The interface's name. */
  readonly name: string;
  /** Where dropped frames are counted. */
  readonly tally: Tally;
  /** Host address of this thread's numbers of the device; 0 where there are none. */
  readonly counts: bigint;
}

/** What the ring's thread gets, once, to serve a guest. */
export interface RingOrder {
  /** Host address of the guest's memory. */
  readonly address: bigint;
  /** The guest's memory in bytes; the ring is directly behind. */
  readonly memoryBytes: number;
  /** The parts of it that a frame must not come from, or go to. */
  readonly protectedRanges: readonly ProtectedRange[];
  /** Every network device. */
  readonly ports: readonly SharedPort[];
  /** The eventfd that counts kicks. */
  readonly eventfd: number;
  /** Where the thread ends the guest from. */
  readonly stopAddress: bigint;
  /** What both share from then on. */
  readonly shared: SharedArrayBuffer;
}

/** What the main thread wants. */
export const Wish = {
  SERVE: 0,
  /** Serve what is there, then end. */
  DRAIN: 1,
  /** End. */
  STOP: 2,
} as const;

/** Words that both threads share; behind them the failure. */
const WISH = 0, STATE = 1, FAILURE_BYTES = 2, RELEASED = 3, WORDS = 4;
/** How far the thread is. */
const State = { COMING: 0, SERVING: 1, ENDED: 2 } as const;

const WORDS_BYTES = WORDS * Int32Array.BYTES_PER_ELEMENT;

/** What both threads share while the ring is served. */
export class RingControl {
  readonly #words: Int32Array<SharedArrayBuffer>;

  /** @param shared what {@link RingControl.make} made */
  constructor(readonly shared: SharedArrayBuffer) {
    this.#words = new Int32Array(shared, 0, WORDS);
  }

  /** Makes the memory. */
  static make(): RingControl {
    return new RingControl(new SharedArrayBuffer(WORDS_BYTES + MOST_FAILURE_BYTES));
  }

  /** One of {@link Wish}. */
  get wish(): number {
    return Atomics.load(this.#words, WISH);
  }

  set wish(value: number) {
    Atomics.store(this.#words, WISH, value);
  }

  /** Why the thread ended by itself, if it did. */
  get failure(): Error | undefined {
    const length = Atomics.load(this.#words, FAILURE_BYTES);
    if (length === 0) return undefined;
    return decodeFailure(new Uint8Array(this.shared, WORDS_BYTES, length).slice());
  }

  /** The thread cannot go on. */
  fail(error: Error): void {
    const bytes = encodeFailure(error);
    new Uint8Array(this.shared).set(bytes, WORDS_BYTES);
    Atomics.store(this.#words, FAILURE_BYTES, bytes.length);
  }

  #reach(state: number): void {
    Atomics.store(this.#words, STATE, state);
    Atomics.notify(this.#words, STATE);
  }

  /** The thread has opened and made all that it needs. */
  setServing(): void {
    this.#reach(State.SERVING);
  }

  /** The thread touches nothing any more. */
  setEnded(): void {
    this.#reach(State.ENDED);
  }

  /** Waits for {@link setServing}, or the end. */
  waitForStart(): void {
    Atomics.wait(this.#words, STATE, State.COMING);
  }

  /** Waits for {@link setEnded}; returns false when that takes too long. */
  waitForEnd(milliseconds: number): boolean {
    return Atomics.wait(this.#words, STATE, State.SERVING, milliseconds) !== "timed-out";
  }

  /** Lets a thread go that has ended. */
  release(): void {
    Atomics.store(this.#words, RELEASED, 1);
    Atomics.notify(this.#words, RELEASED);
  }

  /** Stays until {@link release}: a thread's own end would open and close things. */
  waitForRelease(): void {
    Atomics.wait(this.#words, RELEASED, 0);
  }
}
