/**
 * What is true of every image that is taken (`docs/abi.md`), held against the
 * file's own bytes.
 *
 * @module
 */
import type { Image } from "../../src/image/image.ts";
import type { Segment } from "../../src/image/segments.ts";
import {
  ElfField,
  PartType,
  PROGRAM_HEADER_BYTES,
  ProgramHeaderField,
} from "../../tests/support/elf_builder.ts";
import { at, readField } from "./fields.ts";
import { Broken } from "./interview.ts";

/** A page, in bytes. */
export const PAGE = 0x1000;

const LOWEST_ADDRESS = 0x10_0000, MOST_MEMORY = 2 ** 32, MOST_SEGMENTS = 256;

const MOST_DEVICES = 63;

/** Bits of `p_flags`. */
const EXECUTE = 1, WRITE = 2;

type Header = { readonly [K in keyof typeof ProgramHeaderField]: bigint };

/** Says that a rule is broken unless it holds. */
function hold(holds: boolean, rule: string, detail: () => unknown): void {
  if (holds) return;
  const shown = JSON.stringify(
    detail(),
    (_, value) => typeof value === "bigint" ? `0x${value.toString(16)}` : value,
  );
  throw new Broken(`readImage takes an image, though not ${rule}`, shown);
}

/**
 * Holds an image against its file.
 *
 * @throws {Broken} for the first rule that it breaks
 */
export function checkImage(
  image: Image,
  file: { readonly bytes: Uint8Array; readonly sizeBytes: number },
): void {
  const { entry, layout, manifest, abi } = image;
  const inFile = readField(file.bytes, at(ElfField.entry));
  hold(BigInt(entry) === inFile, "its entry is the file's", () => [entry, inFile]);
  const possible = entry >= LOWEST_ADDRESS && entry < MOST_MEMORY;
  hold(possible, "its entry is in memory", () => entry);
  hold(abi.version === 1 || abi.version === 2, "its ABI is known", () => abi);
  checkManifest(manifest.devices);
  const loads = readHeaders(file.bytes).filter(({ type, filesz, memsz }) =>
    type === BigInt(PartType.LOAD) && (filesz > 0n || memsz > 0n)
  );
  const filled = loads.filter(({ filesz }) => filesz > 0n);
  const { segments, kernelEnd, memoryNeed, zeroBytes } = layout;
  const counted = segments.length === filled.length && segments.length <= MOST_SEGMENTS;
  hold(counted, "its segments are the file's", () => [segments.length, filled.length]);
  let free = LOWEST_ADDRESS;
  for (const [index, segment] of segments.entries()) {
    checkSegment(segment, filled[index]!, { free, sizeBytes: file.sizeBytes });
    free = segment.end;
  }
  const end = segments.at(-1)?.end ?? 0;
  hold(kernelEnd === end, "kernelEnd is the last one's end", () => [kernelEnd, end]);
  const { bytes } = memoryNeed;
  const reached = loads.every(({ vaddr, memsz }) => vaddr + memsz <= BigInt(bytes));
  const sound = reached && bytes >= end && bytes <= MOST_MEMORY;
  hold(sound, "the memory that it needs covers it", () => memoryNeed);
  const zeros = loads.reduce((sum, { memsz, filesz }) => sum + memsz - filesz, 0n);
  hold(BigInt(zeroBytes) === zeros, "its zeros are counted", () => [zeroBytes, zeros]);
}

function checkSegment(
  segment: Segment,
  header: Header,
  { free, sizeBytes }: { readonly free: number; readonly sizeBytes: number },
): void {
  const { address, fileOffset, fileBytes, start, end, readable, writable } = segment;
  const shown = () => ({ segment, header });
  const exact = BigInt(fileOffset) === header.offset &&
    BigInt(fileBytes) === header.filesz && BigInt(address) === header.vaddr;
  hold(exact, "a segment is as the file has it", shown);
  hold(fileOffset + fileBytes <= sizeBytes, "a segment's bytes are in the file", shown);
  hold(start >= free, "segments ascend without overlap", shown);
  hold(start % PAGE === 0 && end % PAGE === 0, "segments are whole pages", shown);
  const covered = start <= address && address + fileBytes <= end &&
    header.vaddr + header.memsz <= BigInt(end);
  hold(covered, "a segment's pages cover it", shown);
  hold(end <= MOST_MEMORY, "segments are in memory", shown);
  const flags = Number(header.flags);
  const rights = writable === ((flags & WRITE) !== 0) &&
    (readable || writable) === ((flags & 7) !== 0) && !(writable && flags & EXECUTE);
  hold(rights, "its pages' rights are the file's", shown);
}

/** Every program header; the readers have found them all inside the file. */
function readHeaders(bytes: Uint8Array): Header[] {
  const start = Number(readField(bytes, at(ElfField.phoff)));
  const count = Number(readField(bytes, at(ElfField.phnum)));
  return Array.from({ length: count }, (_, index) => {
    const offset = start + index * PROGRAM_HEADER_BYTES;
    const fields = Object.entries(ProgramHeaderField).map(([name, field]) => [
      name,
      readField(bytes, at(field, offset)),
    ]);
    return Object.fromEntries(fields);
  });
}

/**
 * Holds devices against the rules for a manifest.
 *
 * @throws {Broken} for the first rule that they break
 */
export function checkManifest(
  devices: readonly {
    readonly name: string;
    readonly type: string;
    readonly handle: number;
  }[],
): void {
  hold(devices.length <= MOST_DEVICES, "there are 63 devices", () => devices.length);
  const taken = new Set<string>();
  for (const [index, { name, type, handle }] of devices.entries()) {
    const device = { name, type, handle };
    const known = type === "NET_BASIC" || type === "BLOCK_BASIC";
    const named = /^[A-Za-z0-9]{1,67}$/.test(name);
    hold(known && named && handle === index + 1, "a device is one", () => device);
    hold(!taken.has(`${type}:${name}`), "names are unique", () => device);
    taken.add(`${type}:${name}`);
  }
}
