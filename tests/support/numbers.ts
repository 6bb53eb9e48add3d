/**
 * The guest that writes numbered blocks and says each number when its block is
 * written, and what its disk has to hold.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { guest } from "./tender.ts";

/** What the guest writes at a time, in bytes. */
export const BLOCK_BYTES = 32768;

const SECTOR_BYTES = 512;
const LAST_WORD = SECTOR_BYTES - 8;

/** The end of a command line that has the guest write these numbers. */
export function numbers(first: number, last: number): string[] {
  return [guest("numbers"), String(first), String(last)];
}

/** A disk of the guest's: what it was told is written, over any number of runs. */
export class NumberedDisk {
  /** The number that each place holds, 0 where nothing was written. */
  readonly #places: number[];
  #next = 1;

  constructor(
    readonly path: string,
    readonly bytes: number,
  ) {
    this.#places = Array(bytes / BLOCK_BYTES).fill(0);
  }

  /** The number that the guest has to begin with. */
  get next(): number {
    return this.#next;
  }

  /**
   * Checks that the file holds every block that the guest reported, whole, and
   * nothing else than what it may have been writing when it ended.
   *
   * @param stdout what it said in a run that began with {@link next}
   */
  check(stdout: string): void {
    // The last line may be cut.
    const said = stdout.split("\n").slice(0, -1).map(Number);
    for (const number of said) {
      assertEquals(number, this.#next);
      this.#places[number % this.#places.length] = number;
      this.#next++;
    }
    const data = Deno.readFileSync(this.path);
    assertEquals(data.length, this.bytes);
    const view = new DataView(data.buffer);
    for (let at = 0; at < this.bytes; at += SECTOR_BYTES) {
      const place = Math.floor(at / BLOCK_BYTES);
      const holds = Number(view.getBigUint64(at, true));
      const complement = view.getBigUint64(at + LAST_WORD, true);
      if (place === this.#next % this.#places.length && holds === this.#next) continue;
      assertEquals(holds, this.#places[place], `sector at ${at}, after ${this.#next}`);
      assertEquals(complement, holds === 0 ? 0n : BigInt.asUintN(64, ~BigInt(holds)));
    }
  }

  /** Checks that there was something to check. */
  checkUsed(): void {
    assert(this.#next > this.#places.length, `only ${this.#next} blocks`);
  }
}
