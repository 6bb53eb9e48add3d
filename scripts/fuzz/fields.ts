/**
 * Where the fields of an image stand, as far as a file that may lie lets one say:
 * what mutations overwrite.
 *
 * @module
 */
import {
  ELF_HEADER_BYTES,
  ElfField,
  NoteType,
  PartType,
  PROGRAM_HEADER_BYTES,
  ProgramHeaderField,
  SECTION_HEADER_BYTES,
  SectionHeaderField,
} from "../../tests/support/elf_builder.ts";

/** A little-endian field. */
export interface Field {
  /** First byte in the file. */
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
}

/** A note, by its place in the file. */
export interface NotePlace {
  /** First byte in the file. */
  readonly offset: number;
  /** Where its program header stands. */
  readonly header: number;
  /** `n_type`. */
  readonly type: number;
}

/** The parts of an image. */
export interface Anatomy {
  /** The ELF header's fields. */
  readonly elf: readonly Field[];
  /** Where each program header stands, in file order; at most 128. */
  readonly headers: readonly number[];
  /** The fields of these, of each a list. */
  readonly headerFields: readonly (readonly Field[])[];
  /** The fields of section headers, of each a list; at most 128. */
  readonly sectionFields: readonly (readonly Field[])[];
  /** The notes. */
  readonly notes: readonly NotePlace[];
  /** The fields of notes and what is in them. */
  readonly noteFields: readonly Field[];
  /** Where each entry of the manifest stands; at most 64. */
  readonly entries: readonly number[];
}

/** Bytes of an entry of the manifest (`docs/abi.md`, "Manifest"). */
export const ENTRY_BYTES = 104;

/** Bytes before a note's descriptor: sizes, type and the name of 8 bytes. */
export const NOTE_HEAD_BYTES = 20;

const MOST_HEADERS = 128;

/** Finds the parts. */
export function dissect(bytes: Uint8Array): Anatomy {
  const elf = placed(ElfField, 0).filter((field) => isInside(field, bytes));
  const headers = tableOf(bytes, ElfField.phoff, ElfField.phnum, PROGRAM_HEADER_BYTES);
  const sections = tableOf(bytes, ElfField.shoff, ElfField.shnum, SECTION_HEADER_BYTES);
  const sectionFields = sections.map((offset) => placed(SectionHeaderField, offset));
  const notes = findNotes(bytes, headers);
  const entries = notes.flatMap((note) => findEntries(bytes, note));
  const noteFields = [
    ...notes.flatMap(({ offset, type }) => fieldsOfNote(offset, type)),
    ...entries.flatMap(fieldsOfEntry),
  ].filter((field) => isInside(field, bytes));
  const headerFields = headers.map((offset) => placed(ProgramHeaderField, offset));
  return { elf, headers, headerFields, sectionFields, notes, noteFields, entries };
}

/** Where the entries of a table stand that the ELF header speaks of. */
function tableOf(
  bytes: Uint8Array,
  startField: readonly [number, number],
  countField: readonly [number, number],
  entryBytes: number,
): number[] {
  const entries: number[] = [];
  if (bytes.length < ELF_HEADER_BYTES) return entries;
  const start = Number(readField(bytes, at(startField)));
  const count = Number(readField(bytes, at(countField)));
  for (let index = 0; index < Math.min(count, MOST_HEADERS); index++) {
    const offset = start + index * entryBytes;
    if (offset + entryBytes > bytes.length) break;
    entries.push(offset);
  }
  return entries;
}

/** A field of the builder's tables, in a structure that begins at `start`. */
export function at([offset, size]: readonly [number, number], start = 0): Field {
  return { offset: start + offset, size };
}

/** Reads a field. */
export function readField(bytes: Uint8Array, { offset, size }: Field): bigint {
  let value = 0n;
  for (let byte = size - 1; byte >= 0; byte--) {
    value = value << 8n | BigInt(bytes[offset + byte] ?? 0);
  }
  return value;
}

/** Writes the low bytes of a value into a field. */
export function writeField(
  bytes: Uint8Array,
  { offset, size }: Field,
  value: bigint,
): void {
  for (let byte = 0; byte < size; byte++) {
    bytes[offset + byte] = Number(value >> BigInt(8 * byte) & 0xffn);
  }
}

function placed(
  layout: Readonly<Record<string, readonly [number, number]>>,
  start: number,
): Field[] {
  return Object.values(layout).map((field) => at(field, start));
}

function isInside({ offset, size }: Field, bytes: Uint8Array): boolean {
  return offset + size <= bytes.length;
}

function findNotes(bytes: Uint8Array, headers: readonly number[]): NotePlace[] {
  return headers.flatMap((header) => {
    if (readField(bytes, at(ProgramHeaderField.type, header)) !== BigInt(PartType.NOTE)) {
      return [];
    }
    const offset = Number(readField(bytes, at(ProgramHeaderField.offset, header)));
    if (offset + NOTE_HEAD_BYTES > bytes.length) return [];
    const type = Number(readField(bytes, { offset: offset + 8, size: 4 }));
    return [{ offset, header, type }];
  });
}

function findEntries(bytes: Uint8Array, { offset, type }: NotePlace): number[] {
  if (type !== NoteType.MFT1) return [];
  const start = offset + NOTE_HEAD_BYTES + 4;
  const count = Number(readField(bytes, { offset: start + 4, size: 4 }));
  const entries: number[] = [];
  for (let index = 0; index < Math.min(count, 64); index++) {
    const entry = start + 8 + index * ENTRY_BYTES;
    if (entry + ENTRY_BYTES <= bytes.length) entries.push(entry);
  }
  return entries;
}

/** Sizes, type, name; then pad, version and count, or target and version. */
function fieldsOfNote(offset: number, type: number): Field[] {
  const words = type === NoteType.MFT1 ? [20, 24, 28] : [20, 24];
  return [
    ...[0, 4, 8, ...words].map((word) => ({ offset: offset + word, size: 4 })),
    { offset: offset + 12, size: 8 },
  ];
}

/** The name's first and last bytes, the type, and what the tender fills in. */
function fieldsOfEntry(offset: number): Field[] {
  return [
    { offset, size: 1 },
    { offset, size: 8 },
    { offset: offset + 60, size: 8 },
    { offset: offset + 67, size: 1 },
    { offset: offset + 68, size: 4 },
    { offset: offset + 72, size: 8 },
    { offset: offset + 96, size: 8 },
  ];
}
