import { assertEquals } from "@std/assert";
import { readElfHeaders } from "../../../src/image/elf.ts";
import { readNotes } from "../../../src/image/notes.ts";
import { sourceFromBytes } from "../../../src/image/source.ts";
import {
  abiNote,
  buildImage,
  encodeNote,
  foreignNote,
  type ImageOptions,
  manifestNote,
  notePart,
  NoteType,
  PartType,
} from "../../support/elf_builder.ts";
import { assertRefused, FILE, type Refusal } from "../../support/image_errors.ts";

function read(options: ImageOptions) {
  const source = sourceFromBytes(FILE, buildImage(options));
  return readNotes(source, readElfHeaders(source).programHeaders);
}

/** Where the good image's notes stand: behind 10 program headers. */
const FOREIGN_AT = 64 + 10 * 56, ABI_AT = FOREIGN_AT + 24, MANIFEST_AT = ABI_AT + 36;

const header = (index: number) => 64 + index * 56;

Deno.test("readNotes() finds both notes when a foreign one comes first", () => {
  const { ABI1, MFT1 } = read({});
  assertEquals(ABI1!.offset, ABI_AT + 20);
  assertEquals(ABI1!.bytes.byteLength, 16);
  assertEquals(ABI1!.bytes.getUint32(0, true), 1);
  assertEquals(MFT1!.offset, MANIFEST_AT + 24);
  assertEquals(MFT1!.bytes.byteLength, 8 + 104);
});

const SIZE = " (note does not fall within valid size)";

const REFUSED: readonly (readonly [name: string, ImageOptions, Refusal])[] = [
  ["an ABI note of 7 bytes", { change: { abi: abiNote(undefined, { descsz: 7 }) } }, {
    structure: "program header 8, note ABI1",
    offset: ABI_AT + 4,
    found: `7 bytes${SIZE}`,
    expected: "8 to 32 bytes",
  }],
  ["an ABI note of 0 bytes", { change: { abi: abiNote(undefined, { descsz: 0 }) } }, {
    structure: "program header 8, note ABI1",
    offset: ABI_AT + 4,
    found: `0 bytes${SIZE}`,
    expected: "8 to 32 bytes",
  }],
  ["an ABI note of 36 bytes", {
    change: { abi: abiNote([1, 2, 0, 0, 0, 0, 0, 0, 0]) },
  }, {
    structure: "program header 8, note ABI1",
    offset: ABI_AT + 4,
    found: `36 bytes${SIZE}`,
    expected: "8 to 32 bytes",
  }],
  ["a note larger than its program header", {
    change: { abi: abiNote(undefined, { descsz: 17 }) },
  }, {
    structure: "program header 8, note ABI1",
    offset: ABI_AT + 4,
    found: `17 bytes${SIZE}`,
    expected: "0 to 16 bytes",
  }],
  ["a note of the largest size field", {
    change: { abi: abiNote(undefined, { descsz: 0xffff_ffff }) },
  }, {
    structure: "program header 8, note ABI1",
    offset: ABI_AT + 4,
    found: `4294967295 bytes${SIZE}`,
    expected: "8 to 32 bytes",
  }],
  ["a manifest note of 11 bytes", {
    change: { manifest: manifestNote([], { descsz: 11 }) },
  }, {
    structure: "program header 9, note MFT1",
    offset: MANIFEST_AT + 4,
    found: `11 bytes${SIZE}`,
    expected: "12 to 6668 bytes",
  }],
  ["a manifest note of 6669 bytes", {
    change: { manifest: manifestNote(new Uint8Array(6665)) },
  }, {
    structure: "program header 9, note MFT1",
    offset: MANIFEST_AT + 4,
    found: `6669 bytes${SIZE}`,
    expected: "12 to 6668 bytes",
  }],
  ["a note header of 11 bytes", { change: { foreign: { filesz: 11 } } }, {
    structure: "program header 7, note",
    offset: header(7),
    found: `11 bytes${SIZE}`,
    expected: "at least 12 bytes",
  }],
  ["a note header of 0 bytes", {
    change: { foreign: { filesz: 0, memsz: 0x1000 } },
  }, {
    structure: "program header 7, note",
    offset: header(7),
    found: `0 bytes${SIZE}`,
    expected: "at least 12 bytes",
  }],
  ["a note that reaches behind the file", {
    change: { manifest: { offset: 0x3000, filesz: 0x1000 } },
  }, {
    structure: "program header 9, note",
    offset: header(9),
    found: "its end at 0x4000 in the file",
    expected: "one within the file's 12320 bytes",
  }],
  ["a note whose end wraps 64 bits", {
    change: { manifest: { offset: 0xffff_ffff_ffff_fff0n, filesz: 0x20 } },
  }, {
    structure: "program header 9, note",
    offset: header(9),
    found: "its end at 0x10000000000000010 in the file",
    expected: "one within the file's 12320 bytes",
  }],
  ["two ABI notes", { change: { foreign: abiNote() } }, {
    structure: "program header 8, note ABI1",
    offset: FOREIGN_AT + 36,
    found: "a second note of this type",
    expected: "one",
  }],
  ["two manifest notes", { change: { foreign: manifestNote() } }, {
    structure: "program header 9, note MFT1",
    offset: FOREIGN_AT + 136 + 36,
    found: "a second note of this type",
    expected: "one",
  }],
];

