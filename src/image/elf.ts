/**
 * ELF header and program headers (System V gABI chapters 4 and 5): 64 bit,
 * little-endian, an executable for x86_64.
 *
 * @module
 */
import { hex } from "../contract/hex.ts";
import { ImageError } from "../errors.ts";
import type { ImageSource } from "./source.ts";

/** Fields of the ELF header: offset and size in bytes. */
const Header = {
  size: 64,
  class: 4,
  data: 5,
  type: 16,
  machine: 18,
  version: 20,
  entry: 24,
  phoff: 32,
  shoff: 40,
  ehsize: 52,
  phentsize: 54,
  phnum: 56,
  shentsize: 58,
  shnum: 60,
  shstrndx: 62,
} as const;

/** Fields of a program header. */
const ProgramHeaderLayout = {
  size: 56,
  type: 0,
  flags: 4,
  offset: 8,
  vaddr: 16,
  filesz: 32,
  memsz: 40,
  align: 48,
} as const;

/** Program header types that matter here. */
export const SegmentType = { LOAD: 1, DYNAMIC: 2, NOTE: 4, TLS: 7 } as const;

/** Program header flags. */
export const SegmentFlag = { EXECUTE: 1, WRITE: 2, READ: 4 } as const;

/** A program header. The 64-bit fields are as in the file, unchecked. */
export interface ProgramHeader {
  /** Its place in the table, from 0. */
  readonly index: number;
  /** Where it stands in the file, in bytes. */
  readonly headerOffset: number;
  /** `p_type`. */
  readonly type: number;
  /** `p_flags`. */
  readonly flags: number;
  /** `p_offset`. */
  readonly offset: bigint;
  /** `p_vaddr`. */
  readonly vaddr: bigint;
  /** `p_filesz`. */
  readonly filesz: bigint;
  /** `p_memsz`. */
  readonly memsz: bigint;
  /** `p_align`. */
  readonly align: bigint;
}

/** Where the ELF header says that the section headers are; nothing is checked. */
export interface SectionTable {
  /** `e_shoff`; 0 where there are none. */
  readonly offset: bigint;
  /** `e_shentsize`. */
  readonly entryBytes: number;
  /** `e_shnum`. */
  readonly count: number;
  /** `e_shstrndx`: the section with the sections' names. */
  readonly namesIndex: number;
}

/** What the ELF header and the program headers say. */
export interface ElfHeaders {
  /** `e_type`. */
  readonly type: number;
  /** `e_machine`. */
  readonly machine: number;
  /** `e_entry`, unchecked. */
  readonly entry: bigint;
  /** The program headers, in file order. */
  readonly programHeaders: readonly ProgramHeader[];
  /** Where sections are described, which nothing that runs an image looks at. */
  readonly sections: SectionTable;
}

/** Where `e_entry` and a program header's fields stand, for messages. */
export const FieldOffset = {
  entry: Header.entry,
  flags: ProgramHeaderLayout.flags,
  offset: ProgramHeaderLayout.offset,
  vaddr: ProgramHeaderLayout.vaddr,
  filesz: ProgramHeaderLayout.filesz,
  memsz: ProgramHeaderLayout.memsz,
  align: ProgramHeaderLayout.align,
} as const;

const MAGIC = [0x7f, 0x45, 0x4c, 0x46];

/** What every Solo5 image for hvt on x86_64 has in its header. */
const FIXED_FIELDS: readonly {
  readonly name: string;
  readonly offset: number;
  readonly size: 1 | 2 | 4;
  readonly value: number;
  readonly meaning: string;
}[] = [
  { name: "EI_CLASS", offset: Header.class, size: 1, value: 2, meaning: "64 bit" },
  { name: "EI_DATA", offset: Header.data, size: 1, value: 1, meaning: "little-endian" },
  {
    name: "e_type",
    offset: Header.type,
    size: 2,
    value: 2,
    meaning: "ET_EXEC, a static executable at a fixed address",
  },
  { name: "e_machine", offset: Header.machine, size: 2, value: 62, meaning: "x86_64" },
  { name: "e_version", offset: Header.version, size: 4, value: 1, meaning: "current" },
  {
    name: "e_ehsize",
    offset: Header.ehsize,
    size: 2,
    value: 64,
    meaning: "its own size",
  },
  {
    name: "e_phentsize",
    offset: Header.phentsize,
    size: 2,
    value: ProgramHeaderLayout.size,
    meaning: "a program header's size",
  },
];

