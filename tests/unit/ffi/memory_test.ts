import { assertEquals } from "@std/assert";
import { Protection } from "../../../ffi/linux/mman.ts";
import { mapAnonymous, mapCheaplyViewed, protect, unmap } from "../../../ffi/memory.ts";

const MEBIBYTE = 0x10_0000;

/** Reads a byte at an address of this process. */
function byteAt(address: bigint): number {
  return new Deno.UnsafePointerView(Deno.UnsafePointer.create(address)!).getUint8();
}

for (const [name, make] of Object.entries({ mapAnonymous, mapCheaplyViewed })) {
  Deno.test(`${name}() gives zeros, and a view of what is at the address`, () => {
    const mapping = make(4 * MEBIBYTE, "test");
    assertEquals(mapping.bytes.length, 4 * MEBIBYTE);
    assertEquals(mapping.bytes.every((byte) => byte === 0), true);
    mapping.bytes[0] = 1;
    mapping.part(4 * MEBIBYTE - 1, 1)[0] = 2;
    assertEquals(byteAt(mapping.address), 1);
    assertEquals(byteAt(mapping.address + BigInt(4 * MEBIBYTE - 1)), 2);
    unmap(mapping);
  });
}

Deno.test("mapCheaplyViewed() begins at a large page", () => {
  const mapping = mapCheaplyViewed(2 * MEBIBYTE, "test");
  assertEquals(mapping.address % BigInt(2 * MEBIBYTE), 0n);
  unmap(mapping);
});

Deno.test("mapCheaplyViewed() is not counted as memory of V8's", () => {
  const before = Deno.memoryUsage().external;
  const mapping = mapCheaplyViewed(256 * MEBIBYTE, "test");
  assertEquals(mapping.bytes.length, 256 * MEBIBYTE);
  assertEquals(Deno.memoryUsage().external - before < MEBIBYTE, true);
  unmap(mapping);
});

Deno.test("unmap() leaves the runtime's own addresses as they were", () => {
  const mapping = mapCheaplyViewed(2 * MEBIBYTE, "test");
  const { bytes } = mapping;
  bytes[0] = 1;
  protect(mapping, { start: 0, end: MEBIBYTE }, Protection.READ);
  unmap(mapping);
  assertEquals(bytes[0], 0);
  bytes[0] = 1;
  assertEquals(bytes[0], 1);
});
