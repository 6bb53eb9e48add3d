/**
 * Text in a mapped file, changed by stores of eight bytes, each a single one: who
 * kills this process finds a word as it was, or as it is.
 *
 * @module
 */
import { Mapping } from "../../../ffi/memory.ts";
import { FIGURE_BYTES, WORD_BYTES } from "./document.ts";

/** Four digits, as the word that holds their characters. */
const DIGITS = 10_000;

/** Four blanks. */
const BLANK = 0x2020_2020;

/** The characters of each number below {@link DIGITS}, with zeros or blanks before. */
function spelled(fill: string): Uint32Array {
  const all = new Uint32Array(DIGITS);
  for (let number = 0; number < DIGITS; number++) {
    const text = String(number).padStart(4, fill);
    all[number] = text.charCodeAt(0) | text.charCodeAt(1) << 8 |
      text.charCodeAt(2) << 16 | text.charCodeAt(3) << 24;
  }
  return all;
}

/** A digit after which there is another one to change. */
const NINE = "9".charCodeAt(0);

/** The first number that has nine digits. */
const WORD_LIMIT = DIGITS * DIGITS;

/** Text that can be changed. */
export class LiveText {
  /** Doubles at each distance from the start: a store is one instruction anywhere. */
  readonly #words: readonly Float64Array[];
  /** Two halves, and the double of the same bytes. (Text is never a NaN.) */
  readonly #halves = new Uint32Array(2);
  readonly #whole = new Float64Array(this.#halves.buffer);
  readonly #withZeros = spelled("0");
  readonly #withBlanks = spelled(" ");

  readonly #bytes: Uint8Array;

  /** @param mapping the file's; its size is a multiple of eight */
  constructor(mapping: Mapping) {
    const { address, sizeBytes } = mapping;
    this.#bytes = mapping.bytes;
    this.#words = Array.from({ length: WORD_BYTES }, (_, distance) => {
      const bytes = sizeBytes - (distance === 0 ? 0 : WORD_BYTES);
      return new Float64Array(
        new Mapping(address + BigInt(distance), bytes).bytes.buffer,
      );
    });
  }

  /** Stores a word of eight ASCII characters. */
  setWord(at: number, word: string): void {
    for (let half = 0; half < 2; half++) {
      this.#halves[half] = word.charCodeAt(4 * half) |
        word.charCodeAt(4 * half + 1) << 8 |
        word.charCodeAt(4 * half + 2) << 16 | word.charCodeAt(4 * half + 3) << 24;
    }
    this.#words[at % WORD_BYTES]![Math.floor(at / WORD_BYTES)] = this.#whole[0]!;
  }

  /**
   * Stores a whole number below 10¹⁶, without making an object. The upper eight
   * digits come first: where they change, who looks between may see 10⁸ too much.
   *
   * @param at place of the figure, a multiple of eight
   */
  setFigure(at: number, number: number): void {
    const words = this.#words[0]!, halves = this.#halves, index = at / WORD_BYTES;
    const upper = Math.floor(number / WORD_LIMIT);
    const lower = number - upper * WORD_LIMIT;
    if (upper === 0) {
      halves[0] = halves[1] = BLANK;
      words[index] = this.#whole[0]!;
      this.#setHalves(lower, false);
    } else {
      this.#setHalves(upper, false);
      words[index] = this.#whole[0]!;
      this.#setHalves(lower, true);
    }
    words[index + FIGURE_BYTES / WORD_BYTES - 1] = this.#whole[0]!;
  }

  /**
   * The same for a whole number that is one more than what stands there: mostly
   * this is one byte.
   */
  addOne(at: number, number: number): void {
    const last = at + FIGURE_BYTES - 1;
    const digit = this.#bytes[last]!;
    if (digit === NINE) this.setFigure(at, number);
    else this.#bytes[last] = digit + 1;
  }

  /** Spells a number below {@link WORD_LIMIT}. */
  #setHalves(number: number, zeros: boolean): void {
    const high = Math.floor(number / DIGITS);
    const low = number - high * DIGITS;
    const halves = this.#halves;
    if (high === 0 && !zeros) {
      halves[0] = BLANK;
      halves[1] = this.#withBlanks[low]!;
    } else {
      halves[0] = zeros ? this.#withZeros[high]! : this.#withBlanks[high]!;
      halves[1] = this.#withZeros[low]!;
    }
  }
}
