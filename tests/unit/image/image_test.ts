import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ImageError } from "../../../src/errors.ts";
import { readImage, requireFit } from "../../../src/image/image.ts";
import { sourceFromBytes } from "../../../src/image/source.ts";
import { abiNote, buildImage, type ImageOptions } from "../../support/elf_builder.ts";
import { assertRefused, FILE } from "../../support/image_errors.ts";
import { RecordingSource } from "../../support/recording_source.ts";

function read(options: ImageOptions) {
  return readImage(sourceFromBytes(FILE, buildImage(options)));
}

const MEBIBYTE = 1024 * 1024;

Deno.test("readImage() returns all that a run needs when the image is good", () => {
  const source = sourceFromBytes(
    FILE,
    buildImage({ devices: [["service0", "NET_BASIC"]] }),
  );
  const image = readImage(source);
  assertEquals(image.source, source);
  assertEquals(image.abi.version, 2);
  assertEquals(image.manifest.devices, [
    { handle: 1, name: "service0", type: "NET_BASIC" },
  ]);
  assertEquals(image.entry, 0x100020);
  assertEquals(image.layout.segments.map(({ index }) => index), [1, 2, 3]);
});

Deno.test("readImage() returns version 1 when the image was built for it", () => {
  assertEquals(read({ change: { abi: abiNote([1, 1, 0, 0]) } }).abi.version, 1);
});

for (
  const entry of [0, 0xfffff, 0x1_0000_0000, 0x7fff_ffff_ffff_ffffn, 1n << 63n]
) {
  Deno.test(`readImage() refuses the image when its entry is 0x${entry.toString(16)}`, () => {
    assertRefused(() => read({ elf: { entry } }), {
      structure: "ELF header, e_entry",
      offset: 24,
      found: `0x${entry.toString(16)}`,
      expected: "an address from 0x100000 within guest memory",
    });
  });
}

// Solo5 does not want the entry in a segment, or in one with code.
for (const entry of [0x100000, 0x102000, 0xffff_ffff]) {
  Deno.test(`readImage() takes the image when its entry is 0x${entry.toString(16)}`, () => {
    assertEquals(read({ elf: { entry } }).entry, entry);
  });
}

const ORDER: readonly (readonly [string, ImageOptions, string])[] = [
  ["ABI note and manifest are missing", { change: { abi: null, manifest: null } }, "ABI"],
  [
    "the ABI is another and the manifest is missing",
    { change: { abi: abiNote([2, 2]), manifest: null } },
    "spt",
  ],
  [
    "the manifest is missing and a segment is wrong",
    { change: { manifest: null, text: { flags: 7 } } },
    "manifest note",
  ],
];

for (const [name, options, words] of ORDER) {
  Deno.test(`readImage() says what is wrong first when ${name}`, () => {
    assertThrows(() => read(options), ImageError, words);
  });
}

Deno.test("readImage() reads a few KiB, and none twice, when the file has 512 MiB", () => {
  const segmentsAt = 256 * MEBIBYTE;
  const segment = (index: number, bytes: number) => ({
    offset: segmentsAt + index * 0x10000,
    filesz: bytes,
    memsz: bytes,
  });
  const head = buildImage({
    devices: [["service0", "NET_BASIC"], ["storage", "BLOCK_BASIC"]],
    change: {
      text: { ...segment(0, 4096), vaddr: 0x100000 },
      rodata: { ...segment(1, 4096), vaddr: 0x101000 },
      data: { ...segment(2, 2048), vaddr: 0x102000 },
    },
  });
  const source = new RecordingSource(FILE, head, 512 * MEBIBYTE);
  const image = readImage(source);
  assertEquals(
    image.layout.segments.map(({ fileBytes }) => fileBytes),
    [4096, 4096, 2048],
  );
  assert(source.ranges.length > 0);
  assert(source.bytesRead <= 2048, `${source.bytesRead} bytes read`);
  assert(source.ranges.every(({ end }) => end <= segmentsAt), "read a segment");
  assertReadOnce(source);
});

Deno.test("readImage() reads every part once when the image is small", () => {
  const bytes = buildImage();
  const source = new RecordingSource(FILE, bytes);
  readImage(source);
  assertReadOnce(source);
  assert(source.ranges.every(({ end }) => end <= 0x1000), "read a segment");
});

/** A descriptor follows its note's header, so that ranges may touch. */
function assertReadOnce(source: RecordingSource): void {
  const sorted = source.ranges.toSorted((a, b) => a.start - b.start);
  for (const [index, range] of sorted.entries()) {
    const before = sorted[index - 1]?.end ?? 0;
    assert(range.start >= before, `byte ${range.start} was read twice`);
  }
}

const FITS: readonly (readonly [string, ImageOptions, number])[] = [
  ["the .bss ends in it", { change: { bss: { memsz: 0xfd000 } } }, 2],
  ["there is a GiB", {}, 1024],
  ["the entry is its last byte", { elf: { entry: 0x1fffff } }, 2],
];

for (const [name, options, mebibytes] of FITS) {
  Deno.test(`requireFit() takes ${mebibytes} MiB when ${name}`, () => {
    requireFit(read(options), mebibytes * MEBIBYTE);
  });
}

Deno.test("requireFit() lets the .bss lack room when it is to be lenient", () => {
  const image = read({ change: { bss: { memsz: 0xfd001 } } });
  requireFit(image, 2 * MEBIBYTE, true);
  assertThrows(() => requireFit(image, 2 * MEBIBYTE), ImageError);
});

Deno.test("requireFit() refuses what is in the file but not in memory when it is lenient", () => {
  const image = read({ change: { data: { vaddr: 0x1fffff }, bss: null } });
  assertThrows(() => requireFit(image, 2 * MEBIBYTE, true), ImageError);
  const behind = read({ elf: { entry: 0x200000 } });
  assertThrows(() => requireFit(behind, 2 * MEBIBYTE, true), ImageError);
});

const TOO_LARGE:
  readonly (readonly [string, ImageOptions, number, string, string, string])[] = [
    [
      "the .bss ends one byte behind it",
      { change: { bss: { memsz: 0xfd001 } } },
      2,
      "program header 6",
      "0x200001",
      "--mem=4",
    ],
    [
      "a segment's last page is behind it",
      { change: { data: { vaddr: 0x1fffff }, bss: null } },
      2,
      "program header 3",
      "0x201000",
      "--mem=4",
    ],
    [
      "the entry is behind it",
      { elf: { entry: 0x200000 } },
      2,
      "ELF header, e_entry",
      "0x200001",
      "--mem=4",
    ],
    [
      "it takes all memory that there can be",
      { elf: { entry: 0xffff_ffff } },
      4094,
      "ELF header, e_entry",
      "0x100000000",
      "--mem=4096",
    ],
  ];

for (const [name, options, mebibytes, structure, end, remedy] of TOO_LARGE) {
  Deno.test(`requireFit() refuses ${mebibytes} MiB when ${name}`, () => {
    const image = read(options);
    const fit = () => requireFit(image, mebibytes * MEBIBYTE);
    assertRefused(fit, {
      structure,
      found: `an image that reaches to ${end}`,
      expected: `one that fits into the guest's ${mebibytes} MiB`,
    });
    const { message } = assertThrows(fit, ImageError);
    assertStringIncludes(message, `give it at least ${remedy}`);
  });
}
