import { assertEquals } from "@std/assert";
import { mapAnonymous, PAGE_BYTES, unmap } from "../../../ffi/memory.ts";
import { Pagemap } from "../../../ffi/pagemap.ts";

Deno.test("Pagemap.inUse() says which pages were written when few were", () => {
  const pages = 1024;
  const mapping = mapAnonymous(pages * PAGE_BYTES, "test");
  const pagemap = new Pagemap();
  const used = (from: number, count: number) =>
    pagemap.inUse(mapping.address + BigInt(from * PAGE_BYTES), count)
      .flatMap((each, index) => each ? [from + index] : []);
  assertEquals(used(0, pages), []);
  for (const page of [0, 7, 1023]) mapping.bytes[page * PAGE_BYTES] = 1;
  assertEquals(used(0, pages), [0, 7, 1023]);
  assertEquals(used(7, 1), [7]);
  assertEquals(used(8, 1000), []);
  pagemap.close();
  pagemap.close();
  unmap(mapping);
});
