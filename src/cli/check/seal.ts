/**
 * Looking at the seal that a guest would get.
 *
 * @module
 */
import type { SandboxRequest } from "../../contract/sandbox.ts";
import { refuseWatches } from "../../machine/hold.ts";
import type { WatchBinding } from "../../contract/watch.ts";
import type { Layer } from "../../sandbox/layers.ts";
import { makePolicy } from "../../sandbox/policy.ts";
import { sealRefusals } from "../../sandbox/probe.ts";
import { foresee, futureUser, requireAll, type Seal } from "../../sandbox/seal.ts";
import { prepareStrictStart } from "../../sandbox/strict_start.ts";
import { UNSEALED } from "../run.ts";
import { mainModule } from "../strict.ts";
import type { Notes } from "./notes.ts";

/** What a seal is made of as far as no guest is known. */
const NOTHING = makePolicy([]);

/**
 * Looks at it as a start does that asks for as much as there is.
 *
 * @param seal what is foreseen of the guest's; undefined where it was not built
 */
export async function lookAtSeal(
  notes: Notes,
  request: SandboxRequest,
  seal: Seal | undefined,
): Promise<void> {
  if (request.level === "off") return notes.warn(UNSEALED);
  const policy = seal?.policy ?? NOTHING;
  await notes.attempt(() => {
    const user = futureUser(request);
    for (const refusal of sealRefusals(policy, user)) notes.refuse(refusal);
    noteLayers(notes, (seal ?? foresee(policy, request, user)).layers);
  });
}

/** A seal that is whole in one line, and else what is wanting to it. */
function noteLayers(notes: Notes, layers: readonly Layer[]): void {
  const lacking = layers.filter(({ reach }) => reach !== "whole");
  for (const { name, reach, detail } of lacking) {
    const how = reach === "partial"
      ? `in the guest's thread only: ${detail}`
      : `missing: ${detail}`;
    notes.warn(`seal, ${name}: ${how}; give --sandbox=strict where it has to be whole`);
  }
  const whole = layers.length - lacking.length;
  notes.ok("seal", `${whole} of ${layers.length} layers hold in every thread`);
}

/** Looks at what `--sandbox=strict` asks of its first start. */
export async function lookAtStrictStart(
  notes: Notes,
  request: SandboxRequest,
  watches: readonly WatchBinding[],
): Promise<void> {
  await notes.attempt(() => void prepareStrictStart(request, mainModule()));
  await notes.attempt(() => refuseWatches({ watches }));
  for (const refusal of sealRefusals(NOTHING, undefined)) notes.refuse(refusal);
}

/** Looks at the seal that the second start would put on. */
export async function lookAtStrictSeal(notes: Notes, seal: Seal): Promise<void> {
  await notes.attempt(() => {
    requireAll(seal.layers);
    noteLayers(notes, seal.layers);
  });
}
