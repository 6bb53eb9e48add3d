/**
 * What an image says about itself, as JSON, to the character as Solo5's elftool
 * prints it: programs parse it, and some look for whole lines of it. For images
 * of every target and machine, and of nothing but the note that is asked for.
 *
 * @module
 */
import { ImageError } from "../errors.ts";
import { readAbiNote, targetName } from "./abi.ts";
import { readElfHeaders } from "./elf.ts";
import {
  deviceTypeOf,
  type ManifestEntry,
  readManifestEntries,
  RESERVED_FIRST,
} from "./manifest.ts";
import { type NoteDescriptor, readNotes, type Solo5Notes } from "./notes.ts";
import type { ImageSource } from "./source.ts";

/**
 * Says for which target, and which version of its ABI, an image was built. The
 * version is not judged.
 *
 * @returns JSON text
 * @throws {ImageError} when there is no ABI note in the file
 */
export function queryAbi(source: ImageSource): string {
  const { target, version } = query(source, "ABI1", readAbiNote);
  return `{
  "type": "solo5.abi",
  "target": ${jsonString(targetName(target) ?? "unknown")},
  "version": ${version}
}
`;
}

/**
 * Says which devices an image declares. Names and types are not judged; entries
 * of the reserved types are left out.
 *
 * @returns JSON text
 * @throws {ImageError} when there is no sound manifest in the file
 */
export function queryManifest(source: ImageSource): string {
  const entries = query(source, "MFT1", readManifestEntries);
  const listed = entries.filter(({ type }) => type < RESERVED_FIRST).map(deviceLine);
  const devices = listed.length === 0 ? "" : `${listed.join(",\n")}\n`;
  return `{
  "type": "solo5.manifest",
  "version": 1,
  "devices": [
${devices}  ]
}
`;
}

function deviceLine({ name, type }: ManifestEntry): string {
  const typeName = deviceTypeOf(type) ?? "<undefined type>";
  return `    { "name": ${jsonString(name)}, "type": ${jsonString(typeName)} }`;
}

/** Escapes whatever could break the JSON, or do something to a terminal. */
function jsonString(text: string): string {
  return JSON.stringify(text).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Reads one note of an image, or says what is wrong with the image. */
function query<T>(
  source: ImageSource,
  kind: keyof Solo5Notes,
  read: (file: string, note: NoteDescriptor | undefined) => T,
): T {
  try {
    const { programHeaders } = readElfHeaders(source, "any machine");
    return read(source.name, readNotes(source, programHeaders, kind)[kind]);
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    // The usual way out is for one target and one machine.
    throw new ImageError({ remedy: "give a unikernel built for Solo5", ...error.defect });
  }
}
