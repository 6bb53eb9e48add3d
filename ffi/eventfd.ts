/**
 * An eventfd: a counter that one side adds to, and another waits for.
 *
 * @module
 */
import { checked } from "./errno.ts";
import { symbolGroup } from "./libc.ts";
import { EventfdFlag } from "./linux/eventfd.ts";
import { addressOf } from "./system_call.ts";
import { rawReadv, rawWritev, Vector } from "./vectors.ts";

const libc = symbolGroup("eventfd", {
  // int eventfd(unsigned int initval, int flags)
  eventfd: { parameters: ["u32", "i32"], result: "i32" },
});

/**
 * Makes an eventfd that is not passed on.
 *
 * @throws {SystemCallError} when the process has too many descriptors
 */
export function makeEventfd(): number {
  return checked(libc().eventfd(0, EventfdFlag.CLOEXEC), "eventfd", "tender");
}

/** An eventfd as one thread uses it. */
export class Eventfd {
  readonly #counter = new BigUint64Array([1n]);
  readonly #vector = new Vector();
  readonly #readv = rawReadv();
  readonly #writev = rawWritev();

  constructor(readonly descriptor: number) {
    const bytes = new Uint8Array(this.#counter.buffer);
    const address = addressOf(bytes);
    this.#vector.set(
      Number(address & 0xffff_ffffn),
      Number(address >> 32n),
      bytes.length,
    );
  }

  /** Adds one, which wakes who waits. */
  add(): void {
    this.#counter[0] = 1n;
    this.#writev(this.descriptor, this.#vector.pointer, 1);
  }

  /** Waits until something was added, or a signal comes. */
  wait(): void {
    this.#readv(this.descriptor, this.#vector.pointer, 1);
  }
}
