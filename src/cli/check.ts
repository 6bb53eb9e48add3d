/**
 * `solo5 check`: whether a guest would start, and everything that keeps it from
 * that, without running it.
 *
 * @module
 */
import { ExitStatus } from "../contract/exit_status.ts";
import { examine, withoutStates } from "./check/examine.ts";
import { Notes } from "./check/notes.ts";
import { findingsAsJson, findingsAsText } from "./findings.ts";
import { printText } from "./output.ts";
import { type Command, readCommand, refusePrintConfig } from "./run.ts";

/** How it is printed: text without it. */
export const FORMATS = ["--json"] as const;

/**
 * Looks at everything that a start would look at, and prints what it finds.
 *
 * @param args those of `solo5 run`, and `--json`
 * @returns 0 where the guest would start
 */
export async function check(args: readonly string[]): Promise<number> {
  const { words: given, restore } = withoutStates(args);
  const end = given.indexOf("--");
  const own = end < 0 ? given : given.slice(0, end);
  const json = own.includes("--json");
  const rest = given.filter((word, at) => at >= own.length || word !== "--json");
  const command = await read(rest);
  if ("findings" in command) return print(command, json);
  if (command.help) {
    (await import("./help.ts")).printUsage(["check"]);
    return ExitStatus.SUCCESS;
  }
  if (command.printConfig) refusePrintConfig();
  // A second start has to print in the same form.
  const words = command.words === undefined
    ? args
    : [...json ? ["--json"] : [], ...command.words];
  const notes = await examine(command, { given: args, words });
  restore();
  return print(notes, json);
}

/** Reads the command line; without a config file that it names there is no more. */
async function read(words: readonly string[]): Promise<Command | Notes> {
  const notes = new Notes();
  return await notes.attempt(() => readCommand(words, FORMATS)) ?? notes;
}

function print(notes: Notes, json: boolean): number {
  const { findings } = notes;
  printText(json ? findingsAsJson("solo5.check", findings) : findingsAsText(findings));
  return notes.failed ? ExitStatus.OPERATOR : ExitStatus.SUCCESS;
}
