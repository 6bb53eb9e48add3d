/**
 * The commands that are described in a line or two.
 *
 * @module
 */
import type { CommandDescription } from "./command.ts";

/** The command line of Solo5's own tender. */
export const HVT: CommandDescription = {
  name: "hvt",
  summary: "run a unikernel, with the command line of solo5-hvt",
  usage: ["[OPTIONS] [--] KERNEL [ARGS…]"],
  text: `Has the command line, messages and statuses of Solo5's own tender. A link to the
program whose name begins with solo5-hvt does the same; solo5 hvt --help shows
the options.`,
  operand: "image",
};

/** The command line of Solo5's own tool for manifests. */
export const ELFTOOL: CommandDescription = {
  name: "elftool",
  summary: "the same as manifest, with the command line of solo5-elftool",
  usage: ["COMMAND …"],
  text:
    `Has the command line of Solo5's own tool for manifests. A link to the program whose
name begins with solo5-elftool does the same.`,
  operand: "file",
};

/** Usage texts. */
export const HELP: CommandDescription = {
  name: "help",
  summary: "show this, or the usage of a command",
  usage: ["[COMMAND]"],
  text: "Shows an overview, or the usage of a command.",
  operand: "command",
};

/** Versions. */
export const VERSION: CommandDescription = {
  name: "version",
  summary: "show the version and the guest ABI versions",
  usage: [""],
  text: "Shows the version of the program and the guest ABI versions that it implements.",
};
