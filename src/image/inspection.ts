/**
 * What is inside a unikernel's file, of whatever target and machine, also where
 * `run` would refuse it. Pure; nothing of the segments' contents is read.
 *
 * @module
 */
import { hex } from "../contract/hex.ts";
import { MEBIBYTE, MEMORY_STEP_BYTES, MOST_MEMORY_BYTES } from "../contract/limits.ts";
import type { DeviceType } from "../contract/module.ts";
import { ImageError, printable } from "../errors.ts";
import { readAbiNote } from "./abi.ts";
import {
  type ElfHeaders,
  type ProgramHeader,
  readElfHeaders,
  SegmentFlag,
  SegmentType,
} from "./elf.ts";
import { type Image, readImage } from "./image.ts";
import {
  deviceTypeOf,
  isDeviceName,
  readManifestEntries,
  RESERVED_FIRST,
} from "./manifest.ts";
import { type ListedNote, listNotes, type NoteList } from "./note_list.ts";
import { type NoteDescriptor, readNotes, type Solo5Notes } from "./notes.ts";
import { readSections, type Sections } from "./sections.ts";
import type { ImageSource } from "./source.ts";

/** A part of memory that an image asks for. */
export interface MemoryPart {
  /** Its program header's place in the table. */
  readonly index: number;
  /** Where it goes (gpa). */
  readonly address: bigint;
  /** How much memory it takes, in bytes. */
  readonly memoryBytes: bigint;
  /** How much of that stands in the file, in bytes; the rest is zero. */
  readonly fileBytes: bigint;
  /** The rights that its header asks for. */
  readonly readable: boolean;
  /** Whether it may be written. */
  readonly writable: boolean;
  /** Whether it may be executed. */
  readonly executable: boolean;
}

/** A device as the manifest has it, not judged. */
export interface InspectedDevice {
  /** Its place among the manifest's entries, from 1: how hypercalls name it. */
  readonly index: number;
  /** The bytes of its name, each as one character. */
  readonly name: string;
  /** Its type, undefined where there is none of this number. */
  readonly type: DeviceType | undefined;
  /** The number of its type. */
  readonly typeNumber: number;
  /** Whether a flag can name it. */
  readonly bindable: boolean;
}

/** What is inside a unikernel's file. */
export interface Inspection {
  /** The file, as the operator named it. */
  readonly file: string;
  /** Its size in bytes. */
  readonly sizeBytes: number;
  /** `e_machine`. */
  readonly machine: number;
  /** `e_type`. */
  readonly elfType: number;
  /** Whether it wants to be linked when it starts. */
  readonly dynamic: boolean;
  /** Address of its first instruction, not judged. */
  readonly entry: bigint;
  /** What its ABI note says; undefined where that cannot be read. */
  readonly abi: { readonly target: number; readonly version: number } | undefined;
  /** What takes memory, ascending; at most {@link MOST_PARTS}. */
  readonly parts: readonly MemoryPart[];
  /** Behind the last byte of memory that the image takes (gpa). */
  readonly end: bigint;
  /** The least `--mem` that it can start with, in MiB; undefined where none will do. */
  readonly leastMebibytes: number | undefined;
  /** Bytes of thread-local storage. */
  readonly tlsBytes: bigint;
  /** What the sections say; undefined where they cannot be read. */
  readonly sections: Sections | undefined;
  /** The build id in hexadecimal digits, where there is one. */
  readonly buildId: string | undefined;
  /** Every note in it. */
  readonly notes: readonly ListedNote[];
  /** The devices that it declares; undefined where that cannot be read. */
  readonly devices: readonly InspectedDevice[] | undefined;
  /** What is wrong with the parts that could not be read. */
  readonly findings: readonly string[];
  /** The sentence that `run` would refuse it with, if it would. */
  readonly refusal: string | undefined;
}

/** The most parts of memory that are shown: more than an image may have to run. */
export const MOST_PARTS = 320;

/** What Solo5's bindings want above the image for heap and stack, in bytes. */
const HEAP_BYTES = 512 * 1024;

/**
 * Looks at an image.
 *
 * @throws {ImageError} for what is no ELF file of 64 bit, and for one without any
 * note of Solo5's
 */