for (const [name, options, refusal] of REFUSED) {
  Deno.test(`readNotes() refuses the file when it has ${name}`, () => {
    assertRefused(() => read(options), refusal);
  });
}

const SIZES:
  readonly (readonly [name: string, ImageOptions, abi: number, mft: number])[] = [
    [
      "the ABI note has 8 bytes",
      { change: { abi: abiNote([1, 2]) } },
      8,
      112,
    ],
    [
      "the ABI note has 32 bytes",
      { change: { abi: abiNote([1, 2, 0, 0, 0, 0, 0, 0]) } },
      32,
      112,
    ],
    [
      "its program header is larger than the note",
      { change: { abi: { filesz: 64 } } },
      16,
      112,
    ],
    [
      "the manifest note has 12 bytes",
      { change: { manifest: manifestNote(new Uint8Array(8)) } },
      16,
      8,
    ],
    [
      "the manifest note has 6668 bytes",
      { change: { manifest: manifestNote(new Uint8Array(6664)) } },
      16,
      6664,
    ],
    [
      "the padding of a name is not zero",
      { change: { abi: abiNote(undefined, { name: "Solo5\0xy" }) } },
      16,
      112,
    ],
    [
      "another note is there 12 bytes long",
      { change: { foreign: { filesz: 12 } } },
      16,
      112,
    ],
    [
      "another note is there 19 bytes long",
      { change: { foreign: { filesz: 19 } } },
      16,
      112,
    ],
    ["there is no other note", { change: { foreign: null } }, 16, 112],
    ["a foreign note comes last", { extra: [foreignNote()] }, 16, 112],
  ];

for (const [name, options, abiBytes, manifestSize] of SIZES) {
  Deno.test(`readNotes() returns descriptors without padding when ${name}`, () => {
    const { ABI1, MFT1 } = read(options);
    assertEquals(ABI1!.bytes.byteLength, abiBytes);
    assertEquals(MFT1!.bytes.byteLength, manifestSize);
  });
}

const SKIPPED: readonly (readonly [name: string, ImageOptions])[] = [
  ["its name size is 5", { change: { abi: abiNote(undefined, { namesz: 5 }) } }],
  ["its name is another", { change: { abi: abiNote(undefined, { name: "Solo6" }) } }],
  ["its name goes on", { change: { abi: abiNote(undefined, { name: "Solo5x" }) } }],
  ["its type is another", {
    change: { abi: abiNote(undefined, { type: NoteType.ABI1 + 1 }) },
  }],
  ["its program header has 12 bytes", { change: { abi: { filesz: 12 } } }],
  ["its program header has 19 bytes", { change: { abi: { filesz: 19 } } }],
  ["it is in no PT_NOTE", { change: { abi: { type: PartType.NULL } } }],
  ["it is left out", { change: { abi: null } }],
];

for (const [name, options] of SKIPPED) {
  Deno.test(`readNotes() finds no ABI note when ${name}`, () => {
    const { ABI1, MFT1 } = read(options);
    assertEquals(ABI1, undefined);
    assertEquals(MFT1!.bytes.byteLength, 112);
  });
}

Deno.test("readNotes() sees only the first note when a PT_NOTE has several", () => {
  const joined = [foreignNote(), abiNote()].flatMap(({ contents }) => [...contents!]);
  const { ABI1 } = read({ change: { abi: notePart(Uint8Array.from(joined)) } });
  assertEquals(ABI1, undefined);

  const unseen = [abiNote(), abiNote()].flatMap(({ contents }) => [...contents!]);
  const found = read({ change: { abi: notePart(Uint8Array.from(unseen)) } });
  assertEquals(found.ABI1!.bytes.byteLength, 16);
});

Deno.test("readNotes() takes a foreign note's size for what it is when it is absurd", () => {
  const descriptor = new Uint8Array(4);
  const foreign = encodeNote({
    namesz: 0xffff_ffff,
    descsz: 0xffff_ffff,
    type: NoteType.MFT1,
    name: "Solo5",
    padBytes: 0,
    descriptor,
  });
  const { ABI1, MFT1 } = read({ change: { foreign: notePart(foreign) } });
  assertEquals(ABI1!.offset, ABI_AT + 20);
  assertEquals(MFT1!.offset, MANIFEST_AT + 24);
});
