/**
 * Judging the reader of config files.
 *
 * @module
 */
import { configText } from "../../src/binding/config_text.ts";
import { parseRunArguments } from "../../src/binding/flags.ts";
import { OperatorError, printable } from "../../src/errors.ts";
import { readJson } from "../../src/image/json_text.ts";
import { Broken, FILE, type Interview } from "./interview.ts";
import type { Readers } from "./judge.ts";

/** Longest of what is said of one mistake, in characters. */
const LONGEST_PROBLEM = 1500;

/** The most mistakes that are told, and the line that counts the others. */
const MOST_PROBLEMS = 9;

/** Judges a text that should be a config file. */
export function judgeConfig(
  text: string,
  budget: number,
  readers: Readers,
  interview: Interview,
): void {
  const file = interview.ask("readConfig", budget, () => {
    const read = readers.readConfig(FILE, text);
    const { problems } = parseRunArguments([], read).request;
    if (problems!.length === 0) return read;
    const wrong = problems!.find((one, at) =>
      one.length > LONGEST_PROBLEM ||
      !(one.startsWith(`${FILE}:`) || at === MOST_PROBLEMS - 1)
    );
    if (wrong !== undefined || problems!.length > MOST_PROBLEMS) {
      const detail = printable(wrong ?? `${problems!.length} problems`);
      throw new Broken("readConfig says too much", detail.slice(0, 400));
    }
    // One of them stands for all: the interview asks for a sentence.
    const [place, ...rest] = problems![0]!.split(" ");
    throw new OperatorError(place!.slice(0, -1), rest.join(" "), "mend it");
  });
  if (file === undefined) return;
  const run = parseRunArguments([], file);
  const written = configText(run, () => "/");
  const value = readJson(FILE, text, "commented");
  const keys = value.kind === "object" ? [...value.members] : [];
  // An object without devices asks for nothing.
  const meant = keys.filter(([key, one]) =>
    key !== "$schema" && !(one.kind === "object" && one.members.size === 0) &&
    !(one.kind === "list" && one.items.length === 0)
  );
  if (Object.keys(JSON.parse(written)).length !== meant.length) {
    throw new Broken("readConfig reads something else", written);
  }
  const again = configText(
    parseRunArguments([], readers.readConfig(FILE, written)),
    () => "/",
  );
  if (again !== written) throw new Broken("readConfig reads something else", written);
}
