import { assert, assertEquals } from "@std/assert";
import type { CpuidEntry } from "../../../../src/hypervisor/hypervisor.ts";
import { guestCpuid } from "../../../../src/machine/x86_64/cpuid.ts";
import { FEATURES as GROUPS } from "../../../../src/machine/x86_64/cpuid_features.ts";
import { Random } from "../../../support/random.ts";

const ALL = 0xffff_ffff;
const REGISTERS = ["eax", "ebx", "ecx", "edx"] as const;
type Register = typeof REGISTERS[number];

function entry(leaf: number, subleaf = 0, bits = ALL): CpuidEntry {
  return { leaf, subleaf, flags: 1, eax: bits, ebx: bits, ecx: bits, edx: bits };
}

/** Leaves that processors and KVM have, each with some subleaves. */
const LEAVES = [
  ...Array.from({ length: 0x25 }, (_, leaf) => leaf),
  ...[0x4000_0000, 0x4000_0001, 0x4000_0010],
  ...Array.from({ length: 0x23 }, (_, index) => 0x8000_0000 + index),
  ...[0xc000_0000, 0xc000_0001, ALL],
];

/** A host that has every bit there is. */
const HOST = LEAVES.flatMap((leaf) => [0, 1, 2].map((subleaf) => entry(leaf, subleaf)));

function has(
  cpuid: readonly CpuidEntry[],
  leaf: number,
  register: Register,
  bit: number,
) {
  const found = cpuid.find((each) => each.leaf === leaf && each.subleaf === 0);
  return found !== undefined && (found[register] >>> bit & 1) === 1;
}

type Bit = readonly [name: string, leaf: number, register: Register, bit: number];

// Bits from Intel SDM 2A (CPUID) and AMD APM 3, appendix E.
const SHOWN: readonly Bit[] = [
  ["FPU", 1, "edx", 0],
  ["TSC", 1, "edx", 4],
  ["MSR", 1, "edx", 5],
  ["CMOV", 1, "edx", 15],
  ["FXSR", 1, "edx", 24],
  ["SSE", 1, "edx", 25],
  ["SSE2", 1, "edx", 26],
  ["SSE3", 1, "ecx", 0],
  ["PCLMULQDQ", 1, "ecx", 1],
  ["SSSE3", 1, "ecx", 9],
  ["CMPXCHG16B", 1, "ecx", 13],
  ["SSE4.1", 1, "ecx", 19],
  ["SSE4.2", 1, "ecx", 20],
  ["POPCNT", 1, "ecx", 23],
  ["AES", 1, "ecx", 25],
  ["RDRAND", 1, "ecx", 30],
  ["FSGSBASE", 7, "ebx", 0],
  ["BMI1", 7, "ebx", 3],
  ["BMI2", 7, "ebx", 8],
  ["RDSEED", 7, "ebx", 18],
  ["ADX", 7, "ebx", 19],
  ["SHA", 7, "ebx", 29],
  ["RDTSCP", 0x8000_0001, "edx", 27],
  ["long mode", 0x8000_0001, "edx", 29],
  ["NX", 0x8000_0001, "edx", 20],
  ["invariant TSC", 0x8000_0007, "edx", 8],
];

for (const [name, leaf, register, bit] of SHOWN) {
  Deno.test(`guestCpuid() shows ${name} when the host has it, and not when it lacks it`, () => {
    assert(has(guestCpuid(HOST), leaf, register, bit));
    const host = HOST.map((each) =>
      each.leaf === leaf
        ? { ...each, [register]: (each[register] & ~(1 << bit)) >>> 0 }
        : each
    );
    assert(!has(guestCpuid(host), leaf, register, bit));
  });
}

const HIDDEN: readonly Bit[] = [
  ["VMX", 1, "ecx", 5],
  ["MONITOR", 1, "ecx", 3],
  ["FMA", 1, "ecx", 12],
  ["PDCM", 1, "ecx", 15],
  ["PCID", 1, "ecx", 17],
  ["x2APIC", 1, "ecx", 21],
  ["TSC deadline", 1, "ecx", 24],
  ["XSAVE", 1, "ecx", 26],
  ["OSXSAVE", 1, "ecx", 27],
  ["AVX", 1, "ecx", 28],
  ["F16C", 1, "ecx", 29],
  ["APIC", 1, "edx", 9],
  ["MTRR", 1, "edx", 12],
  ["HTT", 1, "edx", 28],
  ["SGX", 7, "ebx", 2],
  ["AVX2", 7, "ebx", 5],
  ["RTM", 7, "ebx", 11],
  ["AVX512F", 7, "ebx", 16],
  ["AVX512DQ", 7, "ebx", 17],
  ["AVX512IFMA", 7, "ebx", 21],
  ["AVX512PF", 7, "ebx", 26],
  ["AVX512ER", 7, "ebx", 27],
  ["AVX512CD", 7, "ebx", 28],
  ["AVX512BW", 7, "ebx", 30],
  ["AVX512VL", 7, "ebx", 31],
  ["AVX512VBMI", 7, "ecx", 1],
  ["VAES", 7, "ecx", 9],
  ["VPCLMULQDQ", 7, "ecx", 10],
  ["AVX512VNNI", 7, "ecx", 11],
  ["SGX launch control", 7, "ecx", 30],
  ["AVX512 4VNNIW", 7, "edx", 2],
  ["AVX512 4FMAPS", 7, "edx", 3],
  ["AMX tiles", 7, "edx", 24],
  ["speculation control", 7, "edx", 26],
  ["ARCH_CAPABILITIES", 7, "edx", 29],
  ["SVM", 0x8000_0001, "ecx", 2],
  ["XOP", 0x8000_0001, "ecx", 11],
  ["FMA4", 0x8000_0001, "ecx", 16],
  ["MONITORX", 0x8000_0001, "ecx", 29],
  ["SYSCALL", 0x8000_0001, "edx", 11],
];

