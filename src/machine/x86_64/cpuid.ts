/**
 * What a guest is told of the processor: a subset of what the host's KVM offers,
 * leaf by leaf and bit by bit (`cpuid_features.ts` has the table of bits).
 *
 * @module
 */
import type { CpuidEntry } from "../../hypervisor/hypervisor.ts";
import { FEATURES, FEATURES_1, FEATURES_7, FEATURES_EXTENDED } from "./cpuid_features.ts";

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
  [FEATURES_1, { ...featureMask(FEATURES_1), eax: ALL, ebx: 0xffff }],
  // Caches, of which code chooses its block sizes; not how many of the host's
  // processors share one (upper bits of EAX).
  [2, WHOLE],
  [4, { ...WHOLE, eax: 0x3fff }],
  // Only subleaf 0: EAX, the highest subleaf, is 0.
  [FEATURES_7, featureMask(FEATURES_7)],
  // Frequency of the time stamp counter.
  [0x15, WHOLE],
  [0x8000_0000, WHOLE],
  [FEATURES_EXTENDED, { ...featureMask(FEATURES_EXTENDED), eax: ALL }],
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

function featureMask(leaf: number): LeafMask {
  const mask = { eax: NONE, ebx: NONE, ecx: NONE, edx: NONE };
  for (const { leaf: own, register, shown, bits } of FEATURES) {
    if (own !== leaf || !shown) continue;
    for (const name in bits) {
      mask[register] = (mask[register] | 1 << bits[name]![0]) >>> 0;
    }
  }
  return mask;
}

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
