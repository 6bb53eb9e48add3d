/**
 * `solo5 doctor`, described.
 *
 * @module
 */
import type { CommandDescription } from "./command.ts";

/** Says whether guests can run on a host. */
export const DOCTOR: CommandDescription = {
  name: "doctor",
  summary: "say whether guests can run on this host, and what mends it",
  usage: ["[--json]"],
  text:
    `Looks at the host as a tender of this user finds it: versions, processor, KVM, taps,
time, memory, the seal and limits. Each line is ok, a warning, or says what is missing, with
the command that mends it. Runs nothing and changes nothing.`,
  flags: [{ name: "--json", help: "the same as JSON" }],
  status: "0 where guests can run, 1 where something that they need is missing.",
  examples: [
    ["solo5 doctor", "before the first guest"],
    ["solo5 doctor --json", "for programs"],
  ],
  files: [
    ["/dev/kvm", "Opened, and asked what it can do."],
    ["/dev/net/tun", "Opened."],
  ],
};
