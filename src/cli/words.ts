/**
 * The command lines of the simple commands, read by their descriptions.
 *
 * @module
 */
import { meant } from "../contract/suggest.ts";
import { OperatorError } from "../errors.ts";
import { type CommandDescription, flagsOf, HELP_FLAG } from "./description/command.ts";
import { PROGRAM } from "./invocation.ts";

/** What a command line says. */
export interface Words {
  /** The values of its flags by their names, empty for one that takes none. */
  readonly flags: ReadonlyMap<string, string>;
  /** What is no flag. */
  readonly operands: readonly string[];
  /** Whether the usage is asked for, whatever else there is. */
  readonly help: boolean;
}

/**
 * Reads what follows a command, as its description has it: flags and operands in
 * any order, until `--`; a `-` alone is an operand.
 *
 * @param call what calls it: `["manifest", "show"]`
 * @param most operands that it takes
 * @throws {OperatorError} for what the description does not have
 */
export function readWords(
  call: readonly string[],
  description: CommandDescription,
  args: readonly string[],
  most = description.operand === undefined ? 0 : 1,
): Words {
  const known = flagsOf(description);
  const flags = new Map<string, string>();
  const operands: string[] = [];
  const refuse = (thing: string, problem: string, hint = ""): never => {
    throw new OperatorError(thing, problem, `${hint}${wayOut(call, description)}`);
  };
  let ended = false;
  for (let at = 0; at < args.length; at++) {
    const word = args[at]!;
    if (ended || !word.startsWith("-") || word === "-") {
      if (operands.length === most) refuse(`"${word}"`, "is one word too many");
      operands.push(word);
      continue;
    }
    if (word === "--") {
      ended = true;
      continue;
    }
    const [, name = "", value] = /^([^=]*)(?:=([\s\S]*))?$/.exec(word)!;
    const flag = known.find((each) => each.name === name || each.short === name);
    if (flag === undefined) {
      const names = known.map((each) => each.name);
      return refuse(`"${word}"`, "is no option", meant(name, names));
    }
    if (flag.name === HELP_FLAG.name) return { flags, operands, help: true };
    if (flags.has(flag.name)) refuse(flag.name, "stands here twice");
    if (flag.apart) {
      if (value !== undefined) refuse(`"${word}"`, `has its ${flag.value} behind a "="`);
      flags.set(flag.name, args[++at] ?? refuse(name, `has no ${flag.value} behind it`));
    } else if ((value === undefined) !== (flag.value === undefined)) {
      refuse(`"${word}"`, flag.value === undefined ? "takes no value" : "has no value");
    } else flags.set(flag.name, value ?? "");
  }
  return { flags, operands, help: false };
}

/** The way out of a wrong command line. */
export function wayOut(
  call: readonly string[],
  { usage }: Pick<CommandDescription, "usage">,
): string {
  return `write ${[PROGRAM, ...call, usage[0]].join(" ")}`.trimEnd();
}
