/**
 * The corpus: cases that once showed something wrong, as files. A file's name is
 * the beginning of its digest; that of an image which ends with a hole goes on
 * with its size.
 *
 * @module
 */
import { ROOT } from "../../tests/support/checkout.ts";
import type { Case } from "./cases.ts";

/** Where the corpus is. */
export const CORPUS = `${ROOT}tests/hostile/corpus/`;

const NAME = /^[0-9a-f]{16}(?:\.(?<size>[0-9]+))?\.(?<kind>elf|json)$/;

/** Bytes of the digest that a name shows. */
const SHOWN_BYTES = 8;

/** The name of a case's file. */
export async function corpusName(one: Case): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", one.bytes);
  const shown = new Uint8Array(digest, 0, SHOWN_BYTES).toHex();
  if (one.kind === "text") return `${shown}.json`;
  const hole = one.sizeBytes > one.bytes.length ? `.${one.sizeBytes}` : "";
  return `${shown}${hole}.elf`;
}

/**
 * Writes a case into the corpus.
 *
 * @returns the file's path
 */
export async function writeCase(one: Case, directory = CORPUS): Promise<string> {
  const path = directory + await corpusName(one);
  Deno.writeFileSync(path, one.bytes);
  return path;
}

/** A case of the corpus. */
export interface CorpusFile {
  /** The file's name. */
  readonly name: string;
  /** The case. */
  readonly case: Case;
}

/**
 * Reads the corpus, in the order of names.
 *
 * @throws {Error} for a file whose name is no case's, but for README.md
 */
export function readCorpus(directory = CORPUS): CorpusFile[] {
  return Array.from(Deno.readDirSync(directory), ({ name }) => name)
    .filter((name) => name !== "README.md")
    .toSorted()
    .map((name) => {
      const groups = NAME.exec(name)?.groups;
      if (groups === undefined) throw new Error(`${name} is no name of a case`);
      const bytes = Deno.readFileSync(directory + name);
      if (groups["kind"] === "json") return { name, case: { kind: "text", bytes } };
      const sizeBytes = Number(groups["size"] ?? bytes.length);
      return { name, case: { kind: "image", bytes, sizeBytes } };
    });
}
