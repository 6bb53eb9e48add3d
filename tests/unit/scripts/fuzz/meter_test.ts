import { assertEquals, assertThrows } from "@std/assert";
import {
  Excess,
  imageBudget,
  MeteredSource,
  withinAllocation,
} from "../../../../scripts/fuzz/meter.ts";

/** What makes 800 bytes. */
const ALLOCATIONS: Readonly<Record<string, () => unknown>> = {
  "new Uint8Array()": () => new Uint8Array(800),
  "new Float64Array()": () => new Float64Array(100),
  "new ArrayBuffer()": () => new ArrayBuffer(800),
  "new Array()": () => new Array(100),
  "Array()": () => Array(100),
  "Array.from()": () => Array.from({ length: 100 }),
  "repeat()": () => "0123".repeat(200),
  "padStart()": () => "x".padStart(800),
  "padEnd()": () => "x".padEnd(800, "yz"),
  "Uint32Array.from()": () => Uint32Array.from({ length: 200 }),
};

for (const [name, allocate] of Object.entries(ALLOCATIONS)) {
  Deno.test(`withinAllocation() counts what ${name} makes`, () => {
    withinAllocation(1000, allocate);
    assertThrows(() => withinAllocation(799, allocate), Excess);
    assertThrows(() => withinAllocation(1599, () => [allocate(), allocate()]), Excess);
  });
}

Deno.test("withinAllocation() says so when what was too much is kept secret", () => {
  assertThrows(
    () =>
      withinAllocation(99, () => {
        try {
          new Uint8Array(2 ** 40);
        } catch {
          // Nobody is to know.
        }
      }),
    Excess,
  );
});

Deno.test("withinAllocation() gives nothing back when a size is below 0", () => {
  assertThrows(() => withinAllocation(0, () => new Array(-1)), RangeError);
  const action = () => {
    try {
      new Array(-100);
    } catch {
      // It is no array's length.
    }
    return new Uint8Array(100);
  };
  assertThrows(() => withinAllocation(99, action), Excess);
});

Deno.test("withinAllocation() counts nothing when a view is made", () => {
  const buffer = new ArrayBuffer(4096);
  const views = withinAllocation(0, () => [new Uint8Array(buffer), new DataView(buffer)]);
  assertEquals(views.map(({ byteLength }) => byteLength), [4096, 4096]);
  assertEquals(views[0] instanceof Uint8Array, true);
});

Deno.test("withinAllocation() leaves the constructors as they were when it is over", () => {
  const now = () => [Array, ArrayBuffer, Uint8Array, "".repeat, "".padEnd];
  const before = now();
  withinAllocation(0, () => {});
  assertThrows(() => withinAllocation(0, () => new Array(1)), Excess);
  assertEquals(now(), before);
  assertEquals(new Uint8Array(8).length, 8);
});

Deno.test("MeteredSource gives bytes and zeros when it is read inside its size", () => {
  const source = new MeteredSource("f", Uint8Array.of(1, 2, 3), 2 ** 53 - 1, 100);
  const target = new Uint8Array(4).fill(9);
  source.read(1, target);
  assertEquals(target, Uint8Array.of(2, 3, 0, 0));
  source.read(2 ** 53 - 5, target);
  assertEquals([target, source.bytesRead], [new Uint8Array(4), 8]);
});

for (
  const [name, offset, length] of [
    ["behind the end", 3, 1],
    ["across the end", 2, 2],
    ["before the beginning", -1, 1],
    ["between two bytes", 0.5, 1],
    ["where no number is exact", 2 ** 53, 1],
    ["more than it may", 0, 3],
  ] as const
) {
  Deno.test(`MeteredSource ends the reader when it reads ${name}`, () => {
    const source = new MeteredSource("f", Uint8Array.of(1, 2, 3), 3, 2);
    const read = () => source.read(offset, new Uint8Array(length));
    const error = assertThrows(read, Excess);
    assertEquals(source.excess, error);
  });
}

Deno.test("imageBudget() follows the file's size when that is small", () => {
  assertEquals([imageBudget(0), imageBudget(1000)], [0, 3000]);
  assertEquals(imageBudget(2 ** 53 - 1), 5_000_000);
});
