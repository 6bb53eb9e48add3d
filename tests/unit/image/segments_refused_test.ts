import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ImageError } from "../../../src/errors.ts";
import { type ProgramHeader, readElfHeaders } from "../../../src/image/elf.ts";
import { layOutSegments } from "../../../src/image/segments.ts";
import { sourceFromBytes } from "../../../src/image/source.ts";
import {
  buildImage,
  type ImageOptions,
  type Part,
  PART_INDEX,
  type PartName,
  R,
  W,
  X,
} from "../../support/elf_builder.ts";
import { assertRefused, FILE, type Refusal } from "../../support/image_errors.ts";

function layOut(options: ImageOptions) {
  const source = sourceFromBytes(FILE, buildImage(options));
  return layOutSegments(source, readElfHeaders(source).programHeaders);
}

const FIELD_OFFSET = { flags: 4, vaddr: 16, filesz: 32, memsz: 40, align: 48 };

/** What is said of a field of a program header of the good image. */
function refusal(
  part: PartName,
  field: keyof typeof FIELD_OFFSET,
  found: string,
  expected: string,
): Refusal {
  const index = PART_INDEX[part];
  const offset = 64 + 56 * index + FIELD_OFFSET[field];
  const structure = `program header ${index}, p_${field}`;
  return { structure, offset, found, expected };
}

const LOWEST = "at least 0x100000";
const WITHIN = "one within 0x100000000, the most a guest can have";
const MOST = 0xffff_ffff_ffff_ffffn;

type Row = readonly [name: string, part: PartName, change: Part, refused: Refusal];

