/**
 * Everything that `solo5 run` would check until the guest's first instruction, in
 * its order.
 *
 * @module
 */
import { type PassedState, restoreState, stateOf } from "../../../ffi/passed_state.ts";
import { bind, match, mebibytesOf, refuseFlags } from "../../binding/bindings.ts";
import { planMemory } from "../../binding/memory.ts";
import type { Bindings } from "../../binding/plan.ts";
import type { BindingRequest } from "../../binding/request.ts";
import { MEBIBYTE, MEMORY_STEP_BYTES } from "../../contract/limits.ts";
import type { SandboxRequest } from "../../contract/sandbox.ts";
import type { Image } from "../../image/image.ts";
import { build, requireHost } from "../../machine/machine.ts";
import type { Seal } from "../../sandbox/seal.ts";
import { HANDED_OVER, PROGRAM } from "../invocation.ts";
import { addPassed, type Command, readNamed } from "../run.ts";
import { type CommandWords, startStrictly } from "../strict.ts";
import { Notes } from "./notes.ts";
import {
  flagOf,
  giveBack,
  lookAtDevices,
  lookAtKeeping,
  lookAtMachine,
  lookAtWatches,
  passedTo,
  refuseAlone,
  withPassed,
} from "./resources.ts";
import { lookAtSeal, lookAtStrictSeal, lookAtStrictStart } from "./seal.ts";

/**
 * Looks at a guest, and gives back what it took hold of. Of a guest for
 * `--sandbox=strict` with nothing else wrong the rest is seen by a second start,
 * which this process becomes.
 *
 * @param next what the command line of that start is
 */
export async function examine(command: Command, next: CommandWords): Promise<Notes> {
  const notes = new Notes();
  const here = await notes.attempt(() => {
    requireHost();
    return true;
  });
  if (!here) return notes;
  if (command.handed !== undefined) await examineAgain(notes, command, next);
  else await examineFirst(notes, command, next);
  return notes;
}

async function examineFirst(
  notes: Notes,
  command: Command,
  next: CommandWords,
): Promise<void> {
  const { image: path, request: flags, named, sandbox, keeping } = command;
  const image = await notes.attempt(() => readNamed(path, []));
  try {
    if (image !== undefined) noteImage(notes, image);
    const request = named.length === 0 ? flags : await addPassed(flags, named);
    const devices = matchAll(notes, image, request);
    const watches = request.watches ?? [];
    await withPassed(devices, async () => {
      const undo: (() => void)[] = [];
      try {
        await lookAtDevices(notes, devices, undo);
        await lookAtWatches(notes, watches, undo);
        await lookAtKeeping(notes, keeping);
        const { memoryBytes, ringBytes } = await memoryOf(notes, image, request, devices);
        await lookAtMachine(notes, memoryBytes, ringBytes);
      } finally {
        giveBack(undo);
      }
    });
    const strict = sandbox.level === "strict";
    if (strict) await lookAtStrictStart(notes, sandbox, watches);
    if (image === undefined || notes.failed) {
      if (!strict) await lookAtSeal(notes, sandbox, undefined);
      return;
    }
    const bindings = bind(image, request);
    if (strict) await becomeSecond(notes, bindings, sandbox, next);
    else await lookAtSeal(notes, sandbox, await foreseen(notes, bindings, sandbox));
  } finally {
    image?.source.close();
  }
}

function noteImage(notes: Notes, { source, abi, manifest: { devices } }: Image): void {
  const number = devices.length === 1 ? "1 device" : `${devices.length} devices`;
  notes.ok(source.name, `hvt, ABI version ${abi.version}, ${number}`);
}

/** Holds flags against the image; each thing that is wrong is for itself. */
function matchAll(
  notes: Notes,
  image: Image | undefined,
  request: BindingRequest,
): Bindings["devices"] {
  if (image === undefined) {
    refuseAlone(notes, request.problems ?? [], `see ${PROGRAM} run --help`);
    return [];
  }
  const { devices, problems } = match(image, request);
  for (const problem of problems) notes.refuse(refuseFlags(image, [problem]));
  if (problems.length === 0 && devices.length > 0) {
    notes.ok("command line", "every device is bound");
  }
  return devices;
}

