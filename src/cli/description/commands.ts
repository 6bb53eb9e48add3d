/**
 * Every command of the program, in the order of the overview.
 *
 * @module
 */
import { CHECK } from "./check.ts";
import type { CommandDescription } from "./command.ts";
import { DOCTOR } from "./doctor.ts";
import { ELFTOOL } from "./elftool.ts";
import { METRICS, PS, STATS, TOP } from "./figures.ts";
import { HVT } from "./hvt.ts";
import { INSPECT } from "./inspect.ts";
import { MANIFEST } from "./manifest.ts";
import { HELP, VERSION } from "./others.ts";
import { RUN } from "./run.ts";
import { SANDBOX } from "./sandbox.ts";

/** The commands; `main.ts` has what each does. */
export const COMMANDS: readonly CommandDescription[] = [
  RUN,
  HVT,
  INSPECT,
  SANDBOX,
  CHECK,
  DOCTOR,
  PS,
  TOP,
  STATS,
  METRICS,
  MANIFEST,
  ELFTOOL,
  HELP,
  VERSION,
];

/** The program itself. */
export const SOLO5: CommandDescription = {
  name: "solo5",
  summary: "run Solo5 unikernels on KVM",
  usage: ["COMMAND …"],
  text:
    `Runs Solo5 unikernels of the hvt target as guests of KVM. A unikernel declares its
devices in a manifest, and the operator gives each of them a resource of the host. Before
the guest's first instruction the process gives up every right that this guest does not
need.`,
  flags: [{ name: "--version", help: "the same as solo5 version" }],
  jobs: COMMANDS,
  status: `0 when the command did what it was asked, or the unikernel's own; 1 for
everything that is refused or fails. A refusal is one line on standard error: what it is
about, what is wrong, and the way out.`,
};

/** The command of a name. */
export function findCommand(name: string): CommandDescription | undefined {
  return COMMANDS.find((each) => each.name === name);
}
