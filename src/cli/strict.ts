/**
 * `--sandbox=strict`: the program takes hold of what the guest needs, gives up
 * the rest, and starts itself once more with what it holds.
 *
 * @module
 */
import { emptyFile } from "../../ffi/held_file.ts";
import { passOn } from "../../ffi/passed.ts";
import { commandLineOfProcess } from "../../ffi/process.ts";
import type { Bindings } from "../binding/bindings.ts";
import { encodeRaw } from "../contract/raw_text.ts";
import type { SandboxRequest, StrictStart } from "../contract/sandbox.ts";
import { OperatorError } from "../errors.ts";
import type { ImageFile } from "../machine/image_file.ts";
import { type HeldResources, hold, withHeld } from "../machine/hold.ts";
import { HANDED_OVER } from "./invocation.ts";
import { isStrictlyStarted, prepareStrictStart } from "../sandbox/strict_start.ts";

/** What one start hands over to the next. */
export interface HandedOver extends HeldResources {
  /** What it has arranged. */
  readonly started: StrictStart;
  /** Where the guest's figures go; -1 where nobody can look. */
  readonly place: number;
  /** Where its report goes, if it has one. */
  readonly report: number | undefined;
}

/** Opens what others follow a guest by; gives the descriptors. */
type Begin = (
  bindings: Bindings,
) => { readonly place: number | undefined; readonly report: number | undefined };

/** A guest that is to be built and sealed. */
export interface Prepared {
  /** What it is built from. */
  readonly bindings: Bindings;
  /** What is asked of its seal. */
  readonly sandbox: SandboxRequest;
}

/**
 * Reads what the start before this one has handed over.
 *
 * @param word the word that says it
 * @throws {OperatorError} where somebody else wrote that word
 */
export function readHandedOver(word: string): HandedOver {
  const [ownRoot, alone, image, kvm, place, report, ...devices] = word.slice(
    HANDED_OVER.length,
  )
    .split(",").map(Number);
  if (
    image === undefined || kvm === undefined || place === undefined ||
    !isStrictlyStarted()
  ) {
    throw notOurs(word);
  }
  const started = { ownRoot: ownRoot === 1, alone: alone === 1 };
  const begun = report === undefined || report < 0 ? undefined : report;
  return { started, image, kvm, place, report: begun, devices };
}

function notOurs(word: string): OperatorError {
  return new OperatorError(
    word,
    "only the program itself writes this, for --sandbox=strict",
    "drop it",
  );
}

/** What follows the subcommand on the command line. */
export interface CommandWords {
  /** In this start. */
  readonly given: readonly string[];
  /** In the next one, which cannot read a config file. */
  readonly words: readonly string[];
}

/**
 * Does what is between binding and building: in the first start the program
 * starts anew, in this process, with nothing but what the guest needs; in the
 * second the guest gets what was handed over.
 *
 * @param command what follows the subcommand on the command line
 * @param handed what the start before this one has handed over
 * @param begin opens what others follow the guest by
 * @returns in the second start only
 * @throws {OperatorError} when something cannot be had, or a layer is missing
 */
export async function startStrictly(
  { bindings, sandbox }: Prepared,
  command: CommandWords,
  handed: HandedOver | undefined,
  begin: Begin,
): Promise<Prepared> {
  if (handed === undefined) return await startAnew(bindings, sandbox, command, begin);
  if (sandbox.level !== "strict" || handed.devices.length !== bindings.devices.length) {
    throw notOurs(command.given[0]!);
  }
  const { level } = sandbox;
  const { started } = handed;
  return { bindings: withHeld(bindings, handed), sandbox: { level, started } };
}

/** The path of the program's first module; undefined in a compiled program. */
export function mainModule(): string | undefined {
  return Deno.build.standalone
    ? undefined
    : decodeURIComponent(new URL(Deno.mainModule).pathname);
}

async function startAnew(
  bindings: Bindings,
  request: SandboxRequest,
  { given, words: next }: CommandWords,
  begin: Begin,
): Promise<never> {
  const prepared = prepareStrictStart(request, mainModule());
  const words = commandLineOfProcess() ?? [];
  const held = await hold(bindings, (bindings.image.source as ImageFile).descriptor);
  const { place, report } = begin(bindings);
  // What another guest has left there is not this one's.
  if (place !== undefined) emptyFile(place, "figures");
  for (const each of [held.image, held.kvm, place, report, ...held.devices]) {
    if (each !== undefined) passOn(each);
  }
  const { ownRoot, alone } = prepared.started;
  const first = [+ownRoot, +alone, held.image, held.kvm, place ?? -1, report ?? -1];
  const numbers = [...first, ...held.devices];
  const word = new TextEncoder().encode(`${HANDED_OVER}${numbers}`);
  const before = words.slice(0, words.length - given.length);
  return prepared.go([...before, word, ...next.map(encodeRaw)]);
}
