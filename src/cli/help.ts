/**
 * `solo5 help`: what the program can do, and what its commands take.
 *
 * @module
 */
import { ExitStatus } from "../contract/exit_status.ts";
import { COMMANDS } from "./description/commands.ts";
import { overview, usage } from "./description/usage.ts";
import { PROGRAM } from "./invocation.ts";
import { printText, refuseMore } from "./output.ts";

/**
 * Prints the overview, or the usage of a command: `help manifest show`.
 *
 * @throws {OperatorError} for a command that is not there, or more words
 */
export function help(args: readonly string[]): number {
  if (args[0] === undefined) {
    printText(overview(PROGRAM, COMMANDS));
    return ExitStatus.SUCCESS;
  }
  printUsage(args);
  return ExitStatus.SUCCESS;
}

/**
 * Prints the usage of a command, or of a command's job.
 *
 * @param words what calls it: `["manifest", "show"]`
 * @throws {OperatorError} where nothing is called so
 */
export function printUsage(words: readonly string[]): void {
  const [name, job, ...more] = words;
  const command = COMMANDS.find((each) => each.name === name);
  if (command === undefined) return refuseMore("help", words);
  if (job === undefined) return printText(usage(PROGRAM, [command.name], command));
  const found = command.jobs?.find((each) => each.name === job);
  if (found === undefined) return refuseMore("help", [job]);
  refuseMore("help", more);
  printText(usage(PROGRAM, [command.name, found.name], found));
}
