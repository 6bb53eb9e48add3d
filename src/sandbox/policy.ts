/**
 * The policy of one guest: what all parts of the program need, together. Pure.
 *
 * @module
 */
import type { KeptDescriptor, NamedNeeds, Permit } from "../contract/policy.ts";
import type { Instruction } from "./bpf.ts";
import { makeFilter, type Refusal } from "./filter.ts";
import { HOTTEST, REFUSALS, RUNTIME_NEEDS } from "./runtime.ts";

/** A permit, and who asked for it. */
export type OwnedPermit = Permit & { readonly by: string };

/** What a sealed process may do. */
export interface Policy {
  /** The system calls that pass. */
  readonly permits: readonly OwnedPermit[];
  /** Those that fail without killing. */
  readonly refusals: readonly Refusal[];
  /** The descriptors that stay open, in rising order. */
  readonly descriptors: readonly KeptDescriptor[];
  /** Behind the last byte that may be written in a file. */
  readonly fileBytes: number;
  /** The descriptors of directories in which files are made and removed. */
  readonly directories: readonly number[];
  /** The program that decides. */
  readonly filter: readonly Instruction[];
}

/** Puts together what the runtime and these parts need. */
export function makePolicy(parts: readonly NamedNeeds[]): Policy {
  const all = [RUNTIME_NEEDS, ...parts];
  const permits = all.flatMap(({ by, permits }) =>
    permits.map((permit) => ({ ...permit, by }))
  );
  const kept = new Map(
    all.flatMap(({ descriptors = [] }) =>
      descriptors.map((each) => [each.descriptor, each] as const)
    ),
  );
  return {
    permits,
    refusals: REFUSALS,
    descriptors: [...kept.values()].toSorted((one, other) =>
      one.descriptor - other.descriptor
    ),
    fileBytes: Math.max(...all.map(({ fileBytes = 0 }) => fileBytes)),
    directories: all.flatMap(({ directories = [] }) => directories),
    filter: makeFilter(permits, REFUSALS, HOTTEST),
  };
}
