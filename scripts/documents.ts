/**
 * `deno task documents --out=DIR`: writes man pages, and completions for bash, zsh
 * and fish, made from the description of the command line, as they lie below a
 * prefix such as `/usr/local`.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { VERSION } from "../src/cli/release.ts";
import { completions } from "./documents/completions.ts";
import { manPage } from "./documents/man_page.ts";
import { pages } from "./documents/pages.ts";
import { timeOfSource } from "./source.ts";

/** A file below a prefix. */
export interface PlacedText {
  /** Its path: `share/man/man1/solo5-run.1`. */
  readonly path: string;
  /** What is in it. */
  readonly text: string;
}

/**
 * Every man page and completion. Pure: the same for the same release.
 *
 * @param version of the program, as the pages show it
 * @param date when it was made; the pages show the day
 */
export function documents(version: string, date: Date): PlacedText[] {
  return [
    ...pages().map((page) => ({
      path: `share/man/man1/${page.name}.1`,
      text: manPage(page, { version, date }),
    })),
    ...completions(),
  ];
}

/** Writes the files below a directory, which is made where it is missing. */
function writeAll(out: string, files: readonly PlacedText[]): void {
  for (const { path, text } of files) {
    const file = `${out}/${path}`;
    Deno.mkdirSync(file.slice(0, file.lastIndexOf("/")), { recursive: true });
    Deno.writeTextFileSync(file, text);
  }
}

if (import.meta.main) {
  const say = (text: string) => Deno.stderr.writeSync(new TextEncoder().encode(text));
  try {
    const { out, _: words } = parseArgs(Deno.args, { string: ["out"] });
    if (typeof out !== "string" || out === "" || words.length > 0) {
      throw new Error("write deno task documents --out=DIR");
    }
    writeAll(out, documents(VERSION, new Date(1000 * await timeOfSource())));
  } catch (error) {
    say(`documents: ${error instanceof Error ? error.message : error}\n`);
    Deno.exit(1);
  }
}
