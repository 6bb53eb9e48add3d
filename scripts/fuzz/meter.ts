/**
 * What a reader takes: a source that counts what is read from it, and a meter for
 * the buffers and arrays that are made meanwhile. Both end whoever takes more than
 * it may before the memory is there.
 *
 * @module
 */
import type { ImageSource } from "../../src/image/source.ts";

/** Somebody read or allocated more than it may, or read what is not there. */
export class Excess extends Error {
  /** The class, as `Error.name`. */
  override readonly name = "Excess";
}

/**
 * The most that reading an image may read, and the most that it may allocate, in
 * bytes: all of a small file (its program headers, 20 bytes more for each that is
 * a note, the largest notes, each once), and never more than 65,535 program
 * headers (`e_phnum` has 16 bits) with as many notes.
 */
export function imageBudget(sizeBytes: number): number {
  return Math.min(3 * sizeBytes, 5_000_000);
}

/**
 * The same for looking at one: headers, and each note, are read for every question
 * that is asked, and then 4096 section headers with 64 KiB of names, and the heads
 * of 2048 notes with 96 bytes of a build id in each.
 */
export function inspectionBudget(sizeBytes: number): number {
  return 4 * imageBudget(sizeBytes) + 600_000;
}

/** An image of which only the first bytes are not zero. */
export class MeteredSource implements ImageSource {
  readonly #head: Uint8Array;
  readonly #budget: number;
  #bytesRead = 0;
  /** What was wrong with the first reading that went wrong. */
  excess: Excess | undefined;

  /**
   * @param head the bytes that are not zero
   * @param sizeBytes the size of the file, which may be far more than a host has
   * @param budget how many bytes may be read
   */
  constructor(
    readonly name: string,
    head: Uint8Array,
    readonly sizeBytes: number,
    budget: number,
  ) {
    this.#head = head;
    this.#budget = budget;
  }

  /** Bytes that were read, counted as often as they were. */
  get bytesRead(): number {
    return this.#bytesRead;
  }

  read(offset: number, target: Uint8Array<ArrayBuffer>): void {
    const end = offset + target.length;
    this.#bytesRead += target.length;
    if (!Number.isSafeInteger(offset) || offset < 0 || end > this.sizeBytes) {
      this.#fail(`${target.length} bytes at ${offset} of a file of ${this.sizeBytes}`);
    }
    if (this.#bytesRead > this.#budget) {
      this.#fail(`${this.#bytesRead} bytes of a file of ${this.sizeBytes} were read`);
    }
    target.fill(0);
    target.set(this.#head.subarray(offset, end));
  }

  close(): void {}

  #fail(what: string): never {
    this.excess ??= new Excess(what);
    throw this.excess;
  }
}

/** Size of an array's element, in bytes (V8 without compressed pointers). */
const SLOT_BYTES = 8;

/** The constructors that take a size, and the bytes of one of their elements. */
const SIZED: readonly (readonly [name: string, elementBytes: number])[] = [
  ["Array", SLOT_BYTES],
  ["ArrayBuffer", 1],
  ["SharedArrayBuffer", 1],
  ["Int8Array", 1],
  ["Uint8Array", 1],
  ["Uint8ClampedArray", 1],
  ["Int16Array", 2],
  ["Uint16Array", 2],
  ["Int32Array", 4],
  ["Uint32Array", 4],
  ["BigInt64Array", 8],
  ["BigUint64Array", 8],
  ["Float32Array", 4],
  ["Float64Array", 8],
];

/** What is counted while somebody is metered. */
interface Meter {
  readonly budget: number;
  allocated: number;
  excess: Excess | undefined;
}

let current: Meter | undefined;

function count(name: string, bytes: number): void {
  if (current === undefined) return;
  current.allocated += Math.max(0, bytes);
  const { allocated, budget } = current;
  if (allocated <= budget) return;
  current.excess ??= new Excess(
    `${name} makes it ${allocated} bytes, of at most ${budget}`,
  );
  throw current.excess;
}

/** A function in its place, and one that counts what that makes. */
interface Slot {
  readonly holder: Record<string, unknown>;
  readonly name: string;
  readonly plain: unknown;
  readonly counting: unknown;
}

const scope = globalThis as Record<string, unknown>;

const constructors: readonly Slot[] = SIZED.map(([name, elementBytes]) => {
  // deno-lint-ignore ban-types -- any constructor
  const plain = scope[name] as Function;
  const counting: unknown = new Proxy(plain, {
    construct(target, args, newTarget) {
      count(name, elementBytes * elementsOf(args));
      return Reflect.construct(target, args, newTarget === counting ? target : newTarget);
    },
    apply(target, self, args) {
      count(name, elementBytes * elementsOf(args));
      return Reflect.apply(target, self, args);
    },
  });
  return { holder: scope, name, plain, counting };
});

const strings = String.prototype as unknown as Record<string, unknown>;

const methods: readonly Slot[] = ["repeat", "padStart", "padEnd"].map((name) => {
  const plain = strings[name] as (size: number, ...rest: unknown[]) => string;
  const counting = function (this: string, size: number, ...rest: unknown[]): string {
    count(`${name}()`, name === "repeat" ? size * this.length : size);
    return Reflect.apply(plain, this, [size, ...rest]);
  };
  return { holder: strings, name, plain, counting };
});

const slots: readonly Slot[] = [...constructors, ...methods];

/**
 * Runs something that may make buffers, arrays and strings of so many bytes
 * together. Counted is whatever a size is asked for: `new Uint8Array(n)`,
 * `new Array(n)`, `Array.from({ length: n })`, `repeat(n)`, … What grows an element at a time is not: it needs
 * as many steps.
 *
 * @throws {Excess} in place of the allocation that is too much, and again at the
 * end where somebody kept that to himself
 */
export function withinAllocation<T>(budget: number, action: () => T): T {
  const meter: Meter = { budget, allocated: 0, excess: undefined };
  current = meter;
  for (const { holder, name, counting } of slots) holder[name] = counting;
  try {
    return action();
  } finally {
    current = undefined;
    for (const { holder, name, plain } of slots) holder[name] = plain;
    // deno-lint-ignore no-unsafe-finally -- it stands above whatever came of it
    if (meter.excess !== undefined) throw meter.excess;
  }
}

/** How many elements a constructor's arguments ask for; a buffer for none. */
function elementsOf(args: readonly unknown[]): number {
  const [size] = args;
  if (typeof size === "number") return size;
  if (typeof size !== "object" || size === null) return args.length;
  return "length" in size && typeof size.length === "number" ? size.length : 0;
}
