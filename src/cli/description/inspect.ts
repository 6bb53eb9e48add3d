/**
 * `solo5 inspect`, described.
 *
 * @module
 */
import type { CommandDescription } from "./command.ts";

/** Shows what is inside a unikernel's file. */
export const INSPECT: CommandDescription = {
  name: "inspect",
  summary: "show what is inside a unikernel's file",
  usage: ["[--json] app.elf…"],
  text: `Shows target and ABI version, entry, memory as a map drawn to scale, devices with
the flags that bind them, symbols, build id, notes, and the command line that runs
it. Takes unikernels of every target and machine; where run would refuse one, it
says why. Several files make a table. Needs no rights but to read the files.`,
  flags: [{ name: "--json", help: "the same as JSON, a list of files" }],
  operand: "image",
  status: "1 where a file cannot be read or is no Solo5 unikernel.",
  examples: [
    ["solo5 inspect app.elf", "what it wants, and how to run it"],
    ["solo5 inspect --json *.elf", "for programs"],
  ],
};
