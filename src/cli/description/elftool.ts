/**
 * The command line of Solo5's own tool for manifests, `solo5-elftool`, described.
 *
 * @module
 */
import type { CommandDescription } from "./command.ts";

/** Its commands, in the order and words of that program's usage text. */
export const ELFTOOL_COMMANDS: readonly CommandDescription[] = [
  {
    name: "gen-manifest",
    summary: "write the C source of a manifest",
    usage: ["SOURCE OUTPUT"],
    text: "Generate application manifest from SOURCE, writing to OUTPUT.",
    operand: "file",
  },
  {
    name: "query-abi",
    summary: "show for which target and ABI version a unikernel was built",
    usage: ["BINARY"],
    text: "Display the ABI target and version from BINARY.",
    operand: "image",
  },
  {
    name: "query-manifest",
    summary: "show which devices a unikernel declares",
    usage: ["BINARY"],
    text: "Display the application manifest from BINARY.",
    operand: "image",
  },
];

/** The command line of Solo5's own tool for manifests. */
export const ELFTOOL: CommandDescription = {
  name: "elftool",
  summary: "the same as manifest, with the command line of solo5-elftool",
  usage: ["COMMAND …"],
  text:
    `Has the command line of Solo5's own tool for manifests. A link to the program whose
name begins with solo5-elftool does the same. Every command line that is none, --help
among them, shows the usage, with status 1.`,
  jobs: ELFTOOL_COMMANDS,
};
