/**
 * Text as a terminal may get it: what would control the terminal is shown as
 * `\xNN` instead. Pure: bytes in, bytes out.
 *
 * Passed on are the printable characters of ASCII, tab, line feed, carriage
 * return, and well-formed UTF-8 but for U+0080 to U+009F, the second set of
 * control characters (C1 of ISO 6429), which has one for ESC and a letter each.
 * Bytes that are no UTF-8 are shown too: a terminal might make something of them.
 *
 * @module
 */

/** What a byte becomes where it is shown: backslash, x, two digits. */
const SHOWN_BYTES = 4;

/** The most of a character that can be there without being all of it, in bytes. */
const MOST_HELD_BYTES = 3;

/** How much room so many bytes may need, with what was held back before them. */
export function roomFor(bytes: number): number {
  return (bytes + MOST_HELD_BYTES) * SHOWN_BYTES;
}

/** What begins U+0080 to U+00BF; the next byte tells which it is. */
const LEADS_TO_CONTROL = 0xc2;
/** Behind that: U+009F, the last of the controls. */
const LAST_CONTROL = 0x9f;
/** The bytes that go on with a character, but for some second ones. */
const FIRST_CONTINUATION = 0x80, LAST_CONTINUATION = 0xbf;

const TAB = 0x09, LINE_FEED = 0x0a, CARRIAGE_RETURN = 0x0d;
const BACKSLASH = "\\".charCodeAt(0), X = "x".charCodeAt(0);
const DIGITS = new TextEncoder().encode("0123456789abcdef");

/** Makes text visible, byte by byte; a character may come in parts. */
export class VisibleText {
  readonly #out: Uint8Array<ArrayBuffer>;
  #length = 0;
  /** The beginning of a character: out when the rest is there. */
  readonly #held = new Uint8Array(MOST_HELD_BYTES);
  #heldLength = 0;
  /** Bytes that it still lacks, and what the next of them has to be. */
  #missing = 0;
  #first = FIRST_CONTINUATION;
  #last = LAST_CONTINUATION;

  /** @param out where it goes; its owner has {@link roomFor} what is added */
  constructor(out: Uint8Array<ArrayBuffer>) {
    this.#out = out;
  }

  /** How much of `out` is filled. */
  get length(): number {
    return this.#length;
  }

  /** `out` is empty again. */
  clear(): void {
    this.#length = 0;
  }

  /** Adds a byte of the text. */
  add(byte: number): void {
    if (this.#missing > 0) {
      if (byte >= this.#first && byte <= this.#last) return this.#goOn(byte);
      this.finish();
    }
    if (byte >= 0x80) this.#begin(byte);
    else if (isPlain(byte)) this.#put(byte);
    else this.#show(byte);
  }

  /** The text is over: shows what there is of a character. */
  finish(): void {
    for (let index = 0; index < this.#heldLength; index++) {
      this.#show(this.#held[index]!);
    }
    this.#heldLength = this.#missing = 0;
  }

  /** Takes the first byte of a character of several (Unicode, table 3-7). */
  #begin(byte: number): void {
    if (byte < LEADS_TO_CONTROL || byte > 0xf4) return this.#show(byte);
    this.#missing = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    // Not longer than need be, no surrogates, nothing above U+10FFFF.
    this.#first = byte === 0xe0 ? 0xa0 : byte === 0xf0 ? 0x90 : FIRST_CONTINUATION;
    this.#last = byte === 0xed ? 0x9f : byte === 0xf4 ? 0x8f : LAST_CONTINUATION;
    this.#hold(byte);
  }

  #goOn(byte: number): void {
    if (--this.#missing > 0) {
      this.#first = FIRST_CONTINUATION;
      this.#last = LAST_CONTINUATION;
      return this.#hold(byte);
    }
    if (this.#held[0] === LEADS_TO_CONTROL && byte <= LAST_CONTROL) {
      this.finish();
      return this.#show(byte);
    }
    for (let index = 0; index < this.#heldLength; index++) this.#put(this.#held[index]!);
    this.#heldLength = 0;
    this.#put(byte);
  }

  #hold(byte: number): void {
    this.#held[this.#heldLength++] = byte;
  }

  #put(byte: number): void {
    this.#out[this.#length++] = byte;
  }

  #show(byte: number): void {
    this.#put(BACKSLASH);
    this.#put(X);
    this.#put(DIGITS[byte >> 4]!);
    this.#put(DIGITS[byte & 0xf]!);
  }
}

/** Whether a terminal may get this byte of ASCII. */
function isPlain(byte: number): boolean {
  return byte >= 0x20
    ? byte !== 0x7f
    : byte === LINE_FEED || byte === TAB || byte === CARRIAGE_RETURN;
}
