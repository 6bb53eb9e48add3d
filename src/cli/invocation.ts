/**
 * What the program was called: its name decides whose command line it has.
 *
 * @module
 */
import { decodeRaw } from "../contract/raw_text.ts";
import { OperatorError } from "../errors.ts";

/** Whose command line the program has. */
export type Skin = "solo5" | "hvt" | "elftool";

/** The program's own name. */
export const PROGRAM = "solo5";

/**
 * How a launcher hands on the name that it was called by: the first argument.
 * (The runtime's command line does not have it.)
 */
const CALLED_AS = "--called-as=";

/**
 * How the first start of `--sandbox=strict` hands on what it holds: the word
 * behind the subcommand.
 */
export const HANDED_OVER = "--handed-over=";

/** What the runtime puts in the place of bytes that are no UTF-8. */
const REPLACED = "\ufffd";

/** The names that stand for other command lines, by their beginnings. */
const SKINS: readonly (readonly [beginning: string, skin: Skin])[] = [
  ["solo5-hvt", "hvt"],
  ["solo5-elftool", "elftool"],
];

/** What the program was called. */
export interface CalledName {
  /** Its name, for messages: what is behind the last `/`. */
  readonly name: string;
  /** Whose command line that name has. */
  readonly skin: Skin;
}

/**
 * Finds out what the program was called.
 *
 * @param given the arguments as the runtime gives them
 */
export async function calledName(given: readonly string[]): Promise<CalledName> {
  // A start through a launcher does not read the process's own command line.
  const path = given[0]?.startsWith(CALLED_AS)
    ? given[0].slice(CALLED_AS.length)
    : nameOfProcess(await pathOfProcess()) ?? PROGRAM;
  const name = path.slice(path.lastIndexOf("/") + 1);
  const skin = SKINS.find(([beginning]) => name.startsWith(beginning))?.[1];
  return skin === undefined ? { name: PROGRAM, skin: "solo5" } : { name, skin };
}

/**
 * Gives the arguments as they are, as {@link decodeRaw} has them: where some are
 * not UTF-8, from the process's own command line.
 *
 * @param given the arguments as the runtime gives them
 * @throws {OperatorError} where an argument's bytes cannot be had
 */
export async function exactArguments(given: readonly string[]): Promise<string[]> {
  let words = [...given];
  // On other systems arguments are text, or cannot be had otherwise.
  const doubtful = Deno.build.os === "linux"
    ? given.find((word) => word.includes(REPLACED))
    : undefined;
  if (doubtful !== undefined) {
    const process = await wordsOfProcess();
    if (process === undefined) {
      throw new OperatorError(
        doubtful,
        "is not UTF-8, and its bytes are lost where /proc is missing",
        "mount /proc, or write it in UTF-8",
      );
    }
    words = process.slice(process.length - given.length).map(decodeRaw);
  }
  return words[0]?.startsWith(CALLED_AS) ? words.slice(1) : words;
}

async function wordsOfProcess(): Promise<Uint8Array[] | undefined> {
  const { commandLineOfProcess } = await import("../../ffi/process.ts");
  return commandLineOfProcess();
}

/** What the process was started as. */
async function pathOfProcess(): Promise<string | undefined> {
  if (Deno.build.os !== "linux") {
    return Deno.execPath().replaceAll("\\", "/").replace(/\.exe$/i, "");
  }
  const word = (await wordsOfProcess())?.[0];
  return word && decodeRaw(word);
}

/** The path of the program, unless that is the runtime itself. */
function nameOfProcess(path: string | undefined): string | undefined {
  return path === undefined || /(^|\/)deno[^/]*$/.test(path) ? undefined : path;
}
