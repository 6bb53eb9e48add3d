/**
 * `solo5 check`, described.
 *
 * @module
 */
import type { CommandDescription } from "./command.ts";

/** Says whether a guest would start. */
export const CHECK: CommandDescription = {
  name: "check",
  summary: "say whether a guest would start, and what keeps it from that",
  usage: ["[--json] app.elf [FLAGS of solo5 run]"],
  text:
    `Does what run does until the guest's first instruction, but the seal: reads the image,
binds its devices, takes hold of each, makes the virtual machine. Everything that is wrong
is shown at once, each with its way out. Then all of it is given back as it was.`,
  flags: [{ name: "--json", help: "the same as JSON" }],
  takesFlagsOf: "run",
  operand: "image",
  status: "0 where run would start the guest, else 1.",
  examples: [
    ["solo5 check app.elf --net:0=tap0", "before the service is enabled"],
    ["solo5 check --json app.elf --block:0=disk.img", "for programs"],
  ],
};
