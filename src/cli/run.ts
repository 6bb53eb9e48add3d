/**
 * `solo5 run`: read → bind → build → run.
 *
 * @module
 */
import { openedSymbols } from "../../ffi/libc.ts";
import { bind, type Bindings } from "../binding/bindings.ts";
import { type Hint, parseRunArguments, type RunArguments } from "../binding/flags.ts";
import type { BindingRequest, NamedRequest } from "../binding/request.ts";
import type { Figures, Keeping } from "../contract/figures.ts";
import { spellSource } from "../contract/source.ts";
import { ExitStatus } from "../contract/exit_status.ts";
import { OperatorError } from "../errors.ts";
import { type Image, readImage } from "../image/image.ts";
import { openImageFile } from "../machine/image_file.ts";
import { holdPlace, keepFigures } from "../figures/entry.ts";
import type { Report } from "../figures/report/report.ts";
import type { GuestDescription } from "../figures/table.ts";
import { buildCounted, requireHost, type SealedMachine } from "../machine/machine.ts";
import { loadedModules } from "../machine/registry.ts";
import { HANDED_OVER, PROGRAM } from "./invocation.ts";
import { describeEnd, printError } from "./output.ts";
import type { HandedOver, Prepared } from "./strict.ts";

/**
 * Runs a guest.
 *
 * @param args what follows `run` on the command line
 * @returns the guest's exit status
 */
export async function run(args: readonly string[]): Promise<number> {
  const command = await readCommand(args);
  if (command.help) {
    (await import("./help.ts")).printUsage(["run"]);
    return ExitStatus.SUCCESS;
  }
  if (command.printConfig) {
    (await import("./config.ts")).printConfig(command);
    return ExitStatus.SUCCESS;
  }
  const { traces } = command;
  const report = await openReport(command);
  let prepared: PreparedGuest, figures: Figures;
  try {
    prepared = await prepareGuest(command, args, report);
    figures = keep(prepared, command.keeping, report);
  } catch (error) {
    report?.failed(error, unknownGuest(command));
    throw error;
  }
  const { bindings, sandbox, kvm } = prepared;
  for (const warning of bindings.warnings) printError(warning);
  // What speaks later is there before the seal.
  const describe = traces.has("sandbox")
    ? (await import("../sandbox/describe.ts")).describeSeal
    : undefined;
  if (sandbox.level === "off") printError(UNSEALED);
  let sealed: SealedMachine;
  try {
    sealed = (await buildCounted(bindings, figures, printError, kvm)).seal(sandbox);
  } finally {
    if (traces.has("modules")) traceModules();
  }
  if (describe && sealed.seal) {
    for (const line of describe(sealed.seal)) printError(`trace: sandbox: ${line}`);
  }
  return sealed.run();
}

/** What is said of a guest that is not sealed. */
export const UNSEALED =
  "--sandbox=off: the guest's tender keeps every right of this user; do not run guests like this that matter";

/** What a command line asks for. */
export type Command = RunArguments & {
  /** What the first start of `--sandbox=strict` has handed over, in the second. */
  readonly handed: HandedOver | undefined;
  /** Words that ask for the same without a config file, where there is one. */
  readonly words?: readonly string[];
};

/** A guest that is to be built. */
type PreparedGuest = Prepared & {
  /** `/dev/kvm`, where it is open already. */
  readonly kvm: number | undefined;
  /** Where its figures go, where that is open already. */
  readonly place: number | undefined;
  /** When what was done until now was over. */
  readonly times: StartTimes;
};

/**
 * Reads the words behind the subcommand, for `run` and for what only looks.
 *
 * @param others flags that the subcommand takes beside those of `run`
 */
export async function readCommand(
  words: readonly string[],
  others: readonly string[] = [],
): Promise<Command> {
  const handed = words[0]?.startsWith(HANDED_OVER)
    ? (await import("./strict.ts")).readHandedOver(words[0])
    : undefined;
  const own = handed ? words.slice(1) : words;
  let command = parseRunArguments(own);
  let hint: Hint | undefined;
  if (command.request.problems?.length !== 0) {
    // Only where something is wrong somebody wants to know what would be right.
    const { meant } = await import("../contract/suggest.ts");
    hint = (word, known) => meant(word, [...known, ...others]);
    command = parseRunArguments(own, undefined, hint);
  }
  if (command.config === undefined || command.help) return { ...command, handed };
  const { completeFromFile } = await import("./config.ts");
  const completed = completeFromFile(command.config, command, own, hint);
  return { ...completed.run, handed, words: completed.words };
}

/**
 * Reads the image, binds its devices and, where that is asked for and has not
 * happened, starts the program anew.
 *
 * @param args what follows the subcommand on the command line
 * @param report what another start begins, and hands over
 * @returns with the descriptor of `/dev/kvm`, where it is open already
 */