/** What memory the guest gets, or, where it is too little, what was asked for. */
async function memoryOf(
  notes: Notes,
  image: Image | undefined,
  request: BindingRequest,
  devices: Bindings["devices"],
): Promise<{ readonly memoryBytes: number; readonly ringBytes: number }> {
  const mebibytes = mebibytesOf(request);
  const steps = Math.max(1, Math.floor(mebibytes * MEBIBYTE / MEMORY_STEP_BYTES));
  const asked = { memoryBytes: steps * MEMORY_STEP_BYTES, ringBytes: 0 };
  if (image === undefined) return asked;
  const plan = await notes.attempt(() => planMemory(image, mebibytes, false, devices));
  for (const warning of plan?.warnings ?? []) notes.warn(warning);
  return plan ?? asked;
}

/** Builds the guest, and gives it back. */
function foreseen(
  notes: Notes,
  bindings: Bindings,
  sandbox: SandboxRequest,
  kvm?: number,
): Promise<Seal | undefined> {
  return withPassed(bindings.devices, () =>
    notes.attempt(async () => {
      const machine = await build(bindings, (sentence) => notes.warn(sentence), kvm);
      try {
        return sandbox.level === "off" ? undefined : machine.foresee(sandbox);
      } finally {
        machine.close();
      }
    }));
}

/** Starts anew as a run does; returns where that is refused. */
async function becomeSecond(
  notes: Notes,
  bindings: Bindings,
  sandbox: SandboxRequest,
  next: CommandWords,
): Promise<void> {
  const nobody = () => ({ place: undefined, report: undefined });
  const prepared = { bindings, sandbox };
  const { given, words } = next;
  const states = passedTo(bindings.devices).map(stateOf).filter((state) => state);
  const anew = { given, words: [`${WAS}${JSON.stringify(states)}`, ...words] };
  await withPassed(
    bindings.devices,
    () => notes.attempt(() => startStrictly(prepared, anew, undefined, nobody)),
  );
}

/**
 * How the first start hands on how passed descriptors were: the word behind what
 * it hands over.
 */
const WAS = "--was=";

/**
 * Has the second start put passed descriptors back as the first one found them,
 * when it is over.
 *
 * @param words what follows the subcommand on the command line
 * @returns without what the first start said of that, and what puts them back
 */
export function withoutStates(
  words: readonly string[],
): { readonly words: readonly string[]; readonly restore: () => void } {
  const was = words[0]?.startsWith(HANDED_OVER) ? words[1] : undefined;
  if (!was?.startsWith(WAS)) return { words, restore: () => {} };
  const restore = () =>
    (JSON.parse(was.slice(WAS.length)) as PassedState[]).forEach(restoreState);
  return { words: words.toSpliced(1, 1), restore };
}

/** Looks at what only the second start can see. */
async function examineAgain(
  notes: Notes,
  { image: path, request: flags, named, sandbox: asked, handed }: Command,
  next: CommandWords,
): Promise<void> {
  await notes.attempt(async () => {
    const request = named.length === 0 ? flags : await addPassed(flags, named);
    const image = readNamed(path, request.problems ?? [], handed?.image);
    noteImage(notes, image);
    const prepared = { bindings: bind(image, request), sandbox: asked };
    const nobody = () => ({ place: undefined, report: undefined });
    const { bindings, sandbox } = await startStrictly(prepared, next, handed, nobody);
    for (const warning of bindings.warnings) notes.warn(warning);
    const seal = await foreseen(notes, bindings, sandbox, handed?.kvm);
    if (seal === undefined) return;
    for (const binding of bindings.devices) notes.ok(flagOf(binding), "can be had");
    notes.ok("/dev/kvm", "the virtual machine was made, with its memory");
    await lookAtStrictSeal(notes, seal);
  });
}
