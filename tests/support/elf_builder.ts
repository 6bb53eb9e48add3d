/**
 * Builds an ELF image in memory: by default a good one with the shape of real
 * Solo5 images, in which a test changes what it is about.
 *
 * @module
 */
import type { DeviceType } from "../../src/contract/module.ts";
import { encodeManifest } from "../../src/image/manifest.ts";

/** Fields of the ELF header (System V gABI 4): offset and size in bytes. */
export const ElfField = {
  class: [4, 1],
  data: [5, 1],
  identVersion: [6, 1],
  osAbi: [7, 1],
  abiVersion: [8, 1],
  type: [16, 2],
  machine: [18, 2],
  version: [20, 4],
  entry: [24, 8],
  phoff: [32, 8],
  shoff: [40, 8],
  flags: [48, 4],
  ehsize: [52, 2],
  phentsize: [54, 2],
  phnum: [56, 2],
  shentsize: [58, 2],
  shnum: [60, 2],
  shstrndx: [62, 2],
} as const;

/** Fields of a section header (System V gABI 4): offset and size in bytes. */
export const SectionHeaderField = {
  name: [0, 4],
  type: [4, 4],
  flags: [8, 8],
  addr: [16, 8],
  offset: [24, 8],
  size: [32, 8],
  link: [40, 4],
  info: [44, 4],
  addralign: [48, 8],
  entsize: [56, 8],
} as const;

/** Size of a section header. */
export const SECTION_HEADER_BYTES = 64;

/** Size of the ELF header. */
export const ELF_HEADER_BYTES = 64;

/** Fields of a program header (System V gABI 5): offset and size in bytes. */
export const ProgramHeaderField = {
  type: [0, 4],
  flags: [4, 4],
  offset: [8, 8],
  vaddr: [16, 8],
  paddr: [24, 8],
  filesz: [32, 8],
  memsz: [40, 8],
  align: [48, 8],
} as const;

/** Size of a program header. */
export const PROGRAM_HEADER_BYTES = 56;

/** Program header types. */
export const PartType = { NULL: 0, LOAD: 1, INTERP: 3, NOTE: 4, TLS: 7 } as const;

/** Program header flags. */
export const R = 4, W = 2, X = 1;

type Field = number | bigint;

/** Raw fields of a program header; what is not given follows from the contents. */
export type RawHeader = { readonly [K in keyof typeof ProgramHeaderField]?: Field };

/** A program header, with the bytes that stand in the file for it. */
export interface Part extends RawHeader {
  /** Laid into the file behind what came before, unless `offset` is given. */
  readonly contents?: Uint8Array;
}

/** Header of a note, and its descriptor. */
export interface NoteFields {
  /** `n_namesz`. */
  readonly namesz: number;
  /** `n_descsz`; by default the length of padding and descriptor. */
  readonly descsz?: number;
  /** `n_type`. */
  readonly type: number;
  /** The name, padded to 8 bytes. */
  readonly name: string;
  /** Bytes between name and descriptor. */
  readonly padBytes: number;
  /** The descriptor. */
  readonly descriptor: Uint8Array;
}

/** Note types: four letters as a little-endian u32. */
export const NoteType = { ABI1: 0x31494241, MFT1: 0x3154464d } as const;

/** Devices of a manifest: name and type. */
export type Devices = readonly (readonly [name: string, type: DeviceType])[];

/** Encodes a note. */
export function encodeNote(fields: NoteFields): Uint8Array<ArrayBuffer> {
  const { namesz, type, name, padBytes, descriptor } = fields;
  const bytes = new Uint8Array(20 + padBytes + descriptor.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, namesz, true);
  view.setUint32(4, fields.descsz ?? padBytes + descriptor.length, true);
  view.setUint32(8, type, true);
  bytes.set(new TextEncoder().encode(name), 12);
  bytes.set(descriptor, 20 + padBytes);
  return bytes;
}

/** The ABI note: its descriptor is u32 words (target, version, 0, 0). */
export function abiNote(
  words: readonly number[] = [1, 2, 0, 0],
  overrides: Partial<NoteFields> = {},
): Part {
  const descriptor = new Uint8Array(Uint32Array.from(words).buffer);
  const fields = { namesz: 6, type: NoteType.ABI1, name: "Solo5", padBytes: 0 };
  return notePart(encodeNote({ ...fields, descriptor, ...overrides }));
}

/** The manifest note, of devices or of a descriptor's raw bytes. */
export function manifestNote(
  content: Devices | Uint8Array = [],
  overrides: Partial<NoteFields> = {},
): Part {
  const descriptor = content instanceof Uint8Array ? content : manifestBytes(content);
  const fields = { namesz: 6, type: NoteType.MFT1, name: "Solo5", padBytes: 4 };
  return notePart(encodeNote({ ...fields, descriptor, ...overrides }));
}

/** The note of another vendor, which comes first in real images. */
export function foreignNote(): Part {
  const descriptor = new Uint8Array(4);
  return notePart(
    encodeNote({ namesz: 8, type: 1, name: "OpenBSD", padBytes: 0, descriptor }),
  );
}

/** A program header for bytes that hold a note. */
export function notePart(contents: Uint8Array): Part {
  return { type: PartType.NOTE, flags: R, align: 4, contents };
}

