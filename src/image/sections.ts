/**
 * Sections (System V gABI chapter 4): what is left of a build's symbols. No
 * tender needs them, so an image may lie about them and run all the same; they
 * are only shown.
 *
 * @module
 */
import { hex } from "../contract/hex.ts";
import { ImageError } from "../errors.ts";
import { readView, type SectionTable } from "./elf.ts";
import type { ImageSource } from "./source.ts";

/** Fields of a section header: offsets in bytes. */
const SectionHeader = {
  size: 64,
  name: 0,
  type: 4,
  offset: 24,
  bytes: 32,
  entryBytes: 56,
} as const;

/** Section types that matter here. */
const SectionType = { SYMBOLS: 2, NOTE: 7 } as const;

/** Where `e_shoff` stands, for messages. */
const SHOFF = 40;

/** More sections, and more bytes of their names, than linkers leave in an image. */
const MOST_SECTIONS = 4096, MOST_NAME_BYTES = 65536;

/** A part of the file, in bytes, unchecked. */
export interface FileRange {
  /** Its first byte. */
  readonly offset: bigint;
  /** How long it is. */
  readonly bytes: bigint;
}

/** What the sections say. */
export interface Sections {
  /** How many symbols the image has, none where it is stripped. */
  readonly symbols: number;
  /** Whether it has what debuggers need (DWARF). */
  readonly debug: boolean;
  /** Sections that hold notes. */
  readonly notes: readonly FileRange[];
}

/** Of an image without section headers: stripped to the last. */
const NONE: Sections = { symbols: 0, debug: false, notes: [] };

/**
 * Reads the section headers and their names.
 *
 * @throws {ImageError} where they are not in the file, or far too many
 */
export function readSections(source: ImageSource, table: SectionTable): Sections {
  const { offset, count, entryBytes, namesIndex } = table;
  if (offset === 0n || count === 0) return NONE;
  const refuse = (found: string, expected: string): never => {
    const structure = "section headers";
    throw new ImageError({
      file: source.name,
      structure,
      offset: SHOFF,
      found,
      expected,
    });
  };
  if (entryBytes !== SectionHeader.size) {
    refuse(`headers of ${entryBytes} bytes`, `${SectionHeader.size}`);
  }
  if (count > MOST_SECTIONS) refuse(`${count}`, `at most ${MOST_SECTIONS}`);
  const end = offset + BigInt(count * SectionHeader.size);
  if (end > BigInt(source.sizeBytes)) {
    refuse(`an end at ${hex(end)}`, `one within the file's ${source.sizeBytes} bytes`);
  }
  const headers = readView(source, Number(offset), count * SectionHeader.size);
  const names = readNames(source, headers, namesIndex);
  let symbols = 0, debug = false;
  const notes: FileRange[] = [];
  for (let at = 0; at < headers.byteLength; at += SectionHeader.size) {
    const type = headers.getUint32(at + SectionHeader.type, true);
    const range = rangeOf(headers, at);
    if (type === SectionType.SYMBOLS) {
      const each = headers.getBigUint64(at + SectionHeader.entryBytes, true);
      // The first symbol of every table stands for none.
      if (each > 0n && isInside(source, range)) {
        symbols += Math.max(0, Number(range.bytes / each) - 1);
      }
    }
    if (type === SectionType.NOTE) notes.push(range);
    const name = headers.getUint32(at + SectionHeader.name, true);
    debug ||= /^\.z?debug_info$/.test(nameAt(names, name));
  }
  return { symbols, debug, notes };
}

/** Whether a part of the file is there. */
export function isInside(source: ImageSource, { offset, bytes }: FileRange): boolean {
  return offset + bytes <= BigInt(source.sizeBytes);
}

function rangeOf(headers: DataView, at: number): FileRange {
  return {
    offset: headers.getBigUint64(at + SectionHeader.offset, true),
    bytes: headers.getBigUint64(at + SectionHeader.bytes, true),
  };
}

/** The names of all sections, each with a NUL behind it; nothing where they lie. */
function readNames(source: ImageSource, headers: DataView, index: number): Uint8Array {
  const at = index * SectionHeader.size;
  if (at >= headers.byteLength) return new Uint8Array();
  const range = rangeOf(headers, at);
  if (!isInside(source, range)) return new Uint8Array();
  const bytes = new Uint8Array(Math.min(Number(range.bytes), MOST_NAME_BYTES));
  source.read(Number(range.offset), bytes);
  return bytes;
}

/** Longest name that is looked for. */
const NAME_BYTES = 16;

function nameAt(names: Uint8Array, at: number): string {
  const bytes = names.subarray(at, at + NAME_BYTES);
  const end = bytes.indexOf(0);
  return String.fromCharCode(...bytes.subarray(0, end < 0 ? bytes.length : end));
}
