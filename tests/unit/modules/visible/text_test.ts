import { assert, assertEquals } from "@std/assert";
import { roomFor, VisibleText } from "../../../../src/modules/visible/text.ts";

/** What comes out for pieces, each of which is written before the next. */
function shown(...pieces: (readonly number[])[]): string {
  const out = new Uint8Array(1024);
  const text = new VisibleText(out);
  let bytes: number[] = [];
  for (const piece of pieces) {
    for (const byte of piece) text.add(byte);
    assert(text.length <= roomFor(piece.length));
    bytes = bytes.concat(...out.subarray(0, text.length));
    text.clear();
  }
  text.finish();
  bytes = bytes.concat(...out.subarray(0, text.length));
  return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(bytes));
}

function utf8(text: string): number[] {
  return [...new TextEncoder().encode(text)];
}

/** Texts that a terminal gets as they are. */
const PLAIN = [
  "Hello, world\n",
  "a\tb\r\n",
  " ~\\x1b",
  "é ß \u00a0 \u00bf \u07ff",
  "\u0800 € \ud7ff \ue000 \uffff",
  "\u{10000} 😀 \u{10ffff}",
];

for (const text of PLAIN) {
  Deno.test(`VisibleText passes on ${JSON.stringify(text)} when it comes whole or in bytes`, () => {
    const bytes = utf8(text);
    assertEquals(shown(bytes), text);
    assertEquals(shown(...bytes.map((byte) => [byte])), text);
  });
}

/** What is shown, and as what. */
const SHOWN: readonly (readonly [what: string, bytes: number[], as: string])[] = [
  ["a colour", utf8("\x1b[31mred"), "\\x1b[31mred"],
  ["a bell, a backspace, a DEL", [0x07, 0x08, 0x7f], "\\x07\\x08\\x7f"],
  ["a NUL", [0], "\\x00"],
  ["a vertical tab and a form feed", [0x0b, 0x0c], "\\x0b\\x0c"],
  ["the first and the last of C1", utf8("\x80\x9f"), "\\xc2\\x80\\xc2\\x9f"],
  ["CSI in UTF-8", utf8("\x9b31m"), "\\xc2\\x9b31m"],
  ["CSI as a byte", [0x9b, 0x41], "\\x9bA"],
  ["CSI as a byte behind a letter", [0xc3, 0xa9, 0x9b], "é\\x9b"],
  ["CSI, longer than need be", [0xe0, 0x82, 0x9b], "\\xe0\\x82\\x9b"],
  ["ESC, longer than need be", [0xc0, 0x9b], "\\xc0\\x9b"],
  ["ESC in four bytes", [0xf0, 0x80, 0x80, 0x9b], "\\xf0\\x80\\x80\\x9b"],
  ["a surrogate", [0xed, 0xa0, 0x80], "\\xed\\xa0\\x80"],
  ["above U+10FFFF", [0xf4, 0x90, 0x80, 0x80], "\\xf4\\x90\\x80\\x80"],
  ["bytes that UTF-8 does not have", [0xf5, 0xff], "\\xf5\\xff"],
  ["half a character before a letter", [0xe2, 0x82, 0x41], "\\xe2\\x82A"],
  ["half a character before another", [0xe2, 0x82, 0xc3, 0xa9], "\\xe2\\x82é"],
  ["half a character before ESC", [0xf0, 0x9f, 0x98, 0x1b], "\\xf0\\x9f\\x98\\x1b"],
  ["half a character at the end", [0x41, 0xf0, 0x9f, 0x98], "A\\xf0\\x9f\\x98"],
  ["what leads to C1, twice", [0xc2, 0xc2, 0x9b], "\\xc2\\xc2\\x9b"],
  ["what leads to C1 at the end", [0xc2], "\\xc2"],
];

for (const [what, bytes, as] of SHOWN) {
  Deno.test(`VisibleText shows ${what} when it comes whole or in bytes`, () => {
    assertEquals(shown(bytes), as);
    assertEquals(shown(...bytes.map((byte) => [byte])), as);
  });
}

Deno.test("VisibleText lets nothing through that controls a terminal when any two bytes come", () => {
  for (let pair = 0; pair < 0x10000; pair++) {
    // Well-formed, or shown() throws.
    const text = shown([pair >> 8], [pair & 0xff, 0x41]);
    // deno-lint-ignore no-control-regex -- the terminal's are what is looked for
    assert(!/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/.test(text), `${pair}: ${text}`);
    assert(text.endsWith("A"));
  }
});
