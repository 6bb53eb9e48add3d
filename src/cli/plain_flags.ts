/**
 * The words behind a command that takes few flags, held against its description.
 *
 * @module
 */
import { OperatorError } from "../errors.ts";
import type { CommandDescription } from "./description/command.ts";
import { spelling } from "./description/usage.ts";
import { PROGRAM } from "./invocation.ts";

/** What stands behind a command. */
export interface PlainWords {
  /** Values of the flags that are there, by name; "" of one that takes none. */
  readonly flags: ReadonlyMap<string, string>;
  /** The other words. */
  readonly operands: readonly string[];
  /** Whether `--help` is there. */
  readonly help: boolean;
}

/**
 * Reads them.
 *
 * @param operands how many other words there are to be
 * @throws {OperatorError} for what the command does not take
 */
export function readPlainWords(
  command: CommandDescription,
  args: readonly string[],
  operands = 0,
): PlainWords {
  const flags = new Map<string, string>();
  const others: string[] = [];
  const refuse = (word: string, problem: string): never => {
    throw new OperatorError(word, problem, `see ${PROGRAM} ${command.name} --help`);
  };
  if (args.some((word) => word === "--help" || word === "-h")) {
    return { flags, operands: others, help: true };
  }
  for (const word of args) {
    if (!word.startsWith("-")) {
      others.push(word);
      continue;
    }
    const [, name, equals, value = ""] = /^([^=]*)(=)?([\s\S]*)$/.exec(word)!;
    const flag = command.flags?.find((each) => each.name === name);
    if (flag === undefined) return refuse(word, `${command.name} has no such flag`);
    if ((equals !== undefined) !== (flag.value !== undefined)) {
      return refuse(word, `is malformed: write ${spelling(flag)}`);
    }
    if (flags.has(flag.name)) return refuse(word, `is a second ${flag.name}`);
    flags.set(flag.name, value);
  }
  if (others.length > operands) refuse(others[operands]!, "is one word too many");
  if (others.length < operands) {
    refuse("command line", `${command.name} wants ${command.usage[0]}`);
  }
  return { flags, operands: others, help: false };
}