/** The manifest of these devices, as in a note's descriptor. */
export function manifestBytes(devices: Devices): Uint8Array<ArrayBuffer> {
  return encodeManifest({
    devices: devices.map(([name, type], index) => ({ handle: index + 1, name, type })),
  });
}

function segment(flags: number, vaddr: number, fill: number, length: number): Part {
  const contents = new Uint8Array(length).fill(fill);
  return { type: PartType.LOAD, flags, vaddr, align: 0x1000, contents };
}

/** The headers of a good image, in the order of real ones. */
const GOOD = {
  interp: { type: PartType.INTERP, flags: R, offset: 0x1000, filesz: 24, align: 1 },
  text: segment(R | X, 0x100000, 0xcc, 64),
  rodata: segment(R, 0x101000, 0x11, 48),
  data: segment(R | W, 0x102000, 0x22, 32),
  // The empty .tdata: at address 0, and so out of order.
  tdata: { type: PartType.LOAD, flags: R, align: 0x1000 },
  tls: { type: PartType.TLS, flags: R, memsz: 8, align: 8 },
  bss: {
    type: PartType.LOAD,
    flags: R | W,
    vaddr: 0x103000,
    memsz: 0x3ca0,
    align: 0x1000,
  },
  foreign: foreignNote(),
  abi: abiNote(),
  manifest: manifestNote(),
} as const satisfies Record<string, Part>;

/** Names of the default image's headers. */
export type PartName = keyof typeof GOOD;

/** Places of the default image's headers in the table. */
export const PART_INDEX = Object.fromEntries(
  Object.keys(GOOD).map((name, index) => [name, index]),
) as Readonly<Record<PartName, number>>;

/** What is to be different from the default image. */
export interface ImageOptions {
  /** Fields of the ELF header. */
  readonly elf?: { readonly [K in keyof typeof ElfField]?: Field };
  /** Headers to replace, field by field; null leaves one out. */
  readonly change?: { readonly [K in PartName]?: Part | null };
  /** Headers to add behind the others. */
  readonly extra?: readonly Part[];
  /** The devices that its manifest declares; none by default. */
  readonly devices?: Devices;
  /** Cuts the file to so many bytes. */
  readonly truncateTo?: number;
}

/** Builds an image. */
export function buildImage(options: ImageOptions = {}): Uint8Array<ArrayBuffer> {
  const { change = {}, extra = [], devices = [] } = options;
  const good: Readonly<Record<string, Part>> = {
    ...GOOD,
    manifest: manifestNote(devices),
  };
  const parts = Object.entries(good).flatMap(([name, part]) => {
    const other = change[name as PartName];
    return other === null ? [] : [{ ...part, ...other }];
  });
  return assemble([...parts, ...extra], options.elf ?? {}, options.truncateTo);
}

function assemble(
  parts: readonly Part[],
  elf: NonNullable<ImageOptions["elf"]>,
  truncateTo: number | undefined,
): Uint8Array<ArrayBuffer> {
  const placed: { at: number; contents: Uint8Array }[] = [];
  let end = ELF_HEADER_BYTES + parts.length * PROGRAM_HEADER_BYTES;
  const place = (contents: Uint8Array, align: number) => {
    const at = Math.ceil(end / align) * align;
    placed.push({ at, contents });
    end = at + contents.length;
    return at;
  };
  // Notes stand before the segments, as linkers put them.
  const offsets = new Map<Part, number>();
  for (const isNote of [true, false]) {
    for (const part of parts) {
      if ((part.type === PartType.NOTE) !== isNote || !part.contents) continue;
      offsets.set(part, place(part.contents, isNote ? 4 : 0x1000));
    }
  }
  const bytes = new Uint8Array(end);
  const view = new DataView(bytes.buffer);
  for (const { at, contents } of placed) bytes.set(contents, at);
  bytes.set([0x7f, 0x45, 0x4c, 0x46]);
  const header = {
    class: 2,
    data: 1,
    identVersion: 1,
    type: 2,
    machine: 62,
    version: 1,
    entry: 0x100020,
    phoff: ELF_HEADER_BYTES,
    ehsize: ELF_HEADER_BYTES,
    phentsize: PROGRAM_HEADER_BYTES,
    phnum: parts.length,
    ...elf,
  };
  putFields(view, 0, ElfField, header);
  for (const [index, part] of parts.entries()) {
    const { contents, ...raw } = part;
    const filesz = raw.filesz ?? contents?.length ?? 0;
    const memsz = filesz;
    const offset = offsets.get(part) ?? 0;
    const fields = { offset, filesz, memsz, ...raw };
    const at = ELF_HEADER_BYTES + index * PROGRAM_HEADER_BYTES;
    putFields(view, at, ProgramHeaderField, fields);
  }
  return bytes.slice(0, truncateTo ?? bytes.length);
}

function putFields(
  view: DataView,
  at: number,
  layout: Readonly<Record<string, readonly [number, number]>>,
  values: Readonly<Record<string, Field | undefined>>,
): void {
  for (const [name, value] of Object.entries(values)) {
    const [offset, size] = layout[name]!;
    for (let byte = 0; byte < size; byte++) {
      const shifted = BigInt(value ?? 0) >> BigInt(8 * byte);
      view.setUint8(at + offset + byte, Number(shifted & 0xffn));
    }
  }
}