export function inspectImage(source: ImageSource): Inspection {
  const headers = forAnyTarget(() => readElfHeaders(source, "any machine and type"));
  const findings: string[] = [];
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      findings.push(describe(error));
    }
  };
  const { programHeaders } = headers;
  const read = <T>(
    kind: keyof Solo5Notes,
    decode: (file: string, note: NoteDescriptor | undefined) => T,
  ): T | undefined =>
    attempt(() => decode(source.name, readNotes(source, programHeaders, kind)[kind]));
  const abi = read("ABI1", readAbiNote);
  const devices = read("MFT1", readDevices);
  const sections = attempt(() => readSections(source, headers.sections));
  const { notes, buildId }: NoteList = listNotes(
    source,
    programHeaders,
    sections?.notes ?? [],
  );
  if (!notes.some(({ owner }) => owner === "Solo5") && !abi && !devices) {
    throw new ImageError({
      file: source.name,
      structure: "notes",
      found: "none of Solo5's",
      expected: "an ABI note and a manifest note",
      remedy: ANY_TARGET,
    });
  }
  const { image, refusal } = tryToRead(source);
  return {
    file: source.name,
    sizeBytes: source.sizeBytes,
    machine: headers.machine,
    elfType: headers.type,
    dynamic: programHeaders.some(({ type }) => type === SegmentType.DYNAMIC),
    entry: headers.entry,
    abi: abi && { target: abi.target, version: abi.version },
    ...memoryOf(headers, image, findings),
    sections,
    buildId,
    notes,
    devices,
    findings,
    refusal,
  };
}

const ANY_TARGET = "give a unikernel built for Solo5";

/** The usual way out is for one target and one machine. */
function forAnyTarget<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    throw new ImageError({ remedy: ANY_TARGET, ...error.defect });
  }
}

function describe({ defect }: ImageError): string {
  const { structure, offset, found, expected } = defect;
  const at = offset === undefined ? "" : ` at offset ${hex(offset)}`;
  return printable(`${structure}${at}: found ${found}, expected ${expected}`);
}

function readDevices(file: string, note: NoteDescriptor | undefined): InspectedDevice[] {
  return readManifestEntries(file, note).map(({ index, name, type: typeNumber }) => {
    const type = deviceTypeOf(typeNumber);
    const bindable = type !== undefined && isDeviceName(name);
    return { index, name, type, typeNumber, bindable };
  });
}

/** Whether a manifest's type stands for something that is no device. */
export function isReservedType(typeNumber: number): boolean {
  return typeNumber >= RESERVED_FIRST;
}

type Memory = Pick<Inspection, "parts" | "end" | "leastMebibytes" | "tlsBytes">;

/** @param image the same, as a tender has it; undefined where none would */
function memoryOf(
  { programHeaders, entry }: ElfHeaders,
  image: Image | undefined,
  findings: string[],
): Memory {
  const loads = programHeaders.filter(isLoaded).toSorted(byAddress);
  if (loads.length > MOST_PARTS) {
    const found = `${loads.length} segments to load`;
    findings.push(`program headers: found ${found}, of which ${MOST_PARTS} are shown`);
  }
  let end = 0n;
  for (const { vaddr, memsz } of loads) {
    if (vaddr + memsz > end) end = vaddr + memsz;
  }
  const used = Number((entry < end ? end : entry + 1n) + BigInt(HEAP_BYTES));
  // A tender counts whole pages, of the size that the image asks for.
  const need = Math.max(used, image?.layout.memoryNeed.bytes ?? 0);
  const steps = Math.ceil(need / MEMORY_STEP_BYTES);
  const least = steps * MEMORY_STEP_BYTES;
  const tls = programHeaders.find(({ type }) => type === SegmentType.TLS);
  return {
    parts: loads.slice(0, MOST_PARTS).map(partOf),
    end,
    leastMebibytes: least > MOST_MEMORY_BYTES ? undefined : least / MEBIBYTE,
    tlsBytes: tls?.memsz ?? 0n,
  };
}

function isLoaded({ type, memsz, filesz }: ProgramHeader): boolean {
  return type === SegmentType.LOAD && (memsz > 0n || filesz > 0n);
}

function byAddress(one: ProgramHeader, other: ProgramHeader): number {
  return one.vaddr < other.vaddr ? -1 : one.vaddr > other.vaddr ? 1 : 0;
}

function partOf({ index, vaddr, memsz, filesz, flags }: ProgramHeader): MemoryPart {
  return {
    index,
    address: vaddr,
    memoryBytes: memsz,
    fileBytes: filesz,
    readable: (flags & SegmentFlag.READ) !== 0,
    writable: (flags & SegmentFlag.WRITE) !== 0,
    executable: (flags & SegmentFlag.EXECUTE) !== 0,
  };
}

/** What `run` makes of the file, or says of it, whatever its flags. */
function tryToRead(source: ImageSource): { image?: Image; refusal?: string } {
  const { name, sizeBytes } = source;
  try {
    const image = readImage({
      name,
      sizeBytes,
      read: (offset, target) => source.read(offset, target),
      close() {},
    });
    return { image };
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    return { refusal: error.message };
  }
}
