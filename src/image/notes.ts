/**
 * Solo5's ELF notes. Each of them has a program header of its own, of which
 * only the first note counts.
 *
 * @module
 */
import { hex } from "../contract/hex.ts";
import { ImageError } from "../errors.ts";
import { type ProgramHeader, readView, SegmentType } from "./elf.ts";
import type { ImageSource } from "./source.ts";

/** A note: sizes u32 at 0 and 4, type u32 at 8, name (8 bytes) at 12. */
const NoteLayout = { size: 20, namesz: 0, descsz: 4, type: 8, name: 12 } as const;

/** Note type and sizes, before anything but the type is known. */
const SHORTEST_NOTE_BYTES = 12n;

/** The name in every note of Solo5, its NUL included in `n_namesz`. */
const SOLO5_NAME = [0x53, 0x6f, 0x6c, 0x6f, 0x35, 0];

/** What is known of a kind of note. */
interface NoteKind {
  /** Its four letters. */
  readonly name: "ABI1" | "MFT1";
  /** `n_type`: the letters as a little-endian u32. */
  readonly type: number;
  /** Bytes of `n_descsz` that only pad the descriptor to its alignment. */
  readonly padBytes: number;
  /** The least that `n_descsz` may be. */
  readonly leastBytes: number;
  /** The most that `n_descsz` may be. */
  readonly mostBytes: number;
}

const KINDS: readonly NoteKind[] = [
  // 8 bytes hold target and version; the toolchain writes 16.
  { name: "ABI1", type: 0x31494241, padBytes: 0, leastBytes: 8, mostBytes: 32 },
  // Pad, version and count, then up to 64 entries of 104 bytes.
  { name: "MFT1", type: 0x3154464d, padBytes: 4, leastBytes: 12, mostBytes: 6668 },
];

/** The descriptor of a note that was found. */
export interface NoteDescriptor {
  /** The descriptor, without padding. */
  readonly bytes: DataView;
  /** Where it stands in the file, in bytes. */
  readonly offset: number;
}

/** Solo5's notes in an image. */
export interface Solo5Notes {
  /** The ABI note, if there is one. */
  readonly ABI1?: NoteDescriptor;
  /** The manifest note, if there is one. */
  readonly MFT1?: NoteDescriptor;
}

/**
 * Finds Solo5's notes.
 *
 * @param wanted the note that alone is looked at; both if not given
 * @throws {ImageError} when a note's size is impossible or a note comes twice
 */
export function readNotes(
  source: ImageSource,
  headers: readonly ProgramHeader[],
  wanted?: keyof Solo5Notes,
): Solo5Notes {
  const kinds = KINDS.filter(({ name }) => wanted === undefined || name === wanted);
  const notes: { ABI1?: NoteDescriptor; MFT1?: NoteDescriptor } = {};
  for (const header of headers) {
    if (header.type !== SegmentType.NOTE) continue;
    checkSize(source, header, header.filesz, SHORTEST_NOTE_BYTES, header.filesz);
    if (header.filesz < BigInt(NoteLayout.size)) continue;
    const note = readNote(source, header, kinds);
    if (note === undefined) continue;
    if (notes[note.kind.name] !== undefined) {
      throw new ImageError({
        file: source.name,
        structure: `program header ${header.index}, note ${note.kind.name}`,
        offset: Number(header.offset),
        found: "a second note of this type",
        expected: "one",
      });
    }
    notes[note.kind.name] = note.descriptor;
  }
  return notes;
}

function readNote(
  source: ImageSource,
  header: ProgramHeader,
  kinds: readonly NoteKind[],
): { kind: NoteKind; descriptor: NoteDescriptor } | undefined {
  const start = Number(header.offset);
  if (header.offset + header.filesz > BigInt(source.sizeBytes)) {
    throw new ImageError({
      file: source.name,
      structure: `program header ${header.index}, note`,
      offset: header.headerOffset,
      found: `its end at ${hex(header.offset + header.filesz)} in the file`,
      expected: `one within the file's ${source.sizeBytes} bytes`,
    });
  }
  const head = readView(source, start, NoteLayout.size);
  if (head.getUint32(NoteLayout.namesz, true) !== SOLO5_NAME.length) return;
  if (SOLO5_NAME.some((byte, at) => head.getUint8(NoteLayout.name + at) !== byte)) {
    return;
  }
  const type = head.getUint32(NoteLayout.type, true);
  const kind = kinds.find((candidate) => candidate.type === type);
  if (kind === undefined) return;
  const descsz = head.getUint32(NoteLayout.descsz, true);
  const { leastBytes, mostBytes } = kind;
  checkSize(source, header, BigInt(descsz), BigInt(leastBytes), BigInt(mostBytes), kind);
  const room = header.filesz - BigInt(NoteLayout.size);
  checkSize(source, header, BigInt(descsz), 0n, room, kind);
  const offset = start + NoteLayout.size + kind.padBytes;
  const bytes = readView(source, offset, descsz - kind.padBytes);
  return { kind, descriptor: { bytes, offset } };
}

/** The phrase is the one that Solo5's own tests look for. */
function checkSize(
  source: ImageSource,
  header: ProgramHeader,
  found: bigint,
  least: bigint,
  most: bigint,
  kind?: NoteKind,
): void {
  if (found >= least && found <= most) return;
  throw new ImageError({
    file: source.name,
    structure: `program header ${header.index}, note${kind ? ` ${kind.name}` : ""}`,
    offset: kind ? Number(header.offset) + NoteLayout.descsz : header.headerOffset,
    found: `${found} bytes (note does not fall within valid size)`,
    expected: kind ? `${least} to ${most} bytes` : `at least ${least} bytes`,
  });
}
