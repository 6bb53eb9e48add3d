/**
 * Mutations that know what an image is made of.
 *
 * @module
 */
import { ElfField, PartType } from "../../tests/support/elf_builder.ts";
import {
  PROGRAM_HEADER_BYTES,
  ProgramHeaderField,
} from "../../tests/support/elf_builder.ts";
import type { Random } from "../../tests/support/random.ts";
import { joined, type Mutation } from "./byte_mutations.ts";
import { at, dissect, type Field, readField, writeField } from "./fields.ts";
import { lieInNotes } from "./note_mutations.ts";
import { strangeValue } from "./values.ts";

/** One that a mutation can do without: the program headers of a file without any. */
function pickAny<T>(random: Random, choices: readonly T[]): T | undefined {
  return choices.length === 0 ? undefined : random.pick(choices);
}

/** A field of the ELF header, of a program or section header, or of a note. */
function someField(bytes: Uint8Array, random: Random): Field | undefined {
  const { elf, headerFields, sectionFields, noteFields } = dissect(bytes);
  switch (random.below(9)) {
    case 0:
      return pickAny(random, elf);
    case 1:
    case 2:
    case 3:
      return pickAny(random, noteFields);
    case 4:
      return pickAny(random, pickAny(random, sectionFields) ?? elf);
    default:
      return pickAny(random, pickAny(random, headerFields) ?? elf);
  }
}

const setField: Mutation = (bytes, random) => {
  const field = someField(bytes, random);
  if (field === undefined) return bytes;
  const present = readField(bytes, field);
  writeField(bytes, field, strangeValue(random, bytes.length, present));
  return bytes;
};

/** Gives a field what stands in another one, or swaps the two. */
const copyField: Mutation = (bytes, random) => {
  const [from, to] = [someField(bytes, random), someField(bytes, random)];
  if (from === undefined || to === undefined) return bytes;
  const [moved, replaced] = [readField(bytes, from), readField(bytes, to)];
  writeField(bytes, to, moved);
  if (random.below(2) === 0) writeField(bytes, from, replaced);
  return bytes;
};

/** One program header over another, or the two in each other's place. */
const moveHeaders: Mutation = (bytes, random) => {
  const { headers } = dissect(bytes);
  const [from, to] = [pickAny(random, headers), pickAny(random, headers)];
  if (from === undefined || to === undefined) return bytes;
  const moved = bytes.slice(from, from + PROGRAM_HEADER_BYTES);
  if (random.below(2) === 0) bytes.copyWithin(from, to, to + PROGRAM_HEADER_BYTES);
  bytes.set(moved, to);
  return bytes;
};

/** What is odd about a program header that was copied. */
function distort(header: Uint8Array, index: number, random: Random): void {
  const add = (name: keyof typeof ProgramHeaderField, change: number) => {
    const field = at(ProgramHeaderField[name]);
    writeField(header, field, readField(header, field) + BigInt(change));
  };
  const set = (name: keyof typeof ProgramHeaderField, value: number | bigint) =>
    writeField(header, at(ProgramHeaderField[name]), BigInt(value));
  switch (random.below(7)) {
    case 0:
      return add("vaddr", random.pick([1, -1, 0x800, 0x1000, -0x1000, 0x10_0000]));
    case 1:
      return add("memsz", random.pick([1, 0xfff, 0x1000, 0x10_0000, -1]));
    case 2:
      return set("align", 1n << BigInt(random.below(64)));
    case 3:
      return set("flags", random.below(8));
    case 4:
      return set("type", random.pick([...Object.values(PartType), 2, 6, 0x6474e551]));
    case 5:
      return add("offset", random.pick([1, -1, 0x1000, -0x1000]));
    default:
      // Behind whatever comes before, so that it may be taken.
      return add("vaddr", 0x10_0000 * (index + 1));
  }
}

/** How many program headers are added: mostly few, at times more than are taken. */
const ADDED = [1, 1, 2, 3, 5, 8, 250, 257, 300] as const;

/** Moves the table to the end of the file and adds copies of its headers. */
const addHeaders: Mutation = (bytes, random) => {
  const { headers } = dissect(bytes);
  if (headers.length === 0) return bytes;
  const count = random.pick(ADDED);
  const one = random.below(2) === 0 ? random.pick(headers) : undefined;
  const added = Array.from({ length: count }, (_, index) => {
    const from = one ?? random.pick(headers);
    const header = bytes.slice(from, from + PROGRAM_HEADER_BYTES);
    // Many of them make sense only in ascending order.
    if (count > 8) {
      const vaddr = at(ProgramHeaderField.vaddr);
      const step = BigInt(0x10_0000 * (index + 1));
      writeField(header, vaddr, readField(header, vaddr) + step);
    } else distort(header, index, random);
    return header;
  });
  const old = headers.map((header) => bytes.slice(header, header + PROGRAM_HEADER_BYTES));
  const table = random.below(4) === 0 ? [...added, ...old] : [...old, ...added];
  const moved = joined(bytes, ...table);
  writeField(moved, at(ElfField.phoff), BigInt(bytes.length));
  writeField(moved, at(ElfField.phnum), BigInt(table.length));
  return moved;
};

/** The most that `e_phnum` can say, all of them in the file. */
const fillTable: Mutation = (bytes, random) => {
  const { headers } = dissect(bytes);
  const header = pickAny(random, headers);
  if (header === undefined) return bytes;
  const count = 0xffff;
  const one = bytes.slice(header, header + PROGRAM_HEADER_BYTES);
  const table = new Uint8Array(count * PROGRAM_HEADER_BYTES);
  for (let index = 0; index < count; index++) {
    table.set(one, index * PROGRAM_HEADER_BYTES);
  }
  const moved = joined(bytes, table);
  writeField(moved, at(ElfField.phoff), BigInt(bytes.length));
  writeField(moved, at(ElfField.phnum), BigInt(count));
  return moved;
};

/** One case in so many has a table of all headers that there can be: 3.7 MB. */
const FULL_TABLE_ODDS = 2000;

const MUTATIONS: readonly Mutation[] = [
  setField,
  setField,
  setField,
  copyField,
  moveHeaders,
  addHeaders,
  lieInNotes,
  lieInNotes,
];

/** Changes an image in one of these ways. */
export const mutateImage: Mutation = (bytes, random, donors) => {
  if (random.below(FULL_TABLE_ODDS) === 0) return fillTable(bytes, random, donors);
  return random.pick(MUTATIONS)(bytes, random, donors);
};