const REFUSED: readonly Row[] = [
  [
    "flags write and execute",
    "text",
    { flags: W | X },
    refusal("text", "flags", "3 (write and execute)", "not both at once"),
  ],
  [
    "flags read, write and execute among unknown ones",
    "text",
    { flags: 0xffff_ffff },
    refusal("text", "flags", "4294967295 (write and execute)", "not both at once"),
  ],
  [
    "an address just below the image's",
    "text",
    { vaddr: 0xff000 },
    refusal("text", "vaddr", "0xff000", LOWEST),
  ],
  ["address 0", "text", { vaddr: 0 }, refusal("text", "vaddr", "0x0", LOWEST)],
  [
    "an address of 4 GiB",
    "data",
    { vaddr: 0x1_0000_0000 },
    refusal("data", "memsz", "an end at 0x100000020", WITHIN),
  ],
  [
    "an end behind 4 GiB",
    "data",
    { vaddr: 0xffff_f000, memsz: 0x1001 },
    refusal("data", "memsz", "an end at 0x100000001", WITHIN),
  ],
  [
    "an end that wraps 64 bits",
    "data",
    { vaddr: 0xffff_ffff_ffff_f000n, memsz: 0x2000 },
    refusal("data", "memsz", "an end at 0x10000000000001000", WITHIN),
  ],
  [
    "the largest size",
    "data",
    { memsz: MOST },
    refusal("data", "memsz", "an end at 0x10000000000101fff", WITHIN),
  ],
  [
    "an address below the segment before",
    "data",
    { vaddr: 0x100800 },
    refusal("data", "vaddr", "0x100800", "at least the one before, 0x101000"),
  ],
  [
    "the pages of the segment before",
    "data",
    { vaddr: 0x101fe0 },
    refusal(
      "data",
      "vaddr",
      "a start at 0x101000",
      "one behind the segment before, which ends at 0x102000",
    ),
  ],
  [
    "pages that overlap through the alignment",
    "data",
    { vaddr: 0x103000, align: 0x4000 },
    refusal(
      "data",
      "vaddr",
      "a start at 0x100000",
      "one behind the segment before, which ends at 0x102000",
    ),
  ],
  [
    "alignment 0",
    "data",
    { align: 0 },
    refusal("data", "align", "0x0", "a power of two"),
  ],
  [
    "alignment 3",
    "data",
    { align: 3 },
    refusal("data", "align", "0x3", "a power of two"),
  ],
  [
    "the largest alignment",
    "data",
    { align: MOST },
    refusal("data", "align", "0xffffffffffffffff", "a power of two"),
  ],
  [
    "an alignment that moves its start below the image",
    "text",
    { align: 0x200000 },
    refusal(
      "text",
      "align",
      "0x200000, so that the segment starts at 0x0",
      "a start of at least 0x100000",
    ),
  ],
  [
    "an alignment of 2^63",
    "text",
    { align: 1n << 63n },
    refusal(
      "text",
      "align",
      "0x8000000000000000, so that the segment starts at 0x0",
      "a start of at least 0x100000",
    ),
  ],
  [
    "an alignment below a page",
    "data",
    { align: 0x10 },
    refusal(
      "data",
      "align",
      "0x10, so that the segment spans 0x102000 to 0x102020",
      "whole pages of 4096 bytes",
    ),
  ],
  [
    "alignment 1",
    "data",
    { vaddr: 0x102001, align: 1 },
    refusal(
      "data",
      "align",
      "0x1, so that the segment spans 0x102001 to 0x102021",
      "whole pages of 4096 bytes",
    ),
  ],
  [
    "less memory than file",
    "data",
    { memsz: 31 },
    refusal("data", "memsz", "0x1f", "at least p_filesz, 0x20"),
  ],
  [
    "memory size 0 and bytes in the file",
    "data",
    { memsz: 0 },
    refusal("data", "memsz", "0x0", "at least p_filesz, 0x20"),
  ],
  [
    "a byte behind the file",
    "data",
    { filesz: 33 },
    refusal(
      "data",
      "filesz",
      "an end at 0x3021 in the file",
      "one within the file's 12320 bytes",
    ),
  ],
  [
    "file bytes that wrap 64 bits",
    "data",
    { offset: MOST, filesz: 32 },
    refusal(
      "data",
      "filesz",
      "an end at 0x1000000000000001f in the file",
      "one within the file's 12320 bytes",
    ),
  ],
  [
    "a .bss below the image",
    "bss",
    { vaddr: 0xff000 },
    refusal("bss", "vaddr", "0xff000", LOWEST),
  ],
  [
    "a .bss at address 0",
    "bss",
    { vaddr: 0, memsz: 1 },
    refusal("bss", "vaddr", "0x0", LOWEST),
  ],
  [
    "a .bss that ends behind 4 GiB",
    "bss",
    { memsz: 0xffff_0000 },
    refusal("bss", "memsz", "an end at 0x1000f3000", WITHIN),
  ],
  [
    "a .bss that wraps 64 bits",
    "bss",
    { memsz: MOST },
    refusal("bss", "memsz", "an end at 0x10000000000102fff", WITHIN),
  ],
  [
    "a .bss to write and execute",
    "bss",
    { flags: R | W | X },
    refusal("bss", "flags", "7 (write and execute)", "not both at once"),
  ],
];

for (const [name, part, change, refused] of REFUSED) {
  Deno.test(`layOutSegments() refuses the image when a segment has ${name}`, () => {
    assertRefused(() => layOut({ change: { [part]: change } }), refused);
  });
}

/** So many segments of a page each, one behind the other, as program headers. */
function pages(count: number): ProgramHeader[] {
  return Array.from({ length: count }, (_, index) => ({
    index,
    headerOffset: 0,
    type: 1,
    flags: R,
    offset: 0n,
    vaddr: BigInt(0x100000 + index * 0x1000),
    filesz: 1n,
    memsz: 1n,
    align: 0x1000n,
  }));
}

Deno.test("layOutSegments() refuses the image when it has more segments than the host should map", () => {
  const source = sourceFromBytes(FILE, new Uint8Array(1));
  assertEquals(layOutSegments(source, pages(256)).segments.length, 256);
  const error = assertThrows(() => layOutSegments(source, pages(257)), ImageError);
  assertStringIncludes(error.message, "found 257 segments to load, expected at most 256");
});
