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

Deno.test("makeCase() makes cases of every kind when there are enough of them", () => {
  const cases: Case[] = [];
  for (let seed = 0; seed < 3000; seed++) cases.push(makeCase(seed, originals));
  const texts = cases.filter(({ kind }) => kind === "text");
  const images = cases.filter((one) => one.kind === "image");
  const holes = images.filter(({ sizeBytes, bytes }) => sizeBytes > bytes.length);
  assert(texts.length > 200 && holes.length > 50, `${texts.length}, ${holes.length}`);
  // All headers that there can be, and files without any.
  assert(images.some(({ bytes }) => bytes.length > 65535 * 56), "no full table");
  assert(images.some(({ bytes }) => bytes.length < 64), "no short file");
  assert(holes.some(({ sizeBytes }) => sizeBytes === Number.MAX_SAFE_INTEGER));
  for (const { sizeBytes, bytes } of images) assert(sizeBytes >= bytes.length);
});
