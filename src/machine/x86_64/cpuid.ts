/**
 * What a guest is told of the processor: a subset of what the host's KVM offers,
 * leaf by leaf and bit by bit. `cpuid_features.ts` has the table of bits, with the
 * reasons; here are its sums, which a test holds against it: no start reads it.
 *
 * @module
 */
import type { CpuidEntry } from "../../hypervisor/hypervisor.ts";

const ALL = 0xffff_ffff;
const NONE = 0;

/** Of each register of a leaf, the bits that are shown. */
interface LeafMask {
  readonly eax: number;
  readonly ebx: number;
  readonly ecx: number;
  readonly edx: number;
}

const WHOLE: LeafMask = { eax: ALL, ebx: ALL, ecx: ALL, edx: ALL };

/** The leaf of which only one subleaf is shown. */
const FEATURES_7 = 7;

/** Invariant time stamp counter: bit 8 of leaf 0x80000007, EDX. */
const INVARIANT_TSC = 1 << 8;

/**
 * Every leaf that is shown. Not shown are, among others: 5 (monitor), 6
 * (power), 0xa (performance counters), 0xb (topology), 0xd (XCR0), 0x12 (SGX),
 * 0x14 (tracing), 0x40000000 and on (KVM's own, whose MSRs are denied),
 * 0x8000000a (SVM).
 */
const LEAVES: ReadonlyMap<number, LeafMask> = new Map([
  // Vendor and highest leaf.
  [0, WHOLE],
  // Family, model and sizes; the initial APIC id and the number of logical
  // processors (upper half of EBX) mean nothing here.
  [1, { eax: ALL, ebx: 0xffff, ecx: 0xc2d8_2203, edx: 0x078b_a179 }],
  // Caches, of which code chooses its block sizes; not how many of the host's
  // processors share one (upper bits of EAX).
  [2, WHOLE],
  [4, { ...WHOLE, eax: 0x3fff }],
  // Only subleaf 0: EAX, the highest subleaf, is 0.
  [FEATURES_7, { eax: NONE, ebx: 0x218c_0309, ecx: 0x100, edx: 0x10 }],
  // Frequency of the time stamp counter.
  [0x15, WHOLE],
  [0x8000_0000, WHOLE],
  [0x8000_0001, { eax: ALL, ebx: NONE, ecx: 0x1e1, edx: 0x2fd3_a179 }],
  // The processor's name.
  [0x8000_0002, WHOLE],
  [0x8000_0003, WHOLE],
  [0x8000_0004, WHOLE],
  // Caches.
  [0x8000_0005, WHOLE],
  [0x8000_0006, WHOLE],
  [0x8000_0007, { eax: NONE, ebx: NONE, ecx: NONE, edx: INVARIANT_TSC }],
  // Width of addresses.
  [0x8000_0008, { eax: ALL, ebx: NONE, ecx: NONE, edx: NONE }],
]);

/**
 * Chooses, from what the host's KVM can offer, what the guest is told.
 *
 * @param supported the host's offer
 * @returns a subset of its leaves, with a subset of their bits
 */
export function guestCpuid(supported: readonly CpuidEntry[]): CpuidEntry[] {
  const chosen: CpuidEntry[] = [];
  for (const { leaf, subleaf, flags, eax, ebx, ecx, edx } of supported) {
    const mask = LEAVES.get(leaf);
    if (mask === undefined || (leaf === FEATURES_7 && subleaf !== 0)) continue;
    chosen.push({
      leaf,
      subleaf,
      flags,
      eax: (eax & mask.eax) >>> 0,
      ebx: (ebx & mask.ebx) >>> 0,
      ecx: (ecx & mask.ecx) >>> 0,
      edx: (edx & mask.edx) >>> 0,
    });
  }
  return chosen;
}
