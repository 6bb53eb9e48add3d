/**
 * The program: picks the subcommand; here alone errors are printed and the
 * process exits.
 *
 * @module
 */
import { calledName, exactArguments, type Skin } from "./invocation.ts";
import { describeEnd, printError, speakAs } from "./output.ts";
import { run } from "./run.ts";

/** A subcommand: takes the arguments behind its name, returns the exit status. */
type Subcommand = (args: readonly string[]) => number | Promise<number>;

/**
 * The subcommands, each loaded when it is called; the main job is there at once.
 * `description/commands.ts` says what they are.
 */
export const SUBCOMMANDS: Readonly<Record<string, () => Promise<Subcommand>>> = {
  run: () => Promise.resolve(run),
  hvt: async () => {
    const { hvt, HVT } = await import("./hvt.ts");
    return (args) => hvt(HVT, args);
  },
  inspect: async () => (await import("./inspect.ts")).inspect,
  sandbox: async () => (await import("./sandbox.ts")).sandbox,
  ps: async () => (await import("./ps.ts")).ps,
  top: async () => (await import("./top.ts")).top,
  stats: async () => (await import("./stats.ts")).stats,
  metrics: async () => (await import("./metrics.ts")).metrics,
  manifest: async () => (await import("./manifest.ts")).manifest,
  elftool: async () => {
    const { elftool, ELFTOOL } = await import("./elftool.ts");
    return (args) => elftool(ELFTOOL, args);
  },
  check: async () => (await import("./check.ts")).check,
  doctor: async () => (await import("./doctor.ts")).doctor,
  help: async () => (await import("./help.ts")).help,
  version: async () => (await import("./version.ts")).version,
};

/** A program of its own: takes its name and its arguments. */
type Program = (name: string, args: readonly string[]) => number | Promise<number>;

/** Whose command line a name has, beside `solo5`. */
const SKINS: Readonly<Record<Exclude<Skin, "solo5">, () => Promise<Program>>> = {
  hvt: async () => (await import("./hvt.ts")).hvt,
  elftool: async () => (await import("./elftool.ts")).elftool,
};

/** Other spellings of subcommands. */
export const ALIASES: Readonly<Record<string, string>> = {
  "--help": "help",
  "-h": "help",
  "--version": "version",
};

/**
 * Runs the program with its arguments and exits with its status. Does not
 * return.
 */
export async function main(given: readonly string[]): Promise<never> {
  let status: number;
  try {
    const { name, skin } = await calledName(given);
    speakAs(name);
    const args = await exactArguments(given);
    if (skin === "solo5") {
      const subcommand = await findSubcommand(args[0]);
      status = await subcommand(args.slice(1));
    } else status = await (await SKINS[skin]())(name, args);
  } catch (error) {
    const end = describeEnd(error);
    printError(end.sentence);
    status = end.status;
  }
  Deno.exit(status);
}

async function findSubcommand(word: string | undefined): Promise<Subcommand> {
  const name = word === undefined ? undefined : ALIASES[word] ?? word;
  if (name !== undefined && Object.hasOwn(SUBCOMMANDS, name)) {
    return SUBCOMMANDS[name]!();
  }
  return (await import("./help.ts")).refuseCommand(word);
}
