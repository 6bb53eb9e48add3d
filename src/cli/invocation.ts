/**
 * What the program was called: its name decides whose command line it has.
 *
 * @module
 */
import { decodeRaw } from "../contract/raw_text.ts";
import { OperatorError } from "../errors.ts";

/** Whose command line the program has. */
export type Skin = "solo5" | "hvt";

/** How the program was called. */
export interface Invocation {
  /** Its name, for messages: what is behind the last `/`. */
  readonly name: string;
  /** Whose command line that name has. */
  readonly skin: Skin;
  /** The arguments, as {@link decodeRaw} has them. */
  readonly args: readonly string[];
}

/** The program's own name. */
export const PROGRAM = "solo5";

/**
 * How a launcher hands on the name that it was called by: the first argument.
 * (The runtime's command line does not have it.)
 */
const CALLED_AS = "--called-as=";

/** What the runtime puts in the place of bytes that are no UTF-8. */
const REPLACED = "\ufffd";

/** The names that stand for other command lines, by their beginnings. */
const SKINS: readonly (readonly [beginning: string, skin: Skin])[] = [
  ["solo5-hvt", "hvt"],
];

/**
 * Finds out how the program was called.
 *
 * @param given the arguments as the runtime gives them
 * @throws {OperatorError} where an argument's bytes cannot be had
 */
export async function readInvocation(given: readonly string[]): Promise<Invocation> {
  const exact = given.some((text) => text.includes(REPLACED));
  const first = given[0] ?? "";
  const launched = first.startsWith(CALLED_AS);
  // A start that needs nothing of the process's own command line does not read it.
  const process = exact || !launched
    ? (await import("../../ffi/process.ts")).commandLineOfProcess()
    : undefined;
  if (exact && process === undefined) {
    throw new OperatorError(
      given.find((text) => text.includes(REPLACED))!,
      "is not UTF-8, and its bytes are lost where /proc is missing",
      "mount /proc, or write it in UTF-8",
    );
  }
  const words = exact && process !== undefined && process.length >= given.length
    ? process.slice(process.length - given.length).map(decodeRaw)
    : given;
  const path = launched
    ? words[0]!.slice(CALLED_AS.length)
    : nameOfProcess(process) ?? PROGRAM;
  const name = path.slice(path.lastIndexOf("/") + 1);
  const skin = SKINS.find(([beginning]) => name.startsWith(beginning))?.[1] ?? "solo5";
  return {
    name: skin === "solo5" ? PROGRAM : name,
    skin,
    args: launched ? words.slice(1) : words,
  };
}

/** What the process was started as, unless that is the runtime itself. */
function nameOfProcess(words: readonly Uint8Array[] | undefined): string | undefined {
  const path = words?.[0] === undefined ? undefined : decodeRaw(words[0]);
  return path === undefined || /(^|\/)deno[^/]*$/.test(path) ? undefined : path;
}
