import { assertEquals } from "@std/assert";
import { writePageTables } from "../../../../src/machine/x86_64/page_tables.ts";

const MEBIBYTE = 1024 * 1024;

/** The tables end where boot info begins; the rest is not written. */
const SOME_BYTES = 0x200000;

function tables(sizeBytes: number): DataView {
  const memory = new Uint8Array(SOME_BYTES);
  writePageTables(memory, sizeBytes);
  return new DataView(memory.buffer);
}

function entry(view: DataView, table: number, index: number): bigint {
  return view.getBigUint64(table + 8 * index, true);
}

const PML4 = 0x2000, PDPT = 0x3000, PD = 0x4000, PT = 0x8000;

const ENTRIES: readonly (readonly [string, table: number, index: number, bigint])[] = [
  ["PML4[0]", PML4, 0, 0x3003n],
  ["PML4[1]", PML4, 1, 0n],
  ["PML4[511]", PML4, 511, 0n],
  ["PDPT[0]", PDPT, 0, 0x4003n],
  ["PDPT[1]", PDPT, 1, 0x5003n],
  ["PDPT[2]", PDPT, 2, 0x6003n],
  ["PDPT[3]", PDPT, 3, 0x7003n],
  ["PDPT[4]", PDPT, 4, 0n],
  ["PD[0]", PD, 0, 0x8003n],
  ["PD[1]", PD, 1, 0x200083n],
  ["PD[5]", PD, 5, 5n * 0x200000n + 0x83n],
  ["PD[255]", PD, 255, 0x1fe0_0083n],
  ["PD[256]", PD, 256, 0n],
  ["PT[0]", PT, 0, 0n],
  ["PT[1]", PT, 1, 0n],
  ["PT[15]", PT, 15, 0n],
  ["PT[16]", PT, 16, 0x10001n],
  ["PT[17]", PT, 17, 0x11001n],
  ["PT[255]", PT, 255, 0xff001n],
  ["PT[256]", PT, 256, 0x100003n],
  ["PT[511]", PT, 511, 0x1ff003n],
];

for (const [name, table, index, expected] of ENTRIES) {
  Deno.test(`writePageTables() writes ${name} when there are 512 MiB`, () => {
    assertEquals(entry(tables(512 * MEBIBYTE), table, index), expected);
  });
}

const LARGE: readonly (readonly [mebibytes: number, index: number, bigint])[] = [
  [2, 0, 0x8003n],
  [2, 1, 0n],
  [4, 1, 0x200083n],
  [4, 2, 0n],
  [1024, 511, 0x3fe0_0083n],
  [1024, 512, 0n],
  [1026, 512, 0x4000_0083n],
  [4096, 1023, 0x7fe0_0083n],
  [4096, 1024, 0x8000_0083n],
  [4096, 2046, 0xffc0_0083n],
  [4096, 2047, 0xffe0_0083n],
];

for (const [mebibytes, index, expected] of LARGE) {
  Deno.test(`writePageTables() writes PD[${index}] when there are ${mebibytes} MiB`, () => {
    assertEquals(entry(tables(mebibytes * MEBIBYTE), PD, index), expected);
  });
}

Deno.test("writePageTables() writes the page table whole when there are 4 GiB", () => {
  // The four directories end where the page table begins.
  assertEquals(entry(tables(4096 * MEBIBYTE), PT, 0), 0n);
  assertEquals(entry(tables(4096 * MEBIBYTE), PT, 16), 0x10001n);
});

Deno.test("writePageTables() writes nothing else when memory is marked", () => {
  const memory = new Uint8Array(SOME_BYTES).fill(0xaa);
  writePageTables(memory, 4096 * MEBIBYTE);
  const touched = (byte: number) => byte !== 0xaa;
  assertEquals(memory.subarray(0, PML4).findIndex(touched), -1);
  assertEquals(memory.subarray(PML4 + 8, PDPT).findIndex(touched), -1);
  assertEquals(memory.subarray(PDPT + 32, PD).findIndex(touched), -1);
  assertEquals(memory.subarray(PT, PT + 16 * 8).findIndex(touched), -1);
  assertEquals(memory.subarray(0x9000).findIndex(touched), -1);
});

Deno.test("writePageTables() writes at the view's start when it is part of a buffer", () => {
  const whole = new Uint8Array(2 * SOME_BYTES);
  writePageTables(whole.subarray(SOME_BYTES), 4 * MEBIBYTE);
  assertEquals(new DataView(whole.buffer).getUint32(SOME_BYTES + PML4, true), 0x3003);
  assertEquals(whole.subarray(0, SOME_BYTES).findIndex((byte) => byte !== 0), -1);
});
