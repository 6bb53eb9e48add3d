/**
 * The rules for what of an image goes into guest memory (`docs/abi.md`,
 * "Segments").
 *
 * @module
 */
import { hex } from "../contract/hex.ts";
import {
  LOWEST_IMAGE_ADDRESS,
  MOST_MEMORY_BYTES,
  MOST_SEGMENTS,
  PAGE_BYTES,
} from "../contract/limits.ts";
import { ImageError } from "../errors.ts";
import { FieldOffset, type ProgramHeader, SegmentFlag, SegmentType } from "./elf.ts";
import type { ImageSource } from "./source.ts";

const PAGE = BigInt(PAGE_BYTES);

/** A part of the file that is loaded into guest memory. */
export interface Segment {
  /** Its program header's place in the table. */
  readonly index: number;
  /** First byte in the file. */
  readonly fileOffset: number;
  /** Bytes in the file. */
  readonly fileBytes: number;
  /** Where the bytes go (gpa). */
  readonly address: number;
  /** First protected page (gpa): `address` rounded down to the alignment. */
  readonly start: number;
  /** Behind the last protected page (gpa). */
  readonly end: number;
  /** Whether the guest may read it (code can always be read). */
  readonly readable: boolean;
  /** Whether the guest may write it. */
  readonly writable: boolean;
}

/** What goes into memory, and how much memory that takes. */
export interface Layout {
  /** The segments with bytes in the file, ascending. */
  readonly segments: readonly Segment[];
  /** Behind the last loaded page (gpa): `kernel_end` of the boot info. */
  readonly kernelEnd: number;
  /** Bytes of memory that its headers ask for beyond those in the file. */
  readonly zeroBytes: number;
  /** What the guest has to have at least, in bytes, and which header says so. */
  readonly memoryNeed: { readonly bytes: number; readonly structure: string };
}

/**
 * Checks the loadable program headers and lays them out. Bounds are those of
 * the largest guest; whether the chosen memory is enough is asked with
 * `memoryNeed`.
 *
 * @throws {ImageError} for the first header that breaks a rule
 */
export function layOutSegments(
  source: ImageSource,
  headers: readonly ProgramHeader[],
): Layout {
  const segments: Segment[] = [];
  let previousAddress = 0n;
  let previousEnd = 0n;
  let zeroBytes = 0;
  let memoryNeed = { bytes: LOWEST_IMAGE_ADDRESS, structure: "ELF header" };
  for (const header of headers) {
    if (header.type !== SegmentType.LOAD) continue;
    if (header.filesz === 0n && header.memsz === 0n) continue;
    const refuse = refusal(source, header);
    const writable = (header.flags & SegmentFlag.WRITE) !== 0;
    if (writable && (header.flags & SegmentFlag.EXECUTE) !== 0) {
      refuse("flags", `${header.flags} (write and execute)`, "not both at once");
    }
    if (header.vaddr < BigInt(LOWEST_IMAGE_ADDRESS)) {
      refuse("vaddr", hex(header.vaddr), `at least ${hex(LOWEST_IMAGE_ADDRESS)}`);
    }
    const memoryEnd = header.vaddr + header.memsz;
    if (memoryEnd > BigInt(MOST_MEMORY_BYTES)) {
      refuse(
        "memsz",
        `an end at ${hex(memoryEnd)}`,
        `one within ${hex(MOST_MEMORY_BYTES)}, the most a guest can have`,
      );
    }
    let end = memoryEnd;
    if (header.filesz > 0n) {
      if (header.vaddr < previousAddress) {
        refuse(
          "vaddr",
          hex(header.vaddr),
          `at least the one before, ${hex(previousAddress)}`,
        );
      }
      const pages = roundToPages(header, refuse);
      if (pages.start < previousEnd) {
        refuse(
          "vaddr",
          `a start at ${hex(pages.start)}`,
          `one behind the segment before, which ends at ${hex(previousEnd)}`,
        );
      }
      checkFileRange(source, header, refuse);
      segments.push({
        index: header.index,
        fileOffset: Number(header.offset),
        fileBytes: Number(header.filesz),
        address: Number(header.vaddr),
        start: Number(pages.start),
        end: Number(pages.end),
        readable: (header.flags & (SegmentFlag.READ | SegmentFlag.EXECUTE)) !== 0,
        writable,
      });
      previousAddress = header.vaddr;
      previousEnd = end = pages.end;
    }
    zeroBytes += Number(header.memsz - header.filesz);
    if (end > BigInt(memoryNeed.bytes)) {
      memoryNeed = { bytes: Number(end), structure: structureOf(header) };
    }
  }
  if (segments.length > MOST_SEGMENTS) {
    throw new ImageError({
      file: source.name,
      structure: "program headers",
      found: `${segments.length} segments to load`,
      expected: `at most ${MOST_SEGMENTS}`,
    });
  }
  return { segments, kernelEnd: Number(previousEnd), zeroBytes, memoryNeed };
}

type Refuse = (
  field: keyof typeof FieldOffset,
  found: string,
  expected: string,
) => never;

function refusal(source: ImageSource, header: ProgramHeader): Refuse {
  return (field, found, expected) => {
    throw new ImageError({
      file: source.name,
      structure: `${structureOf(header)}, p_${field}`,
      offset: header.headerOffset + FieldOffset[field],
      found,
      expected,
    });
  };
}

function structureOf(header: ProgramHeader): string {
  return `program header ${header.index}`;
}

function roundToPages(
  header: ProgramHeader,
  refuse: Refuse,
): { start: bigint; end: bigint } {
  const align = header.align;
  if (align === 0n || (align & (align - 1n)) !== 0n) {
    refuse("align", hex(align), "a power of two");
  }
  const start = header.vaddr & ~(align - 1n);
  const end = (header.vaddr + header.memsz + align - 1n) & ~(align - 1n);
  if (start < BigInt(LOWEST_IMAGE_ADDRESS)) {
    refuse(
      "align",
      `${hex(align)}, so that the segment starts at ${hex(start)}`,
      `a start of at least ${hex(LOWEST_IMAGE_ADDRESS)}`,
    );
  }
  if (start % PAGE !== 0n || end % PAGE !== 0n) {
    refuse(
      "align",
      `${hex(align)}, so that the segment spans ${hex(start)} to ${hex(end)}`,
      `whole pages of ${PAGE_BYTES} bytes`,
    );
  }
  return { start, end };
}

function checkFileRange(
  source: ImageSource,
  header: ProgramHeader,
  refuse: Refuse,
): void {
  if (header.memsz < header.filesz) {
    refuse("memsz", hex(header.memsz), `at least p_filesz, ${hex(header.filesz)}`);
  }
  const fileEnd = header.offset + header.filesz;
  if (fileEnd > BigInt(source.sizeBytes)) {
    refuse(
      "filesz",
      `an end at ${hex(fileEnd)} in the file`,
      `one within the file's ${source.sizeBytes} bytes`,
    );
  }
}
