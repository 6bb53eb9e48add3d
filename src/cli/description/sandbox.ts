/**
 * `solo5 sandbox`, described.
 *
 * @module
 */
import type { CommandDescription } from "./command.ts";

/** Shows what a guest would be sealed with. */
export const SANDBOX: CommandDescription = {
  name: "sandbox",
  summary: "show what a guest would be sealed with, without running it",
  usage: ["[--json|--bpf] app.elf [FLAGS of solo5 run]"],
  text:
    `Builds the guest as run does and shows the seal that it would run in: every layer,
and every system call that is left, with the rules for its arguments and the module that
needs it.`,
  flags: [
    { name: "--json", help: "the same as JSON" },
    { name: "--bpf", help: "the filter, an instruction a line" },
  ],
  takesFlagsOf: "run",
  operand: "image",
  examples: [
    ["solo5 sandbox app.elf --net:0=tap0", "for people"],
    ["solo5 sandbox --json app.elf --net:0=tap0", "for programs"],
  ],
  seeAlso: ["seccomp(2)", "landlock(7)", "capabilities(7)"],
};