/**
 * Which images are taken: those for this tender's machine, those for any, or also
 * those that are no executable at a fixed address.
 */
export type AcceptedImages = "x86_64" | "any machine" | "any machine and type";

/**
 * Reads and checks the ELF header, and reads the program headers.
 *
 * @throws {ImageError} for a header that no Solo5 image has, or a file cut short
 */
export function readElfHeaders(
  source: ImageSource,
  accepted: AcceptedImages = "x86_64",
): ElfHeaders {
  if (source.sizeBytes < Header.size) {
    throw new ImageError({
      file: source.name,
      structure: "ELF header",
      offset: 0,
      found: `a file of ${source.sizeBytes} bytes`,
      expected: `at least the header's ${Header.size}`,
    });
  }
  const header = readView(source, 0, Header.size);
  if (MAGIC.some((byte, index) => header.getUint8(index) !== byte)) {
    const bytes = MAGIC.map((_, index) =>
      header.getUint8(index).toString(16).padStart(2, "0")
    );
    throw new ImageError({
      file: source.name,
      structure: "ELF header, magic",
      offset: 0,
      found: bytes.join(" "),
      expected: "7f 45 4c 46 (an ELF file)",
    });
  }
  for (const field of FIXED_FIELDS) {
    if (field.offset === Header.machine && accepted !== "x86_64") continue;
    if (field.offset === Header.type && accepted === "any machine and type") continue;
    const found = unsigned(header, field.offset, field.size);
    if (found !== field.value) {
      throw new ImageError({
        file: source.name,
        structure: `ELF header, ${field.name}`,
        offset: field.offset,
        found: String(found),
        expected: `${field.value} (${field.meaning})`,
      });
    }
  }
  return {
    type: header.getUint16(Header.type, true),
    machine: header.getUint16(Header.machine, true),
    entry: header.getBigUint64(Header.entry, true),
    programHeaders: readProgramHeaders(source, header),
    sections: {
      offset: header.getBigUint64(Header.shoff, true),
      entryBytes: header.getUint16(Header.shentsize, true),
      count: header.getUint16(Header.shnum, true),
      namesIndex: header.getUint16(Header.shstrndx, true),
    },
  };
}

function readProgramHeaders(
  source: ImageSource,
  header: DataView,
): ProgramHeader[] {
  const count = header.getUint16(Header.phnum, true);
  if (count === 0) {
    throw new ImageError({
      file: source.name,
      structure: "ELF header, e_phnum",
      offset: Header.phnum,
      found: "0",
      expected: "at least 1 program header",
    });
  }
  const start = header.getBigUint64(Header.phoff, true);
  const tableBytes = count * ProgramHeaderLayout.size;
  if (start + BigInt(tableBytes) > BigInt(source.sizeBytes)) {
    throw new ImageError({
      file: source.name,
      structure: "ELF header, e_phoff",
      offset: Header.phoff,
      found: `${count} program headers at ${hex(start)}`,
      expected: `all of them within the file's ${source.sizeBytes} bytes`,
    });
  }
  const tableOffset = Number(start);
  const table = readView(source, tableOffset, tableBytes);
  const headers: ProgramHeader[] = [];
  for (let index = 0; index < count; index++) {
    const at = index * ProgramHeaderLayout.size;
    headers.push({
      index,
      headerOffset: tableOffset + at,
      type: table.getUint32(at + ProgramHeaderLayout.type, true),
      flags: table.getUint32(at + ProgramHeaderLayout.flags, true),
      offset: table.getBigUint64(at + ProgramHeaderLayout.offset, true),
      vaddr: table.getBigUint64(at + ProgramHeaderLayout.vaddr, true),
      filesz: table.getBigUint64(at + ProgramHeaderLayout.filesz, true),
      memsz: table.getBigUint64(at + ProgramHeaderLayout.memsz, true),
      align: table.getBigUint64(at + ProgramHeaderLayout.align, true),
    });
  }
  return headers;
}

/** Reads part of the file. */
export function readView(
  source: ImageSource,
  offset: number,
  length: number,
): DataView {
  const bytes = new Uint8Array(length);
  source.read(offset, bytes);
  return new DataView(bytes.buffer);
}

function unsigned(view: DataView, offset: number, size: 1 | 2 | 4): number {
  if (size === 1) return view.getUint8(offset);
  return size === 2 ? view.getUint16(offset, true) : view.getUint32(offset, true);
}
