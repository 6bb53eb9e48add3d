import { assertEquals } from "@std/assert";
import { readElfHeaders } from "../../../src/image/elf.ts";
import { layOutSegments } from "../../../src/image/segments.ts";
import { sourceFromBytes } from "../../../src/image/source.ts";
import {
  buildImage,
  type ImageOptions,
  type Part,
  PartType,
  R,
  W,
  X,
} from "../../support/elf_builder.ts";
import { FILE } from "../../support/image_errors.ts";

function layOut(options: ImageOptions) {
  const source = sourceFromBytes(FILE, buildImage(options));
  return layOutSegments(source, readElfHeaders(source).programHeaders);
}

const MOST = 0xffff_ffff_ffff_ffffn;

Deno.test("layOutSegments() returns the segments with bytes when the image is good", () => {
  const { segments, kernelEnd } = layOut({});
  assertEquals(segments, [
    {
      index: 1,
      fileOffset: 0x1000,
      fileBytes: 64,
      address: 0x100000,
      start: 0x100000,
      end: 0x101000,
      readable: true,
      writable: false,
    },
    {
      index: 2,
      fileOffset: 0x2000,
      fileBytes: 48,
      address: 0x101000,
      start: 0x101000,
      end: 0x102000,
      readable: true,
      writable: false,
    },
    {
      index: 3,
      fileOffset: 0x3000,
      fileBytes: 32,
      address: 0x102000,
      start: 0x102000,
      end: 0x103000,
      readable: true,
      writable: true,
    },
  ]);
  assertEquals(kernelEnd, 0x103000);
});

const EMPTY: readonly (readonly [name: string, change: Part])[] = [
  ["below the image", { vaddr: 0x1000 }],
  ["behind all memory", { vaddr: MOST }],
  ["in a segment", { vaddr: 0x101000 }],
  ["with alignment 0", { align: 0 }],
  ["with alignment 3", { align: 3 }],
  ["with flags write and execute", { flags: W | X }],
  ["with an offset behind the file", { offset: MOST }],
];

for (const [name, change] of EMPTY) {
  Deno.test(`layOutSegments() ignores a header without file bytes and memory when it is ${name}`, () => {
    assertEquals(layOut({ change: { tdata: change } }), layOut({}));
  });
}

Deno.test("layOutSegments() ignores a header when it is no PT_LOAD", () => {
  const absurd = { vaddr: 0, filesz: MOST, memsz: MOST, flags: W | X, align: 3 };
  for (const type of [PartType.NULL, PartType.INTERP, PartType.TLS, 0x6474_e551]) {
    assertEquals(layOut({ change: { tls: { type, ...absurd } } }), layOut({}));
  }
});

const RIGHTS = [
  [0, false, false],
  [R, true, false],
  [X, true, false],
  [R | X, true, false],
  [R | W, true, true],
  [W, false, true],
  [0xffff_fff8 | R, true, false],
] as const;

for (const [flags, readable, writable] of RIGHTS) {
  Deno.test(`layOutSegments() returns the rights when flags are 0x${(flags >>> 0).toString(16)}`, () => {
    const { segments } = layOut({ change: { data: { flags: flags >>> 0 } } });
    assertEquals(segments[2]!.readable, readable);
    assertEquals(segments[2]!.writable, writable);
  });
}

Deno.test("layOutSegments() takes no .bss into kernelEnd when it comes last", () => {
  const { kernelEnd, memoryNeed } = layOut({ change: { bss: { memsz: 0x500_0001 } } });
  assertEquals(kernelEnd, 0x103000);
  assertEquals(memoryNeed, { bytes: 0x510_3001, structure: "program header 6" });
});

Deno.test("layOutSegments() counts what headers ask for beyond the file's bytes", () => {
  const none = { tdata: null, bss: null };
  assertEquals(layOut({ change: none }).zeroBytes, 0);
  const some = { data: { memsz: 0x1020 }, bss: { memsz: 0x20_3ca0 } };
  assertEquals(layOut({ change: some }).zeroBytes, 0x1000 + 0x20_3ca0);
});

Deno.test("layOutSegments() asks for the last segment's pages when there is no .bss", () => {
  const { memoryNeed } = layOut({ change: { bss: null } });
  assertEquals(memoryNeed, { bytes: 0x103000, structure: "program header 3" });
});

Deno.test("layOutSegments() takes a .bss when it lies before or in other segments", () => {
  for (const vaddr of [0x100000, 0x101800]) {
    const { segments, kernelEnd } = layOut({ change: { bss: { vaddr, memsz: 16 } } });
    assertEquals(segments.length, 3);
    assertEquals(kernelEnd, 0x103000);
  }
});

Deno.test("layOutSegments() ignores a .bss's alignment when it is no power of two", () => {
  assertEquals(layOut({ change: { bss: { align: 3 } } }), layOut({}));
});

Deno.test("layOutSegments() takes segments when they end exactly at 4 GiB", () => {
  const { kernelEnd, memoryNeed } = layOut({
    change: { data: { vaddr: 0xffff_f000, memsz: 0x1000 }, bss: null },
  });
  assertEquals(kernelEnd, 0x1_0000_0000);
  assertEquals(memoryNeed.bytes, 0x1_0000_0000);

  const bss = layOut({ change: { bss: { memsz: 0x1_0000_0000 - 0x103000 } } });
  assertEquals(bss.memoryNeed.bytes, 0x1_0000_0000);
});

Deno.test("layOutSegments() rounds to the alignment when addresses lie inside of pages", () => {
  const { segments, kernelEnd } = layOut({
    change: { data: { vaddr: 0x203010, memsz: 0x1ff0, align: 0x4000 }, bss: null },
  });
  const { start, end, address } = segments[2]!;
  assertEquals([start, end, address], [0x200000, 0x208000, 0x203010]);
  assertEquals(kernelEnd, 0x208000);
});

Deno.test("layOutSegments() takes a small alignment when the segment spans whole pages", () => {
  const { segments } = layOut({ change: { data: { memsz: 0x1000, align: 1 } } });
  assertEquals([segments[2]!.start, segments[2]!.end], [0x102000, 0x103000]);
});

Deno.test("layOutSegments() returns nothing to load when there is no PT_LOAD", () => {
  const { segments, kernelEnd, memoryNeed } = layOut({
    change: { text: null, rodata: null, data: null, tdata: null, bss: null },
  });
  assertEquals(segments, []);
  assertEquals(kernelEnd, 0);
  assertEquals(memoryNeed, { bytes: 0x100000, structure: "ELF header" });
});
