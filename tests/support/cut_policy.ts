/**
 * In place of `src/sandbox/policy.ts`, by `policy_cut_map.json`: a tender whose
 * policy lacks what the variable `SOLO5_CUT` says.
 *
 * @module
 */
import type { NamedNeeds } from "../../src/contract/policy.ts";
import { makePolicy as makeWhole, type Policy } from "../../src/sandbox/policy.ts";
import { cutPolicy } from "./policy_cut.ts";

export type { OwnedPermit, Policy } from "../../src/sandbox/policy.ts";

/** Puts together what the runtime and these parts need, but for the cut, if any. */
export function makePolicy(parts: readonly NamedNeeds[]): Policy {
  const cut = Deno.env.get("SOLO5_CUT");
  const whole = makeWhole(parts);
  return cut === undefined ? whole : cutPolicy(whole, JSON.parse(cut));
}
