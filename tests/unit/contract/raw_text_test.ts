import { assertEquals } from "@std/assert";
import { decodeRaw, encodeRaw } from "../../../src/contract/raw_text.ts";
import { Random } from "../../support/random.ts";

const ROWS: readonly (readonly [name: string, bytes: number[], text: string])[] = [
  ["nothing", [], ""],
  ["ASCII", [0x61, 0x20, 0x7f], "a \x7f"],
  [
    "UTF-8 of every length",
    [0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x90, 0xab],
    "é€🐫",
  ],
  ["a byte order mark", [0xef, 0xbb, 0xbf, 0x61], "\ufeffa"],
  ["the replacement character itself", [0xef, 0xbf, 0xbd], "\ufffd"],
  ["a byte of Latin-1", [0x61, 0xe9, 0x62], "a\udce9b"],
  ["a lone continuation", [0x80], "\udc80"],
  ["a sequence cut short at the end", [0x61, 0xe2, 0x82], "a\udce2\udc82"],
  ["a sequence cut short by text", [0xe2, 0x82, 0x61], "\udce2\udc82a"],
  ["an overlong form", [0xc0, 0xaf], "\udcc0\udcaf"],
  ["a surrogate in UTF-8", [0xed, 0xb2, 0x80], "\udced\udcb2\udc80"],
  ["beyond Unicode", [0xf5, 0x80, 0x80, 0x80], "\udcf5\udc80\udc80\udc80"],
];

for (const [name, bytes, text] of ROWS) {
  Deno.test(`decodeRaw() and encodeRaw() keep ${name}`, () => {
    assertEquals(decodeRaw(Uint8Array.from(bytes)), text);
    assertEquals([...encodeRaw(text)], bytes);
  });
}

Deno.test("encodeRaw() gives decodeRaw()'s bytes back when they are random", () => {
  const random = new Random(7);
  for (let round = 0; round < 2000; round++) {
    const bytes = Uint8Array.from(
      { length: random.below(12) },
      () => random.below(2) ? random.below(256) : 0xc0 + random.below(64),
    );
    assertEquals(encodeRaw(decodeRaw(bytes)), bytes);
  }
});
