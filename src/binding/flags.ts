/**
 * The command line of `solo5 run`: Solo5's own grammar.
 *
 * @module
 */
import type { Keeping } from "../contract/figures.ts";
import type { SandboxRequest } from "../contract/sandbox.ts";
import type { BindingRequest, NamedRequest } from "./request.ts";
import { type Draft, type Flag, RUN_FLAGS } from "./run_flags.ts";

/** A command line of `solo5 run`, read but not yet held against an image. */
export interface RunArguments {
  /** Path of the image; undefined where there is none. */
  readonly image: string | undefined;
  /** What the flags ask for, with everything that is wrong with them. */
  readonly request: BindingRequest;
  /** Devices that `@listen:` names a descriptor for, to be added to the request. */
  readonly named: readonly NamedRequest[];
  /** What is asked of the seal. */
  readonly sandbox: SandboxRequest;
  /** By what others follow the guest. */
  readonly keeping: Keeping;
  /** What `--trace=` asks to see. */
  readonly traces: ReadonlySet<string>;
  /** `--config=`: the file to take from what is not said here. */
  readonly config: string | undefined;
  /** Whether `--print-config` was given. */
  readonly printConfig: boolean;
  /** Whether `--help` was given. */
  readonly help: boolean;
  /** Every flag, its value judged or not: what a config file is written from. */
  readonly given: readonly GivenFlag[];
}

/** A flag that has the right form. */
export interface GivenFlag {
  /** Which one. */
  readonly flag: Flag;
  /** The device that it names; "" where it names none. */
  readonly device: string;
  /** Its value; "" where it takes none. */
  readonly value: string;
}

/** A flag as a config file gives it. */
export interface FiledFlag extends Omit<GivenFlag, "value"> {
  /** Its value; undefined where it is none that a flag could have. */
  readonly value: string | undefined;
  /** What to say if that is no good value: file, line, key, value and way out. */
  readonly complaint: string;
}

/** What a config file says. */
export interface FiledArguments {
  /** Path of the image. */
  readonly image?: string;
  /** The flags, each at most once. */
  readonly flags: readonly FiledFlag[];
  /** The guest's arguments. */
  readonly arguments?: readonly string[];
  /** What is wrong with the file, beside values of flags. */
  readonly problems: readonly string[];
}

/**
 * How words for the guest's own start-up code begin (`--solo5:quiet`): they need
 * no `--` before them.
 */
const GUEST_WORD = "--solo5:";

/** Says what somebody may have meant by a word that is not known, or nothing. */
export type Hint = (word: string, known: readonly string[]) => string;

/**
 * Reads the arguments of `solo5 run`: flags before or behind the image, then the
 * guest's arguments. These begin with the first word behind the image that is
 * none of a flag's form, or behind `--`; where `--` stands before the image,
 * everything behind the image is the guest's, as with Solo5's own tender. With
 * `--config=` before it, `--` always begins the guest's arguments.
 * Never throws: what is wrong is in `request.problems`.
 *
 * @param file what the config file says, for what the command line does not
 * @param hint what to say of a flag that is not known
 */
export function parseRunArguments(
  args: readonly string[],
  file?: FiledArguments,
  hint: Hint = () => "",
): RunArguments {
  const draft: Draft = {
    net: [],
    block: [],
    named: [],
    watches: [],
    sandbox: { level: "best-effort" },
    keeping: {},
    traces: new Set(),
    printConfig: false,
    help: false,
  };
  const problems: string[] = [];
  const given = new Map<string, GivenFlag>();
  let image: string | undefined;
  let ended = false;
  let index = 0;
  for (; index < args.length; index++) {
    const word = args[index]!;
    if (word === "--") {
      ended = true;
      index++;
      if (draft.config === undefined) image ??= args[index++];
      break;
    }
    if (!word.startsWith("-")) {
      if (image !== undefined) break;
      image = word;
      continue;
    }
    if (image !== undefined && word.startsWith(GUEST_WORD)) break;
    const problem = addFlag(draft, word, given, hint);
    if (problem !== undefined) problems.push(problem);
  }
  let guestArguments = args.slice(index);
  if (file !== undefined) {
    image ??= file.image;
    if (!ended && guestArguments.length === 0) guestArguments = [...file.arguments ?? []];
    problems.push(...shortened([
      ...file.problems,
      ...addFiled(draft, file.flags, given),
    ]));
  }
  const { net, block, watches, memoryMebibytes, console, consoleRate } = draft;
  return {
    image,
    request: {
      net,
      block,
      ...(watches.length === 0 ? {} : { watches }),
      ...(memoryMebibytes === undefined ? {} : { memoryMebibytes }),
      ...(console && { console }),
      ...(consoleRate && { consoleRate }),
      arguments: guestArguments,
      problems,
    },
    named: draft.named,
    sandbox: draft.sandbox,
    keeping: draft.keeping,
    traces: draft.traces,
    config: draft.config,
    printConfig: draft.printConfig,
    help: draft.help,
    given: [...given.values()],
  };
}

/** Adds one flag; returns what is wrong with it, if anything. */
function addFlag(
  draft: Draft,
  text: string,
  given: Map<string, GivenFlag>,
  hint: Hint,
): string | undefined {
  const [, name, colon, device = "", equals, value = ""] =
    /^(-[^:=]*)(:([^=]*))?(=([\s\S]*))?$/.exec(text)!;
  const flag = RUN_FLAGS.find((each) => each.name === name || each.short === name);
  if (flag === undefined) {
    const known = RUN_FLAGS.map((each) => each.name);
    return `${text} is no flag (${
      hint(name ?? "", known)
    }drop it, or write -- before the guest's arguments)`;
  }
  const spelling = flag.name + (flag.device ? ":DEVICE" : "") +
    (flag.value === undefined ? "" : `=${flag.value}`);
  const wellFormed = (colon !== undefined) === flag.device &&
    (!flag.device || device !== "") &&
    (equals !== undefined) === (flag.value !== undefined);
  if (!wellFormed) return `${text} is malformed (write ${spelling})`;
  const key = keyOf(flag, device);
  if (given.has(key)) return `${text} is a second ${key} (drop one)`;
  given.set(key, { flag, device, value });
  if (!flag.add(draft, value, device)) {
    return `${text} has a bad value (give ${flag.expected})`;
  }
  return undefined;
}

/** What no flag may be given for twice: `--mem`, `--net:service0`. */
function keyOf(flag: Flag, device: string): string {
  return flag.device ? `${flag.name}:${device}` : flag.name;
}

/** Adds the flags of a file that are not given; returns what is wrong with them. */
function addFiled(
  draft: Draft,
  flags: readonly FiledFlag[],
  given: Map<string, GivenFlag>,
): string[] {
  return flags.flatMap(({ flag, device, value, complaint }) => {
    const key = keyOf(flag, device);
    if (given.has(key)) return [];
    given.set(key, { flag, device, value: value ?? "" });
    // No flag takes "": this only notes that the device was spoken of.
    const good = flag.add(draft, value ?? "", device) && value !== undefined;
    return good ? [] : [complaint];
  });
}

/** How many mistakes of a file are told. */
const MOST_TOLD = 8;

/** Cuts what is wrong with a file to what a message can show. */
function shortened(problems: readonly string[]): readonly string[] {
  const rest = problems.length - MOST_TOLD;
  if (rest <= 0) return problems;
  return [...problems.slice(0, MOST_TOLD), `and ${rest} more mistakes in the file`];
}