for (const [name, leaf, register, bit] of HIDDEN) {
  Deno.test(`guestCpuid() hides ${name} when the host has it`, () => {
    assert(has(HOST, leaf, register, bit));
    assert(!has(guestCpuid(HOST), leaf, register, bit));
  });
}

const REMOVED = [
  ...[3, 5, 6, 9, 0xa, 0xb, 0xd, 0xf, 0x10, 0x12, 0x14, 0x17, 0x18, 0x19, 0x1a, 0x1b],
  ...[0x1c, 0x1d, 0x1e, 0x1f, 0x20, 0x21, 0x23, 0x24],
  ...[0x4000_0000, 0x4000_0001, 0x4000_0010, 0x8000_0009, 0x8000_000a, 0x8000_001a],
  ...[0x8000_001b, 0x8000_001c, 0x8000_001e, 0x8000_001f, 0x8000_0021, 0xc000_0000, ALL],
];

for (const leaf of REMOVED) {
  Deno.test(`guestCpuid() leaves out leaf 0x${leaf.toString(16)} when the host has it`, () => {
    assert(HOST.some((each) => each.leaf === leaf));
    assertEquals(guestCpuid(HOST).filter((each) => each.leaf === leaf), []);
  });
}

Deno.test("guestCpuid() shows the leaves that it knows when the host has them all", () => {
  const shown = new Set(guestCpuid(HOST).map(({ leaf }) => leaf));
  assertEquals([...shown], [
    ...[0, 1, 2, 4, 7, 0x15],
    ...[0x8000_0000, 0x8000_0001, 0x8000_0002, 0x8000_0003, 0x8000_0004],
    ...[0x8000_0005, 0x8000_0006, 0x8000_0007, 0x8000_0008],
  ]);
});

Deno.test("guestCpuid() shows one subleaf of the features when the host has more", () => {
  const features = guestCpuid(HOST).filter(({ leaf }) => leaf === 7);
  assertEquals(features.map(({ subleaf, eax }) => [subleaf, eax]), [[0, 0]]);
  const caches = guestCpuid(HOST).filter(({ leaf }) => leaf === 4);
  assertEquals(caches.map(({ subleaf }) => subleaf), [0, 1, 2]);
});

Deno.test("guestCpuid() hides which processor it runs on when the host says it", () => {
  // The initial APIC id and the number of logical processors.
  const first = guestCpuid(HOST).find(({ leaf }) => leaf === 1);
  assertEquals(first?.ebx, 0xffff);
});

Deno.test("guestCpuid() shows nothing that the host lacks when the host is random", () => {
  for (let seed = 0; seed < 200; seed++) {
    const random = new Random(seed);
    const host = LEAVES.filter(() => random.below(4) > 0).map((leaf) => {
      const [eax, ebx, ecx, edx] = new Uint32Array(random.bytes(16).buffer);
      const values = { eax: eax!, ebx: ebx!, ecx: ecx!, edx: edx! };
      return { leaf, subleaf: 0, flags: random.below(8), ...values };
    });
    const guest = guestCpuid(host);
    assertEquals(
      guest.map(({ leaf }) => leaf),
      host.map(({ leaf }) => leaf).filter((leaf) => guest.some((g) => g.leaf === leaf)),
    );
    for (const shown of guest) {
      const offered = host.find(({ leaf }) => leaf === shown.leaf)!;
      assertEquals(shown.flags, offered.flags);
      for (const register of REGISTERS) {
        const extra = (shown[register] & ~offered[register]) >>> 0;
        assertEquals(extra, 0, `seed ${seed}, leaf ${shown.leaf}, ${register}`);
        assert(shown[register] >= 0, "a register is a u32");
      }
    }
  }
});

Deno.test("guestCpuid() returns nothing when the host offers nothing", () => {
  assertEquals(guestCpuid([]), []);
});

/** The table, a row for each bit. */
const FEATURES = GROUPS.flatMap(({ leaf, register, shown, bits }) =>
  Object.entries(bits).map(([name, [bit, reason]]) => (
    { name, leaf, register, bit, shown, reason }
  ))
);

Deno.test("FEATURES decides on a bit once when it is listed", () => {
  const seen = new Map<string, string>();
  for (const { name, leaf, register, bit } of FEATURES) {
    const place = `leaf 0x${leaf.toString(16)}, ${register}, bit ${bit}`;
    assertEquals(seen.get(place), undefined, `${place} is ${name} too`);
    seen.set(place, name);
    assert(Number.isInteger(bit) && bit >= 0 && bit <= 31, place);
  }
});

Deno.test("FEATURES says what the guest is shown when the host has every bit", () => {
  const guest = guestCpuid(HOST);
  for (const { name, leaf, register, bit, shown, reason } of FEATURES) {
    assertEquals(has(guest, leaf, register, bit), shown, name);
    assert(reason !== "", name);
  }
  // What nobody decided on is not shown.
  const decided = FEATURES.filter(({ shown }) => shown);
  for (
    const [leaf, registers] of [
      [1, ["ecx", "edx"]],
      [7, ["ebx", "ecx", "edx"]],
      [0x8000_0001, ["ecx", "edx"]],
    ] as const
  ) {
    for (const register of registers) {
      for (let bit = 0; bit < 32; bit++) {
        if (!has(guest, leaf, register, bit)) continue;
        const known = decided.some((each) =>
          each.leaf === leaf && each.register === register && each.bit === bit
        );
        assert(known, `leaf ${leaf}, ${register}, bit ${bit}`);
      }
    }
  }
});
