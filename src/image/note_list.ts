/**
 * Every note of an image, whoever left it there, and the build id among them
 * (System V gABI chapter 5; `man 1 ld`, `--build-id`). They are only shown.
 *
 * @module
 */
import { type ProgramHeader, readView, SegmentType } from "./elf.ts";
import { type FileRange, isInside } from "./sections.ts";
import type { ImageSource } from "./source.ts";

/** A note: sizes u32 at 0 and 4, type u32 at 8, then the owner's name. */
const NoteHeader = { size: 12, namesz: 0, descsz: 4, type: 8 } as const;

/** What is looked at: places that hold notes, notes in each, bytes of a name. */
const MOST_PLACES = 64, MOST_NOTES = 16, MOST_NAME_BYTES = 32;

/** The most notes that are listed. */
const MOST_LISTED = 64;

/** The owner and type of a note with a build id, and the most bytes that it has. */
const BUILD_ID = { owner: "GNU", type: 3, mostBytes: 64 } as const;

/** A note. */
export interface ListedNote {
  /** Who left it: the bytes of its name, each as one character. */
  readonly owner: string;
  /** What it is, by a number that its owner chose. */
  readonly type: number;
  /** Bytes that it holds. */
  readonly bytes: number;
}

/** The notes of an image. */
export interface NoteList {
  /** Each once, in the file's order. */
  readonly notes: readonly ListedNote[];
  /** The build id in hexadecimal digits, where there is one. */
  readonly buildId: string | undefined;
}

/**
 * Lists the notes. What lies about its size ends the list of its place; whoever
 * needs a note says what is wrong with it.
 *
 * @param sections those that hold notes, for what no program header names
 */
export function listNotes(
  source: ImageSource,
  headers: readonly ProgramHeader[],
  sections: readonly FileRange[],
): NoteList {
  const places: FileRange[] = [];
  for (const { type, offset, filesz } of headers) {
    if (places.length === MOST_PLACES) break;
    if (type === SegmentType.NOTE) places.push({ offset, bytes: filesz });
  }
  const found = new Map<number, ListedNote>();
  let buildId: string | undefined;
  for (const place of [...places, ...sections.slice(0, MOST_PLACES)]) {
    if (!isInside(source, place)) continue;
    buildId = readPlace(source, place, found) ?? buildId;
  }
  return { notes: [...found.values()], buildId };
}

/** Adds a place's notes to those that were found; returns its build id, if any. */
function readPlace(
  source: ImageSource,
  place: FileRange,
  found: Map<number, ListedNote>,
): string | undefined {
  const end = Number(place.offset + place.bytes);
  let buildId: string | undefined;
  for (let at = Number(place.offset), count = 0; count < MOST_NOTES; count++) {
    if (at + NoteHeader.size > end) break;
    const header = readView(source, at, NoteHeader.size);
    const nameBytes = header.getUint32(NoteHeader.namesz, true);
    const bytes = header.getUint32(NoteHeader.descsz, true);
    const type = header.getUint32(NoteHeader.type, true);
    const name = at + NoteHeader.size;
    if (nameBytes > MOST_NAME_BYTES || name + nameBytes > end) break;
    const owner = ownerOf(readView(source, name, nameBytes));
    if (!found.has(at) && found.size < MOST_LISTED) {
      found.set(at, { owner, type, bytes });
    }
    const descriptor = name + padded(nameBytes);
    if (descriptor + bytes > end) break;
    if (owner === BUILD_ID.owner && type === BUILD_ID.type && bytes > 0) {
      if (bytes <= BUILD_ID.mostBytes) buildId = digits(source, descriptor, bytes);
    }
    at = descriptor + padded(bytes);
  }
  return buildId;
}

/** Names and descriptors begin at multiples of 4. */
function padded(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}

function ownerOf(name: DataView): string {
  const bytes = new Uint8Array(name.buffer);
  const end = bytes.indexOf(0);
  return String.fromCharCode(...bytes.subarray(0, end < 0 ? bytes.length : end));
}

function digits(source: ImageSource, at: number, length: number): string {
  const bytes = new Uint8Array(readView(source, at, length).buffer);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
