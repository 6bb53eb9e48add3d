/**
 * Manifests from file to file: what `solo5 manifest` and `solo5-elftool` both do.
 *
 * @module
 */
import { OperatorError } from "../errors.ts";
import { manifestFromJson } from "../image/json.ts";
import type { JsonDialect } from "../image/json_text.ts";
import { manifestSource } from "../image/manifest_source.ts";
import type { ImageSource } from "../image/source.ts";
import { hostFiles } from "./host_files.ts";
import { PROGRAM } from "./invocation.ts";
import { printText } from "./output.ts";
import { described, readText } from "./text_file.ts";
import { VERSION } from "./release.ts";

/** Stands for standard input and standard output. */
export const STANDARD_STREAM = "-";

/** What a manifest's C source is made from and where it goes. */
export interface Generation {
  /** Path of the JSON text, or {@link STANDARD_STREAM}. */
  readonly source: string;
  /** Path of the C source, or {@link STANDARD_STREAM}. */
  readonly output: string;
  /** What is taken for JSON. */
  readonly dialect: JsonDialect;
}

/**
 * Writes the C source for a manifest in JSON: whole, or not at all.
 *
 * @throws {OperatorError} for a file that cannot be read or written, and with
 * the path of the first wrong field
 */
export async function generateManifest(
  { source, output, dialect }: Generation,
): Promise<void> {
  const files = await hostFiles();
  const fromStdin = source === STANDARD_STREAM;
  const toStdout = output === STANDARD_STREAM;
  if (source === output && !fromStdin) {
    throw new OperatorError(output, "is the manifest itself", "give another OUTPUT");
  }
  const name = fromStdin ? "standard input" : source;
  const path = fromStdin ? undefined : source;
  const json = readText(name, "manifest", (most) => files.readWhole(path, most));
  const manifest = manifestFromJson(name, json, dialect);
  const text = manifestSource(manifest, `${PROGRAM} ${VERSION}`);
  if (toStdout) return printText(text);
  described(output, "give an OUTPUT that can be written, with room for it", () => {
    files.writeWhole(output, new TextEncoder().encode(text));
  });
}

/**
 * Prints what an image says about itself.
 *
 * @throws {OperatorError} for a file that cannot be read
 * @throws {ImageError} for an image that does not say it
 */
export async function printQuery(
  path: string,
  query: (source: ImageSource) => string,
): Promise<void> {
  const source = (await hostFiles()).openImage(path);
  try {
    printText(query(source));
  } finally {
    source.close();
  }
}
