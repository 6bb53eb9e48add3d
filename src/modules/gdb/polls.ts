/**
 * A guest's waits, which the debugger can interrupt.
 *
 * @module
 */
import type { PollSet } from "../../contract/module.ts";

/** What a guest waits on, while a debugger is there. */
export class InterruptiblePolls implements PollSet {
  readonly #polls: PollSet;
  readonly #lookUp: () => boolean;

  /** @param lookUp has the debugger stop the guest; whether it did */
  constructor(polls: PollSet, lookUp: () => boolean) {
    this.#polls = polls;
    this.#lookUp = lookUp;
  }

  watch(descriptor: number): void {
    this.#polls.watch(descriptor);
  }

  wait(seconds: number, nanoseconds: number): number {
    // What came before the wait does not interrupt it.
    if (this.#lookUp()) return 0;
    const ready = this.#polls.wait(seconds, nanoseconds);
    if (ready === 0) this.#lookUp();
    return ready;
  }

  sleep(seconds: number, nanoseconds: number): void {
    if (this.#lookUp()) return;
    this.#polls.sleep(seconds, nanoseconds);
    this.#lookUp();
  }

  ready(index: number): boolean {
    return this.#polls.ready(index);
  }

  failed(index: number): boolean {
    return this.#polls.failed(index);
  }

  get signal(): number {
    return this.#polls.signal;
  }

  waitWritable(descriptor: number): number {
    return this.#polls.waitWritable(descriptor);
  }
}
