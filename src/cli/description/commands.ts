/**
 * Every command of the program, in the order of the overview.
 *
 * @module
 */
import type { CommandDescription } from "./command.ts";
import { MANIFEST } from "./manifest.ts";
import { ELFTOOL, HELP, HVT, VERSION } from "./others.ts";
import { RUN } from "./run.ts";
import { SANDBOX } from "./sandbox.ts";

/** The commands; `main.ts` has what each does. */
export const COMMANDS: readonly CommandDescription[] = [
  RUN,
  HVT,
  SANDBOX,
  MANIFEST,
  ELFTOOL,
  HELP,
  VERSION,
];
