/**
 * `solo5 help`: what the program can do, and what its commands take.
 *
 * @module
 */
import { ExitStatus } from "../contract/exit_status.ts";
import { meant } from "../contract/suggest.ts";
import { OperatorError } from "../errors.ts";
import type { CommandDescription } from "./description/command.ts";
import { COMMANDS, findCommand } from "./description/commands.ts";
import { HELP } from "./description/others.ts";
import { overview, usage } from "./description/usage.ts";
import { PROGRAM } from "./invocation.ts";
import { printText } from "./output.ts";
import { readWords } from "./words.ts";

/** A command, and a job of it. */
const MOST_WORDS = 2;

/**
 * Prints the overview, or the usage of a command: `help manifest show`.
 *
 * @throws {OperatorError} for a command that is not there, or more words
 */
export function help(args: readonly string[]): number {
  const { operands, help } = readWords(["help"], HELP, args, MOST_WORDS);
  if (help) printUsage(["help"]);
  else if (operands.length > 0) printUsage(operands);
  else printText(overview(PROGRAM, COMMANDS));
  return ExitStatus.SUCCESS;
}

/**
 * Prints the usage of a command, or of a command's job.
 *
 * @param words what calls it: `["manifest", "show"]`
 * @throws {OperatorError} where nothing is called so
 */
export function printUsage(words: readonly string[]): void {
  const [name = "", job] = words;
  const command = findCommand(name) ?? refuseCommand(name);
  const found = job === undefined ? command : findJob(command, job);
  printText(usage(PROGRAM, words, found));
}

/**
 * Finds a job of a command.
 *
 * @throws {OperatorError} where it has none of this name, or the name is missing
 */
export function findJob(
  { name, jobs = [] }: CommandDescription,
  word: string | undefined,
): CommandDescription {
  const job = jobs.find((each) => each.name === word);
  if (job !== undefined) return job;
  const names = jobs.map((each) => each.name);
  const call = `${PROGRAM} ${name}`;
  throw new OperatorError(
    word === undefined ? "command line" : `"${word}"`,
    word === undefined ? "no job given" : `is no job of ${call}`,
    names.length === 0
      ? `see ${call} --help`
      : `${meant(word ?? "", names)}write ${call} ${names[0]} ${
        jobs[0]!.usage[0]
      }, or see ${call} --help`,
  );
}

/**
 * Refuses a word that is no command.
 *
 * @param word undefined where there is none
 * @throws {OperatorError} always
 */
export function refuseCommand(word: string | undefined): never {
  throw new OperatorError(
    word === undefined ? "command line" : `"${word}"`,
    word === undefined ? "no subcommand given" : "no subcommand of this name",
    `${
      meant(word ?? "", COMMANDS.map(({ name }) => name))
    }write ${PROGRAM} run app.elf, or see ${PROGRAM} help`,
  );
}
