/**
 * A policy without one of its rules, for showing what needs it. Pure.
 *
 * @module
 */
import type { ArgumentRule, PermittedCall } from "../../src/contract/policy.ts";
import { makeFilter } from "../../src/sandbox/filter.ts";
import type { OwnedPermit, Policy } from "../../src/sandbox/policy.ts";
import { HOTTEST } from "../../src/sandbox/runtime.ts";

/** What is taken out of a policy. */
export interface Cut {
  /** The system call, permitted or refused. */
  readonly call: PermittedCall;
  /** Only the permits of this part of the program. */
  readonly by?: string;
  /** Only this value, or these bits, of one argument. */
  readonly value?: { readonly argument: string; readonly number: number };
}

/** Says what is cut, as the name of a test has it. */
export function describeCut({ call, by, value }: Cut): string {
  const owner = by === undefined ? "" : ` of ${by}`;
  return value === undefined
    ? `${call}${owner}`
    : `${call}${owner} with ${value.argument} 0x${value.number.toString(16)}`;
}

/**
 * Takes something out of a policy.
 *
 * @throws {Error} when it is not in it
 */
export function cutPolicy(policy: Policy, cut: Cut): Policy {
  const permits = policy.permits.flatMap((permit) => cutPermit(permit, cut));
  const refusals = policy.refusals.filter(({ call }) => call !== cut.call);
  const filter = makeFilter(permits, refusals, HOTTEST);
  if (JSON.stringify(filter) === JSON.stringify(policy.filter)) {
    throw new Error(`no policy allows ${describeCut(cut)}`);
  }
  return { ...policy, permits, refusals, filter };
}

function cutPermit(permit: OwnedPermit, { call, by, value }: Cut): OwnedPermit[] {
  if (permit.call !== call || (by !== undefined && permit.by !== by)) return [permit];
  if (value === undefined) return [];
  const rules = permit.rules.map((rule) =>
    rule.name === value.argument ? cutRule(rule, value.number) : rule
  );
  return rules.some(isEmpty) ? [] : [{ ...permit, rules }];
}

function cutRule(rule: ArgumentRule, number: number): ArgumentRule {
  const { allowed } = rule;
  if ("oneOf" in allowed) {
    const oneOf = allowed.oneOf.filter(({ value }) => value !== number);
    return { ...rule, allowed: { oneOf } };
  }
  return "onlyBits" in allowed
    ? { ...rule, allowed: { onlyBits: allowed.onlyBits & ~number } }
    : { ...rule, allowed: { atMost: number - 1 } };
}

function isEmpty({ allowed }: ArgumentRule): boolean {
  return "oneOf" in allowed && allowed.oneOf.length === 0;
}

/** Everything that can be cut out of a permit: itself, its values, its bits. */
export function cutsOf({ call, by, rules }: OwnedPermit): Cut[] {
  const values = rules.flatMap(({ name, allowed }) => {
    const numbers = "oneOf" in allowed
      ? allowed.oneOf.map(({ value }) => value)
      : "onlyBits" in allowed
      ? bitsOf(allowed.onlyBits)
      : [];
    // Without its only value the whole permit is gone.
    return numbers.length < 2
      ? []
      : numbers.map((number) => ({ argument: name, number }));
  });
  return [{ call, by }, ...values.map((value) => ({ call, by, value }))];
}

function bitsOf(bits: number): number[] {
  return Array.from({ length: 32 }, (_, bit) => 2 ** bit)
    .filter((value) => (bits & value) !== 0);
}
