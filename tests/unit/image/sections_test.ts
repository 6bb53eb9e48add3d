/**
 * Section headers and notes: what they say, and what comes of those that lie.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { readElfHeaders } from "../../../src/image/elf.ts";
import { listNotes } from "../../../src/image/note_list.ts";
import { readSections } from "../../../src/image/sections.ts";
import { sourceFromBytes } from "../../../src/image/source.ts";
import {
  buildImage,
  encodeNote,
  type ImageOptions,
  notePart,
  type Part,
} from "../../support/elf_builder.ts";
import { assertRefused, FILE } from "../../support/image_errors.ts";
import { RecordingSource } from "../../support/recording_source.ts";
import { addSections, type BuiltSection } from "../../support/sections.ts";

const SYMBOLS: BuiltSection = { name: ".symtab", type: 2, entryBytes: 24, bytes: 240 };

function read(bytes: Uint8Array) {
  const source = new RecordingSource(FILE, bytes);
  const { sections } = readElfHeaders(source);
  return { source, read: () => readSections(source, sections) };
}

const withSections = (...sections: BuiltSection[]) => addSections(buildImage(), sections);

Deno.test("an image is stripped when it has no section headers", () => {
  const { symbols, debug } = read(buildImage()).read();
  assertEquals([symbols, debug], [0, false]);
});

Deno.test("symbols are counted and debug information is seen when they are there", () => {
  for (
    const [sections, symbols, debug] of [
      [[SYMBOLS], 9, false],
      [[{ name: ".debug_info", type: 1, bytes: 8 }], 0, true],
      [[SYMBOLS, { name: ".zdebug_info", type: 1, bytes: 8 }], 9, true],
      [[{ name: ".text", type: 1, bytes: 8 }], 0, false],
      // An empty table, and ones that lie.
      [[{ ...SYMBOLS, bytes: 0 }], 0, false],
      [[{ ...SYMBOLS, entryBytes: 0 }], 0, false],
      [[{ ...SYMBOLS, size: 2n ** 63n }], 0, false],
    ] as const
  ) {
    const found = read(withSections(...sections)).read();
    assertEquals([found.symbols, found.debug], [symbols, debug]);
  }
});

Deno.test("section headers are refused when they are not in the file or too many", () => {
  const good = withSections(SYMBOLS);
  const view = new DataView(good.buffer);
  const start = view.getBigUint64(40, true);
  for (
    const { at, value, found, expected } of [
      {
        at: 60,
        value: 0xffff,
        found: "65535",
        expected: "at most 4096",
      },
      {
        at: 58,
        value: 40,
        found: "headers of 40 bytes",
        expected: "64",
      },
      {
        at: 60,
        value: 100,
        found: `an end at 0x${(start + 6400n).toString(16)}`,
        expected: `one within the file's ${good.length} bytes`,
      },
    ]
  ) {
    const bytes = good.slice();
    new DataView(bytes.buffer).setUint16(at, value, true);
    const { source, read: action } = read(bytes);
    const before = source.bytesRead;
    assertRefused(action, { structure: "section headers", offset: 40, found, expected });
    assertEquals(source.bytesRead, before);
  }
});

Deno.test("nothing but headers and names is read when sections are huge", () => {
  const bytes = withSections(SYMBOLS, { name: ".x", type: 1, size: 2n ** 50n });
  const { source, read: action } = read(bytes);
  const before = source.bytesRead;
  action();
  // Four headers, and names that are as long as the file lets them be.
  assertEquals(source.bytesRead - before < 4 * 64 + 100, true);
});

const BUILD_ID = Uint8Array.from({ length: 20 }, (_, at) => at * 7);

const buildId = (bytes = BUILD_ID): Part => {
  const note = new Uint8Array(16 + bytes.length);
  const view = new DataView(note.buffer);
  view.setUint32(0, 4, true);
  view.setUint32(4, bytes.length, true);
  view.setUint32(8, 3, true);
  note.set(new TextEncoder().encode("GNU"), 12);
  note.set(bytes, 16);
  return notePart(note);
};

function notesOf(options: ImageOptions) {
  const source = sourceFromBytes(FILE, buildImage(options));
  const { programHeaders } = readElfHeaders(source);
  return listNotes(source, programHeaders, []);
}

Deno.test("notes are listed in the file's order, and the build id is found", () => {
  const { notes, buildId: id } = notesOf({ extra: [buildId()] });
  assertEquals(notes.map(({ owner, type }) => [owner, type]), [
    ["OpenBSD", 1],
    ["Solo5", 0x31494241],
    ["Solo5", 0x3154464d],
    ["GNU", 3],
  ]);
  assertEquals(id, "00070e151c232a31383f464d545b626970777e85");
  assertEquals(notesOf({}).buildId, undefined);
});

Deno.test("the build id is found in a section when no program header names it", () => {
  const { contents } = buildId();
  const bytes = addSections(buildImage(), [{
    name: ".note.gnu.build-id",
    type: 7,
    contents: contents!,
  }]);
  const source = sourceFromBytes(FILE, bytes);
  const { programHeaders, sections } = readElfHeaders(source);
  const { notes } = readSections(source, sections);
  assertEquals(listNotes(source, programHeaders, notes).buildId?.length, 40);
});

Deno.test("no build id is shown when its note lies about its size", () => {
  const long = notesOf({ extra: [buildId(new Uint8Array(65))] });
  assertEquals(long.buildId, undefined);
  const cut = buildId();
  const lying = notesOf({ extra: [{ ...cut, filesz: cut.contents!.length - 1 }] });
  assertEquals(lying.buildId, undefined);
});

Deno.test("notes are bounded when thousands are in an image", () => {
  const many = Array.from({ length: 200 }, () => buildId());
  assertEquals(notesOf({ extra: many }).notes.length, 64);
  const note = encodeNote({
    namesz: 8,
    type: 1,
    name: "OpenBSD",
    padBytes: 0,
    descriptor: new Uint8Array(4),
  });
  const packed = new Uint8Array(100 * note.length);
  for (let at = 0; at < packed.length; at += note.length) packed.set(note, at);
  assertEquals(notesOf({ extra: [notePart(packed)] }).notes.length, 3 + 16);
});
