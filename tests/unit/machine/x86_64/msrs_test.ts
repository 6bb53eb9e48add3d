import { assert, assertEquals } from "@std/assert";
import { ALLOWED_MSRS } from "../../../../src/machine/x86_64/msrs.ts";

const EXPECTED: readonly (readonly [name: string, index: number, rights: string])[] = [
  ["the time stamp counter", 0x10, "r"],
  ["the page attribute table", 0x277, "rw"],
  ["EFER", 0xc000_0080, "rw"],
  ["FS base", 0xc000_0100, "rw"],
  ["GS base", 0xc000_0101, "rw"],
  ["kernel GS base", 0xc000_0102, "rw"],
];

for (const [name, index, rights] of EXPECTED) {
  Deno.test(`ALLOWED_MSRS gives the guest its rights when it uses ${name}`, () => {
    const found = ALLOWED_MSRS.filter((msr) => msr.index === index);
    const given = found.map(({ read, write }) => (read ? "r" : "") + (write ? "w" : ""));
    assertEquals(given, [rights]);
  });
}

Deno.test("ALLOWED_MSRS names nothing else when it is listed", () => {
  const known = EXPECTED.map(([, index]) => index);
  assertEquals(
    ALLOWED_MSRS.map(({ index }) => index).filter((index) => !known.includes(index)),
    [],
  );
  // KVM takes 16 ranges.
  assert(ALLOWED_MSRS.length <= 16);
});
