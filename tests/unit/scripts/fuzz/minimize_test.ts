import { assertEquals } from "@std/assert";
import type { Case } from "../../../../scripts/fuzz/cases.ts";
import { minimize } from "../../../../scripts/fuzz/minimize.ts";
import { Random } from "../../../support/random.ts";

const bytes = new Random(1).bytes(5000);

Deno.test("minimize() keeps only what shows it when the case is an image", () => {
  const image: Case = { kind: "image", bytes, sizeBytes: bytes.length };
  const smallest = minimize(
    image,
    (one) => one.bytes[100] === bytes[100] && one.bytes[207] === bytes[207],
  );
  const expected = new Uint8Array(208);
  expected[100] = bytes[100]!;
  expected[207] = bytes[207]!;
  assertEquals(smallest, { kind: "image", bytes: expected, sizeBytes: 208 });
});

Deno.test("minimize() keeps the size when an image ends with a hole", () => {
  const image: Case = { kind: "image", bytes, sizeBytes: 2 ** 40 };
  const smallest = minimize(image, (one) => one.bytes.length > 10);
  assertEquals(smallest, {
    kind: "image",
    bytes: new Uint8Array(11),
    sizeBytes: 2 ** 40,
  });
});

Deno.test("minimize() leaves the rest out when the case is a text", () => {
  const text = `{ "a": [1, 2, ${"3, ".repeat(200)} 4], "b": "x" }`;
  const decoder = new TextDecoder();
  const smallest = minimize(
    { kind: "text", bytes: new TextEncoder().encode(text) },
    (one) => /a.*b/.test(decoder.decode(one.bytes)),
  );
  assertEquals(decoder.decode(smallest.bytes), "ab");
});

Deno.test("minimize() leaves the case as it is when nothing smaller shows it", () => {
  const image: Case = { kind: "image", bytes, sizeBytes: bytes.length };
  assertEquals(minimize(image, () => false), image);
});
