/**
 * The commands that are described in a line or two.
 *
 * @module
 */
import type { CommandDescription } from "./command.ts";

/** Usage texts. */
export const HELP: CommandDescription = {
  name: "help",
  summary: "show this, or the usage of a command",
  usage: ["[COMMAND [JOB]]"],
  text: "Shows an overview, or the usage of a command.",
  operand: "command",
};

/** Versions. */
export const VERSION: CommandDescription = {
  name: "version",
  summary: "show the version and the guest ABI versions",
  usage: ["[--json]"],
  text:
    `Shows the version of the program, of the runtime that runs it, the guest ABI versions
that it implements and the modules that it contains; of a build also its commit.`,
  flags: [{ name: "--json", help: "the same as JSON" }],
};
