/**
 * The program: picks the subcommand; here alone errors are printed and the
 * process exits.
 *
 * @module
 */
import { SystemCallError } from "../../ffi/errno.ts";
import { ExitStatus } from "../contract/exit_status.ts";
import {
  EndedBySignal,
  GuestFault,
  ImageError,
  OperatorError,
  printable,
} from "../errors.ts";
import { printError, PROGRAM } from "./output.ts";
import { run } from "./run.ts";

/** A subcommand: takes the arguments behind its name, returns the exit status. */
type Subcommand = (args: readonly string[]) => number | Promise<number>;

/**
 * The subcommands, each loaded when it is called; the main job is there at once.
 */
const SUBCOMMANDS: Readonly<Record<string, () => Promise<Subcommand>>> = {
  run: () => Promise.resolve(run),
  help: async () => (await import("./help.ts")).help,
  version: async () => (await import("./version.ts")).version,
};

/** Other spellings of subcommands. */
const ALIASES: Readonly<Record<string, string>> = {
  "--help": "help",
  "-h": "help",
  "--version": "version",
};

/**
 * Runs the program with its arguments and exits with its status. Does not
 * return.
 */
export async function main(args: readonly string[]): Promise<never> {
  let status: number;
  try {
    const subcommand = await findSubcommand(args[0]);
    status = await subcommand(args.slice(1));
  } catch (error) {
    const end = describeEnd(error);
    printError(end.sentence);
    status = end.status;
  }
  Deno.exit(status);
}

function findSubcommand(word: string | undefined): Promise<Subcommand> {
  const name = word === undefined ? undefined : ALIASES[word] ?? word;
  if (name !== undefined && Object.hasOwn(SUBCOMMANDS, name)) {
    return SUBCOMMANDS[name]!();
  }
  throw new OperatorError(
    word === undefined ? "command line" : `"${word}"`,
    word === undefined ? "no subcommand given" : "no subcommand of this name",
    `write ${PROGRAM} run app.elf, or see ${PROGRAM} help`,
  );
}

/** Turns whatever was thrown into one sentence and an exit status. */
function describeEnd(error: unknown): { sentence: string; status: number } {
  if (error instanceof GuestFault) return error;
  if (
    error instanceof OperatorError || error instanceof ImageError ||
    error instanceof EndedBySignal
  ) {
    return { sentence: error.message, status: error.status };
  }
  if (error instanceof SystemCallError) {
    return {
      sentence: printable(`${error.message}; look at the host`),
      status: ExitStatus.OPERATOR,
    };
  }
  if (error instanceof Deno.errors.NotCapable) {
    return {
      sentence:
        `${PROGRAM} lacks a permission of Deno's: run it as scripts/solo5 does, with --allow-ffi`,
      status: ExitStatus.OPERATOR,
    };
  }
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    sentence: printable(`internal error: ${what}; please report it`),
    status: ExitStatus.INTERNAL,
  };
}
