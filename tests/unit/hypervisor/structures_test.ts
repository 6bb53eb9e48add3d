import { assertEquals } from "@std/assert";
import {
  type DebugRequest,
  GENERAL_REGISTERS,
  type VcpuState,
} from "../../../src/contract/vcpu.ts";
import type { CpuidEntry } from "../../../src/hypervisor/hypervisor.ts";
import {
  cpuid,
  cpuidRoom,
  enableCapability,
  generalRegisters,
  generalState,
  guestDebug,
  ioEventfd,
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

Deno.test("enableCapability() has 1 as the first argument", () => {
  const bytes = enableCapability(190);
  assertEquals(u32s(bytes), [190, 0, 1, ...new Array(23).fill(0)]);
});

Deno.test("ioEventfd() is any write of 4 bytes to a port, on x86_64", () => {
  const bytes = ioEventfd(0x600, 17);
  assertEquals(u32s(bytes), [0, 0, 0x600, 0, 4, 17, 2, ...new Array(9).fill(0)]);
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

Deno.test("generalState() writes every register when it has 64 bits", () => {
  const values = GENERAL_REGISTERS.map((name, index) => [name, BigInt(-1 - index)]);
  const bytes = generalState(Object.fromEntries(values) as VcpuState["general"]);
  const words = [...new BigInt64Array(bytes.buffer)];
  assertEquals(words, GENERAL_REGISTERS.map((_, index) => BigInt(-1 - index)));
});

/** Requests, `control`, and DR7 (Intel SDM 3B 17.2.4: G0 is bit 1, RW0 bits 16 and 17). */
const DEBUG_REQUESTS: readonly (readonly [
  name: string,
  request: DebugRequest,
  control: number,
  dr7: number,
])[] = [
  ["nothing is asked for", { step: false, stops: [] }, 0, 0],
  ["a step is asked for", { step: true, stops: [] }, 3, 0],
  [
    "an instruction is asked for",
    { step: false, stops: [{ kind: "execute", address: 0x1000n, bytes: 1 }] },
    0x20001,
    0x602,
  ],
  [
    "a step and four stops are asked for",
    {
      step: true,
      stops: [
        { kind: "write", address: 0x1000n, bytes: 1 },
        { kind: "access", address: 0x2000n, bytes: 2 },
        { kind: "write", address: 0x3000n, bytes: 4 },
        { kind: "access", address: 0xffff_ffff_ffff_fff8n, bytes: 8 },
      ],
    },
    0x20003,
    0xbd71_06aa,
  ],
];

for (const [name, request, control, dr7] of DEBUG_REQUESTS) {
  Deno.test(`guestDebug() sets the debug registers when ${name}`, () => {
    const bytes = guestDebug(request);
    assertEquals([bytes.length, u32s(bytes).slice(0, 2)], [72, [control, 0]]);
    const registers = [...new BigUint64Array(bytes.buffer, 8)];
    const addresses = request.stops.map(({ address }) => address);
    assertEquals(registers.slice(0, addresses.length), addresses);
    assertEquals(
      registers.slice(addresses.length, 7).every((value) => value === 0n),
      true,
    );
    assertEquals(registers[7], BigInt(dr7));
  });
}

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
