import { assert, assertEquals } from "@std/assert";
import { type Case, makeCase, readOriginals } from "../../../../scripts/fuzz/cases.ts";

const originals = readOriginals();

Deno.test("makeCase() makes the same case when the seed is the same", () => {
  for (let seed = 0; seed < 200; seed++) {
    assertEquals(makeCase(seed, originals), makeCase(seed, originals), `seed ${seed}`);
  }
});

Deno.test("makeCase() leaves the originals as they are when it makes cases", () => {
  for (let seed = 0; seed < 1000; seed++) makeCase(seed, originals);
  assertEquals(originals, readOriginals());
});

/** What there has to be a case of before so many are made. */
const KINDS: Readonly<Record<string, (one: Case) => boolean>> = {
  "a text": ({ kind }) => kind === "text",
  "an image with all the headers there can be": ({ bytes }) => bytes.length > 65535 * 56,
  "an image without room for a header": (one) =>
    one.kind === "image" && one.bytes.length < 64,
  "an image that ends with a hole": (one) =>
    one.kind === "image" && one.sizeBytes > one.bytes.length,
  "an image as large as a number can say": (one) =>
    one.kind === "image" && one.sizeBytes === Number.MAX_SAFE_INTEGER,
};

const MOST_CASES = 20_000;

for (const [what, isOne] of Object.entries(KINDS)) {
  Deno.test(`makeCase() makes ${what} when it makes many cases`, () => {
    let seed = 0;
    while (seed < MOST_CASES && !isOne(makeCase(seed, originals))) seed++;
    assert(seed < MOST_CASES);
  });
}
