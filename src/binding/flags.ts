/**
 * The command line of `solo5 run`: Solo5's own grammar.
 *
 * @module
 */
import type { SandboxRequest } from "../contract/sandbox.ts";
import type { BindingRequest, NamedRequest } from "./request.ts";
import { type Draft, RUN_FLAGS } from "./run_flags.ts";

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
  /** What `--trace=` asks to see. */
  readonly traces: ReadonlySet<string>;
  /** Whether `--help` was given. */
  readonly help: boolean;
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
 * everything behind the image is the guest's, as with Solo5's own tender.
 * Never throws: what is wrong is in `request.problems`.
 *
 * @param hint what to say of a flag that is not known
 */
export function parseRunArguments(
  args: readonly string[],
  hint: Hint = () => "",
): RunArguments {
  const draft: Draft = {
    net: [],
    block: [],
    named: [],
    watches: [],
    sandbox: { level: "best-effort" },
    traces: new Set(),
    help: false,
  };
  const problems: string[] = [];
  const seen = new Set<string>();
  let image: string | undefined;
  let index = 0;
  for (; index < args.length; index++) {
    const word = args[index]!;
    if (word === "--") {
      index++;
      image ??= args[index++];
      break;
    }
    if (!word.startsWith("-")) {
      if (image !== undefined) break;
      image = word;
      continue;
    }
    if (image !== undefined && word.startsWith(GUEST_WORD)) break;
    const problem = addFlag(draft, word, seen, hint);
    if (problem !== undefined) problems.push(problem);
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
      arguments: args.slice(index),
      problems,
    },
    named: draft.named,
    sandbox: draft.sandbox,
    traces: draft.traces,
    help: draft.help,
  };
}

/** Adds one flag; returns what is wrong with it, if anything. */
function addFlag(
  draft: Draft,
  text: string,
  seen: Set<string>,
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
  const key = flag.device ? `${flag.name}:${device}` : flag.name;
  if (seen.has(key)) return `${text} is a second ${key} (drop one)`;
  seen.add(key);
  if (!flag.add(draft, value, device)) {
    return `${text} has a bad value (give ${flag.expected})`;
  }
  return undefined;
}
