import { assertEquals } from "@std/assert";
import type { CpuidEntry } from "../../../src/hypervisor/hypervisor.ts";
import {
  cpuid,
  cpuidRoom,
  generalRegisters,
  memoryRegion,
  msrFilter,
  readCpuid,
} from "../../../src/hypervisor/kvm/structures.ts";

// Layouts: linux/kvm.h and asm/kvm.h of x86_64.

function u32s(bytes: Uint8Array<ArrayBuffer>): number[] {
  return [...new Uint32Array(bytes.buffer)];
}

Deno.test("memoryRegion() is slot 0 at gpa 0 when memory has 4 GiB", () => {
  const bytes = memoryRegion(0x1_0000_0000, 0x7f12_3456_7000n);
  assertEquals(u32s(bytes), [0, 0, 0, 0, 0, 1, 0x3456_7000, 0x7f12]);
});

Deno.test("generalRegisters() writes u64 when values need more than 32 bits", () => {
  const bytes = generalRegisters({
    rip: 0x1_0000_0001,
    rsp: 0x2_0000_0002,
    rdi: 0x3_0000_0003,
    rflags: 2,
  });
  const words = [...new BigUint64Array(bytes.buffer)];
  assertEquals(words.length, 18);
  const set = words.flatMap((word, index) => word === 0n ? [] : [[8 * index, word]]);
  assertEquals(set, [
    [40, 0x3_0000_0003n],
    [48, 0x2_0000_0002n],
    [128, 0x1_0000_0001n],
    [136, 2n],
  ]);
});

const ENTRIES: CpuidEntry[] = [
  { leaf: 7, subleaf: 1, flags: 1, eax: 2, ebx: 3, ecx: 4, edx: 0xffff_ffff },
  { leaf: 0x8000_0001, subleaf: 0, flags: 0, eax: 5, ebx: 6, ecx: 0x8000_0000, edx: 8 },
];

Deno.test("cpuid() lays entries of 40 bytes behind the count when there are two", () => {
  assertEquals(u32s(cpuid(ENTRIES)), [
    ...[2, 0],
    ...[7, 1, 1, 2, 3, 4, 0xffff_ffff, 0, 0, 0],
    ...[0x8000_0001, 0, 0, 5, 6, 0x8000_0000, 8, 0, 0, 0],
  ]);
});

Deno.test("readCpuid() returns the same entries when cpuid() wrote them", () => {
  assertEquals(readCpuid(cpuid(ENTRIES)), ENTRIES);
  assertEquals(readCpuid(cpuid([])), []);
});

Deno.test("readCpuid() returns as many entries as KVM filled in when there is more room", () => {
  const room = cpuidRoom(256);
  assertEquals(room.length, 8 + 256 * 40);
  assertEquals(new DataView(room.buffer).getUint32(0, true), 256);
  room.set(cpuid(ENTRIES));
  assertEquals(readCpuid(room), ENTRIES);
});

Deno.test("msrFilter() denies by default when some registers are allowed", () => {
  const address = 0x7f12_3456_7008n;
  const bytes = msrFilter(
    [
      { index: 0x10, read: true, write: false },
      { index: 0xc000_0080, read: true, write: true },
      { index: 0x277, read: false, write: true },
    ],
    address,
  );
  assertEquals(bytes.length, 392);
  const low = 0x3456_7008, high = 0x7f12;
  const words = u32s(bytes);
  // flags: deny by default; each range: flags, count, base, pad, bitmap
  assertEquals(words.slice(0, 2), [1, 0]);
  assertEquals(words.slice(2, 20), [
    ...[1, 1, 0x10, 0, low, high],
    ...[3, 1, 0xc000_0080, 0, low, high],
    ...[2, 1, 0x277, 0, low, high],
  ]);
  assertEquals(words.slice(20).some((word) => word !== 0), false);
});
