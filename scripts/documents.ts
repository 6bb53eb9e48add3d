/**
 * `deno task documents --out=DIR`: writes man pages, and completions for bash, zsh
 * and fish, made from the description of the command line, as they lie below a
 * prefix such as `/usr/local`.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { VERSION } from "../src/cli/version.ts";
import { completions } from "./documents/completions.ts";
import { manPage } from "./documents/man_page.ts";
import { pages } from "./documents/pages.ts";

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

/**
 * When the release was made: `SOURCE_DATE_EPOCH`, else the time of the commit.
 *
 * @throws {Error} where neither can be had
 */
export function releaseDate(): Date {
  const given = Deno.env.get("SOURCE_DATE_EPOCH");
  const text = given ?? timeOfCommit();
  if (!/^[0-9]{1,11}$/.test(text)) {
    throw new Error(
      `SOURCE_DATE_EPOCH is "${text}"; give the release's time in seconds since 1970`,
    );
  }
  return new Date(Number(text) * 1000);
}

function timeOfCommit(): string {
  const root = new URL("..", import.meta.url).pathname;
  try {
    const { success, stdout } = new Deno.Command("git", {
      args: ["-C", root, "log", "-1", "--format=%ct"],
      stderr: "null",
    }).outputSync();
    if (success) return new TextDecoder().decode(stdout).trim();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  throw new Error("git does not say when this commit was made; set SOURCE_DATE_EPOCH");
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
    writeAll(out, documents(VERSION, releaseDate()));
  } catch (error) {
    say(`documents: ${error instanceof Error ? error.message : error}\n`);
    Deno.exit(1);
  }
}
