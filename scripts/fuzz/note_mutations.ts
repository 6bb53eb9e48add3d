/**
 * Mutations of Solo5's notes: manifests of other sizes than they say, names
 * without an end, versions and types that nobody has.
 *
 * @module
 */
import {
  encodeNote,
  type NoteFields,
  NoteType,
  PROGRAM_HEADER_BYTES,
  ProgramHeaderField,
} from "../../tests/support/elf_builder.ts";
import type { Random } from "../../tests/support/random.ts";
import { joined, type Mutation } from "./byte_mutations.ts";
import { at, dissect, ENTRY_BYTES, type NotePlace, writeField } from "./fields.ts";
import { strangeValue } from "./values.ts";

/** Type of a manifest's first entry (`mft_abi.h`). */
const RESERVED_FIRST = 0x4000_0000;

/** A name's bytes in an entry, its NUL included. */
const NAME_BYTES = 68;

/** What a name may be made of; the ones in between do something to a terminal. */
const LETTERS = ["a", "Z", "0", "9", "a", "net", "\0", " ", '"', "\\", "\n", "\x1b["]
  .concat(["\x7f", "\x85", "\xad", "\xff", "é", ",", "../", "%s", "__proto__"]);

/** How many entries a manifest gets, its first one included. */
const COUNTS = [0, 1, 2, 2, 3, 4, 63, 64, 65, 100] as const;

const u32 = (random: Random) => Number(strangeValue(random, 64, 1n) & 0xffff_ffffn);

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** A device's entry: mostly one that is taken, as seldom not as there are many. */
function entry(index: number, count: number, random: Random): Uint8Array {
  const bytes = new Uint8Array(ENTRY_BYTES);
  const odd = random.below(8 + 4 * count);
  let name = `d${index}`;
  if (odd === 0) name = "";
  if (odd === 1) name = "d0";
  if (odd === 2) name = "x".repeat(random.pick([66, 67, 68]));
  if (odd === 3) {
    name = Array.from({ length: random.below(30) }, () => random.pick(LETTERS)).join("");
  }
  bytes.set(latin1(name).subarray(0, NAME_BYTES));
  // The last byte has to be NUL, whatever comes before it.
  if (odd === 4) bytes[NAME_BYTES - 1] = random.below(256);
  const type = odd === 5 ? u32(random) : 1 + random.below(2);
  writeField(bytes, { offset: NAME_BYTES, size: 4 }, BigInt(type));
  if (odd === 6) bytes.set(random.bytes(ENTRY_BYTES - 72), 72);
  return bytes;
}

/** A manifest's descriptor; what it says of itself is mostly true. */
function manifest(random: Random): Uint8Array<ArrayBuffer> {
  const count = random.pick(COUNTS);
  const first = new Uint8Array(ENTRY_BYTES);
  writeField(first, { offset: NAME_BYTES, size: 4 }, BigInt(RESERVED_FIRST));
  if (random.below(16) === 0) first.set(random.bytes(1 + random.below(72)));
  const entries = Array.from(
    { length: Math.max(0, count - 1) },
    (_, index) => entry(index, count, random),
  );
  const head = new Uint8Array(8);
  const version = random.below(16) === 0 ? u32(random) : 1;
  writeField(head, { offset: 0, size: 4 }, BigInt(version));
  const said = random.below(8) === 0 ? u32(random) : count;
  writeField(head, { offset: 4, size: 4 }, BigInt(said));
  return joined(head, ...(count > 0 ? [first] : []), ...entries);
}

/** Target and version of the ABI note; mostly those that run. */
function abi(random: Random): Uint8Array {
  const bytes = new Uint8Array(random.pick([8, 16, 16, 32]));
  const target = random.below(3) === 0 ? random.pick([0, 2, 6, 7, u32(random)]) : 1;
  const version = random.below(3) === 0 ? u32(random) : 1 + random.below(2);
  writeField(bytes, { offset: 0, size: 4 }, BigInt(target));
  writeField(bytes, { offset: 4, size: 4 }, BigInt(version));
  return bytes;
}

/** A lie in a note's head. */
function lie(random: Random): Partial<NoteFields> {
  switch (random.below(12)) {
    case 0:
      return { namesz: u32(random) };
    case 1:
      return { descsz: u32(random) };
    case 2:
      return { type: random.below(2) === 0 ? u32(random) : NoteType.ABI1 };
    case 3:
      return { name: random.pick(["Solo5\0\0\0", "Solo6", "solo5", "GNU", "OpenBSD"]) };
    case 4:
      return { padBytes: random.below(9) };
    default:
      return {};
  }
}

/** A new note at the end of the file, for the program header of an old one. */
const replaceNote: Mutation = (bytes, random) => {
  const { notes } = dissect(bytes);
  if (notes.length === 0) return bytes;
  const place = random.pick(notes);
  const isManifest = place.type === NoteType.MFT1 ? random.below(16) > 0 : false;
  const note = encodeNote({
    namesz: 6,
    type: isManifest ? NoteType.MFT1 : NoteType.ABI1,
    name: "Solo5",
    padBytes: isManifest ? 4 : 0,
    descriptor: isManifest ? manifest(random) : abi(random),
    ...lie(random),
  });
  return pointed(bytes, place, note, random);
};

/** Has a note's program header speak of bytes at the end of the file. */
function pointed(
  bytes: Uint8Array,
  { header }: NotePlace,
  note: Uint8Array,
  random: Random,
): Uint8Array<ArrayBuffer> {
  const align = random.pick([1, 4, 8, 16]);
  const start = Math.ceil(bytes.length / align) * align;
  const longer = joined(bytes, new Uint8Array(start - bytes.length), note);
  const length = note.length + (random.below(8) === 0 ? random.below(64) - 32 : 0);
  writeField(longer, at(ProgramHeaderField.offset, header), BigInt(start));
  for (const size of [ProgramHeaderField.filesz, ProgramHeaderField.memsz]) {
    writeField(longer, at(size, header), BigInt(length));
  }
  return longer;
}

/** An entry of the manifest, changed where it is. */
const changeEntry: Mutation = (bytes, random) => {
  const { entries } = dissect(bytes);
  if (entries.length === 0) return bytes;
  const place = random.pick(entries);
  if (random.below(2) === 0) bytes.set(entry(random.below(64), 1, random), place);
  else bytes.fill(random.pick([0x22, 0x41, 0xad, 0xff]), place, place + NAME_BYTES);
  return bytes;
};

/** A second program header for a note, in the place of another header. */
const doubleNote: Mutation = (bytes, random) => {
  const { notes, headers } = dissect(bytes);
  if (notes.length === 0) return bytes;
  const { header } = random.pick(notes);
  bytes.copyWithin(random.pick(headers), header, header + PROGRAM_HEADER_BYTES);
  return bytes;
};

const MUTATIONS: readonly Mutation[] = [
  replaceNote,
  replaceNote,
  replaceNote,
  changeEntry,
  doubleNote,
];

/** Changes an image's notes in one of these ways. */
export const lieInNotes: Mutation = (bytes, random, donors) =>
  random.pick(MUTATIONS)(bytes, random, donors);
