/**
 * A case: what a reader is given, made of a seed. Equal seeds make equal cases, as
 * long as the images that they begin with are the same.
 *
 * @module
 */
import { ROOT } from "../../tests/support/checkout.ts";
import {
  buildImage,
  ElfField,
  ProgramHeaderField,
} from "../../tests/support/elf_builder.ts";
import { Random } from "../../tests/support/random.ts";
import { mutateBytes } from "./byte_mutations.ts";
import { at, dissect, writeField } from "./fields.ts";
import { mutateImage } from "./image_mutations.ts";
import { makeText } from "./text_mutations.ts";

/** What readers are given. */
export type Case =
  | {
    /** A unikernel's file. */
    readonly kind: "image";
    /** Its bytes, up to the last that is not zero or further. */
    readonly bytes: Uint8Array<ArrayBuffer>;
    /** Its size, where it goes on with a hole. */
    readonly sizeBytes: number;
  }
  | {
    /** A manifest, a config file, or a text of the system: should be UTF-8. */
    readonly kind: "text";
    /** The bytes. */
    readonly bytes: Uint8Array<ArrayBuffer>;
  };

/** Where the committed guests are. */
const GUESTS = `${ROOT}tests/guests/built/`;

/** Reads the images that cases begin with: real ones, in the order of their names. */
export function readOriginals(): Uint8Array<ArrayBuffer>[] {
  return Array.from(Deno.readDirSync(GUESTS), ({ name }) => name)
    .filter((name) => name.endsWith(".hvt"))
    .toSorted()
    .map((name) => Deno.readFileSync(GUESTS + name));
}

/** An image that has every kind of program header, and so many devices. */
function builtImage(random: Random): Uint8Array<ArrayBuffer> {
  const count = random.pick([0, 1, 2, 63]);
  return buildImage({
    devices: Array.from(
      { length: count },
      (_, index) => [`d${index}`, index % 2 === 0 ? "NET_BASIC" : "BLOCK_BASIC"],
    ),
  });
}

/** Sizes that files with holes have: at the limits of integers and of a number. */
const HOLE_SIZES = [2 ** 31, 2 ** 32, 2 ** 40, 2 ** 53 - 4096, 2 ** 53 - 1] as const;

/** One case in so many is a text, and one image in so many ends with a hole. */
const TEXT_ODDS = 8, HOLE_ODDS = 16;

/**
 * Makes the case of a seed.
 *
 * @param originals the images that it may begin with
 */
export function makeCase(seed: number, originals: readonly Uint8Array[]): Case {
  const random = new Random(seed);
  if (random.below(TEXT_ODDS) === 0) return textCase(random);
  const original = random.below(5) === 0 ? builtImage(random) : random.pick(originals);
  let bytes = original.slice() as Uint8Array<ArrayBuffer>;
  // More than a few, and the first of them refuses nearly all.
  for (let count = random.pick([1, 1, 1, 2, 2, 3, 6]); count > 0; count--) {
    const mutate = random.below(4) === 0 ? mutateBytes : mutateImage;
    bytes = mutate(bytes, random, originals);
  }
  const sizeBytes = random.below(HOLE_ODDS) === 0 ? addHole(bytes, random) : bytes.length;
  return { kind: "image", bytes, sizeBytes };
}

function textCase(random: Random): Case {
  const bytes = new TextEncoder().encode(makeText(random));
  return {
    kind: "text",
    bytes: random.below(4) === 0 ? mutateBytes(bytes, random, [bytes]) : bytes,
  };
}

/** Says that a file is much longer, and has fields speak of places in its hole. */
function addHole(bytes: Uint8Array, random: Random): number {
  const size = random.pick(HOLE_SIZES);
  const { headers } = dissect(bytes);
  for (let count = random.below(3); count > 0 && headers.length > 0; count--) {
    const name = random.pick(["offset", "offset", "filesz", "memsz"] as const);
    const field = at(ProgramHeaderField[name], random.pick(headers));
    const value = random.pick([
      size,
      size - 1,
      size - 0x1000,
      2 ** 31,
      2 ** 32 - 2 ** 21,
    ]);
    writeField(bytes, field, BigInt(value));
  }
  if (headers.length > 0 && random.below(8) === 0) {
    writeField(bytes, at(ElfField.phoff), BigInt(size - random.below(0x10000)));
    writeField(bytes, at(ElfField.phnum), BigInt(random.pick([1, 10, 0xffff])));
  }
  return Math.max(size, bytes.length);
}
