/**
 * The ABI note, and the versions of the guest ABI that this tender implements.
 *
 * @module
 */
import { ImageError } from "../errors.ts";
import type { NoteDescriptor } from "./notes.ts";

/** The descriptor: target u32 at 0, version u32 at 4; the rest is reserved. */
const AbiNote = { target: 0, version: 4 } as const;

/** Solo5's targets (`elf_abi.h`). */
const TARGETS: readonly string[] = [
  "(0)",
  "hvt",
  "spt",
  "virtio",
  "muen",
  "genode",
  "xen",
];
const HVT = 1;

/** A version of the guest ABI, and what differs between versions. */
export interface AbiVersion {
  /** Its number in the ABI note. */
  readonly version: number;
  /** The Solo5 releases whose images have it. */
  readonly releases: string;
  /** Size of the boot info, in bytes. */
  readonly bootInfoBytes: number;
  /** Whether boot info can offer the network ring. */
  readonly hasRing: boolean;
}

/** Every version that this tender implements, newest first. */
export const ABI_VERSIONS: readonly AbiVersion[] = [
  { version: 2, releases: "0.8 and later", bootInfoBytes: 56, hasRing: true },
  // Boot info ends behind the manifest's address; all else is the same.
  { version: 1, releases: "0.6 and 0.7", bootInfoBytes: 40, hasRing: false },
];

/** What an ABI note says, not judged. */
export interface AbiNoteFields {
  /** The target's number. */
  readonly target: number;
  /** The version of the target's ABI. */
  readonly version: number;
  /** Where its descriptor stands in the file, in bytes. */
  readonly offset: number;
}

/**
 * Reads the ABI note's fields.
 *
 * @param note its descriptor, undefined where the image has none
 * @throws {ImageError} where there is no note
 */
export function readAbiNote(
  file: string,
  note: NoteDescriptor | undefined,
): AbiNoteFields {
  if (note === undefined) {
    throw new ImageError({
      file,
      structure: "notes",
      found: "no Solo5 ABI note",
      expected: "one (ABI1)",
    });
  }
  return {
    target: note.bytes.getUint32(AbiNote.target, true),
    version: note.bytes.getUint32(AbiNote.version, true),
    offset: note.offset,
  };
}

/** The name of a target, or undefined where Solo5 has none of this number. */
export function targetName(target: number): string | undefined {
  return target === 0 ? undefined : TARGETS[target];
}

/**
 * Reads the ABI note of an image that is to run.
 *
 * @param note its descriptor, undefined where the image has none
 * @returns the version that the image was built for
 * @throws {ImageError} for another target or a version that is not implemented
 */
export function decodeAbi(
  file: string,
  note: NoteDescriptor | undefined,
): AbiVersion {
  const { target, version: number, offset } = readAbiNote(file, note);
  if (target !== HVT) {
    throw new ImageError({
      file,
      structure: "ABI note, target",
      offset: offset + AbiNote.target,
      found: TARGETS[target] ?? String(target),
      expected: "hvt",
    });
  }
  const version = ABI_VERSIONS.find((known) => known.version === number);
  if (version === undefined) {
    const known = ABI_VERSIONS.map((each) => `${each.version} (Solo5 ${each.releases})`);
    throw new ImageError({
      file,
      structure: "ABI note, version",
      offset: offset + AbiNote.version,
      found: String(number),
      expected: known.join(" or "),
      remedy: number > ABI_VERSIONS[0]!.version
        ? "a newer tender is needed for it"
        : "build the unikernel with a newer Solo5",
    });
  }
  return version;
}
