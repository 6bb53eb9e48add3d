import { assertEquals, assertThrows } from "@std/assert";
import { growth } from "../../../../scripts/soak/growth.ts";

/** So many samples, each of its share of the run, from 0 to 1. */
function series(of: (part: number) => number, count = 120): number[] {
  return Array.from({ length: count }, (_, index) => of(index / count));
}

const ROWS: readonly [string, readonly number[], boolean][] = [
  ["stays the same", series(() => 14_000), false],
  ["rises until a quarter of the run is over", series(rise(0.25)), false],
  ["rises once by less than is allowed", series((part) => part < 0.6 ? 0 : 500), false],
  ["is a sawtooth", series((part) => 14_000 + part * 40 % 1 * 5_000), false],
  ["falls", series((part) => 20_000 - part * 5_000), false],
  ["jumps for a moment at the end", series((part) => part > 0.95 ? 90_000 : 9), false],
  ["rises all the time", series((part) => 14_000 + part * 1_100), true],
  ["rises all the time under a sawtooth", series(sawtoothRise), true],
  [
    "rises in the second half only",
    series((part) => Math.max(0, part - 0.5) * 2000),
    true,
  ],
  ["rises once by more than is allowed", series((part) => part < 0.6 ? 0 : 600), true],
];

function rise(until: number): (part: number) => number {
  return (part) => 10_000 + Math.min(part, until) * 50_000;
}

function sawtoothRise(part: number): number {
  return 14_000 + part * 40 % 1 * 300 + part * 2_000;
}

for (const [what, samples, grew] of ROWS) {
  Deno.test(`growth() is ${grew} for what ${what}`, () => {
    assertEquals(growth(samples, 512).grew, grew);
  });
}

Deno.test("growth() sees one more descriptor", () => {
  const { early, late, grew } = growth(series((part) => part < 0.7 ? 28 : 29), 0);
  assertEquals([early, late, grew], [28, 29, true]);
});

Deno.test("growth() judges no handful of samples", () => {
  assertThrows(() => growth(series(() => 1, 15), 0), RangeError);
});