export async function prepareGuest(
  {
    image: path,
    request: flags,
    named,
    sandbox,
    keeping,
    handed,
    words,
    printConfig,
  }: Command,
  args: readonly string[],
  report?: Report,
): Promise<PreparedGuest> {
  const began = performance.now();
  if (printConfig) refusePrintConfig();
  requireHost();
  const request = named.length === 0 ? flags : await addPassed(flags, named);
  const image = readNamed(path, request.problems ?? [], handed?.image);
  const read = performance.now();
  const prepared: Prepared = { bindings: bind(image, request), sandbox };
  const times = { began, read, bound: performance.now() };
  if (sandbox.level !== "strict" && !handed) {
    return { ...prepared, times, kvm: undefined, place: undefined };
  }
  const { startStrictly } = await import("./strict.ts");
  const next = { given: args, words: words ?? args };
  const started = await startStrictly(prepared, next, handed, (bindings) => {
    report?.begin(describeGuest(bindings, keeping.name));
    return { place: holdPlace(keeping.name), report: report?.descriptor };
  });
  return { ...started, times, kvm: handed?.kvm, place: handed?.place };
}

/**
 * Refuses `--print-config` where a guest is only looked at.
 *
 * @throws {OperatorError} always
 */
export function refusePrintConfig(): never {
  const remedy = `write ${PROGRAM} run … --print-config`;
  throw new OperatorError("--print-config", `only ${PROGRAM} run does this`, remedy);
}

/** When the first stages of a start were over, as `performance.now()` has it. */
export interface StartTimes {
  /** The first began. */
  readonly began: number;
  /** The image was read. */
  readonly read: number;
  /** Its devices were bound. */
  readonly bound: number;
}

/**
 * Starts counting.
 *
 * @param report what is to follow, where that is asked for
 * @throws {OperatorError} where a guest that has a name cannot be counted
 */
export function keep(
  { bindings, times, place }: Pick<PreparedGuest, "bindings" | "times" | "place">,
  { name }: Keeping,
  report?: Report,
): Figures {
  const file = place === undefined ? holdPlace(name) : place < 0 ? undefined : place;
  const guest = describeGuest(bindings, name);
  const figures = keepFigures(guest, file);
  figures.begin(times.began);
  figures.reached("read", times.read);
  figures.reached("bind", times.bound);
  return report?.follow(figures, guest) ?? figures;
}

/** Opens what `--report` names. */
async function openReport({ keeping, handed }: Command): Promise<Report | undefined> {
  if (keeping.report === undefined) return undefined;
  const { Report } = await import("../figures/report/report.ts");
  return new Report(keeping.report, describeEnd, printError, handed?.report);
}

/** What is known of a guest whose image was not read. */
function unknownGuest({ image = "", keeping: { name } }: Command): GuestDescription {
  return { name, pid: Deno.pid, image, memoryBytes: 0, devices: [] };
}

/** What others are told of a guest. */
function describeGuest(bindings: Bindings, name: string | undefined): GuestDescription {
  const { image, memoryBytes, devices } = bindings;
  return {
    name,
    pid: Deno.pid,
    image: image.source.name,
    memoryBytes,
    devices: devices.map((device) => ({
      name: device.name,
      type: device.type,
      resource: spellSource(device.type === "NET_BASIC" ? device.tap : device.file),
    })),
  };
}

/** Gives devices the descriptors that a service manager passed for them. */
export async function addPassed(
  request: BindingRequest,
  named: readonly NamedRequest[],
): Promise<BindingRequest> {
  const [{ addNamed }, { environmentVariable }] = await Promise.all([
    import("../binding/listen.ts"),
    import("../../ffi/environment.ts"),
  ]);
  return addNamed(request, named, {
    ownPid: Deno.pid,
    pid: environmentVariable("LISTEN_PID"),
    count: environmentVariable("LISTEN_FDS"),
    names: environmentVariable("LISTEN_FDNAMES"),
  });
}

/**
 * Reads the image. Without one, what is wrong with the flags is all there is to say.
 *
 * @param held its descriptor, where it is open already
 * @throws {OperatorError} when there is none, or it cannot be read
 * @throws {ImageError} when it cannot be run
 */
export function readNamed(
  path: string | undefined,
  problems: readonly string[],
  held?: number,
): Image {
  try {
    if (path === undefined) {
      throw new OperatorError(
        "command line",
        "no unikernel given",
        `write ${PROGRAM} run app.elf [FLAGS]`,
      );
    }
    return readImage(openImageFile(path, held));
  } catch (error) {
    if (problems.length === 0) throw error;
    throw new OperatorError(
      "command line",
      problems.join("; "),
      `see ${PROGRAM} run --help`,
    );
  }
}

function traceModules(): void {
  for (const module of loadedModules()) printError(`trace: module ${module}`);
  for (const { concern, names } of openedSymbols()) {
    for (const name of names) printError(`trace: symbol ${name} (${concern})`);
  }
}
