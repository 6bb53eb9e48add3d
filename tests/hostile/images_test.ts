import { assert, assertEquals } from "@std/assert";
import { ImageError } from "../../src/errors.ts";
import { type Image, readImage } from "../../src/image/image.ts";
import {
  buildImage,
  ELF_HEADER_BYTES,
  ElfField,
  PROGRAM_HEADER_BYTES,
  ProgramHeaderField,
} from "../support/elf_builder.ts";
import { FILE } from "../support/image_errors.ts";
import { Random } from "../support/random.ts";
import { RecordingSource } from "../support/recording_source.ts";

const GOOD = buildImage({
  devices: [["service0", "NET_BASIC"], ["storage", "BLOCK_BASIC"]],
});

const HEADERS = 10;
const TABLE_END = ELF_HEADER_BYTES + HEADERS * PROGRAM_HEADER_BYTES;

/** Behind ELF header, program headers and notes; segments start at 0x1000. */
const NOTES_END = TABLE_END + 24 + 36 + 24 + 8 + 3 * 104;

/** Where the manifest's entries stand. */
const ENTRIES = NOTES_END - 3 * 104;

/** Longest sentence that an image may cause, in characters. */
const LONGEST_MESSAGE = 400;

const INTERESTING = [
  0n,
  1n,
  2n,
  3n,
  11n,
  12n,
  19n,
  20n,
  0x1fn,
  0x40n,
  0xfffn,
  0x1000n,
  0xfffffn,
  0x100000n,
  0x200000n,
  BigInt(GOOD.length - 1),
  BigInt(GOOD.length),
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
  0x1_0000_0000n,
  0x20_0000_0000_0001n,
  0x7fff_ffff_ffff_ffffn,
  0x8000_0000_0000_0000n,
  0xffff_ffff_ffff_f000n,
  0xffff_ffff_ffff_ffffn,
];

/** A field that a mutation overwrites: where it stands, its size. */
type Field = readonly [offset: number, size: number];

function fields(): Field[] {
  const all: Field[] = Object.values(ElfField).map(([offset, size]) => [offset, size]);
  for (let index = 0; index < HEADERS; index++) {
    const at = ELF_HEADER_BYTES + index * PROGRAM_HEADER_BYTES;
    for (const [offset, size] of Object.values(ProgramHeaderField)) {
      all.push([at + offset, size]);
    }
  }
  const notes = [TABLE_END, TABLE_END + 24, TABLE_END + 24 + 36];
  for (const at of notes) all.push([at, 4], [at + 4, 4], [at + 8, 4], [at + 12, 8]);
  const abi = TABLE_END + 24 + 20;
  all.push([abi, 4], [abi + 4, 4], [ENTRIES - 8, 4], [ENTRIES - 4, 4]);
  for (let entry = ENTRIES; entry < NOTES_END; entry += 104) {
    all.push([entry, 8], [entry + 60, 8], [entry + 68, 4], [entry + 72, 8]);
    all.push([entry + 80, 8], [entry + 88, 8], [entry + 96, 8]);
  }
  return all;
}

function overwrite(bytes: Uint8Array, [offset, size]: Field, value: bigint): void {
  for (let byte = 0; byte < size; byte++) {
    bytes[offset + byte] = Number(value >> BigInt(8 * byte) & 0xffn);
  }
}

/** How many of a test's images were taken, and how many refused. */
interface Tally {
  taken: number;
  refused: number;
}

/**
 * Fails unless the file is read within its bounds, and is either refused in one
 * short sentence or gives an image that can be built.
 */
function attack(bytes: Uint8Array, what: string, tally?: Tally): void {
  const source = new RecordingSource(FILE, bytes);
  let image: Image | undefined;
  try {
    image = readImage(source);
  } catch (error) {
    assert(error instanceof ImageError, `${what}: ${error}`);
    const { message } = error;
    assert(message.startsWith(`${FILE}: `), `${what}: ${message}`);
    // deno-lint-ignore no-control-regex -- the terminal's are what is looked for
    assert(!/[\x00-\x1f\x7f-\x9f\u2028\u2029]/.test(message), `${what}: ${message}`);
    assert(
      message.length < LONGEST_MESSAGE,
      `${what}: ${message.length} characters: ${message}`,
    );
  }
  for (const { start, end } of source.ranges) {
    assert(start >= 0 && end <= bytes.length, `${what}: read ${start} to ${end}`);
  }
  if (image !== undefined) assertCanBeBuilt(image, bytes.length, what);
  if (tally === undefined) return;
  if (image === undefined) tally.refused++;
  else tally.taken++;
}

function assertCanBeBuilt(image: Image, fileBytes: number, what: string): void {
  const { entry, layout, manifest } = image;
  assert(entry >= 0x100000 && entry < 0x1_0000_0000, what);
  assert(manifest.devices.length <= 63, what);
  assert(layout.memoryNeed.bytes <= 0x1_0000_0000, what);
  assert(layout.memoryNeed.bytes >= layout.kernelEnd, what);
  let free = 0x100000;
  for (const segment of layout.segments) {
    const { start, end, address, fileOffset } = segment;
    assert(start >= free && start % 4096 === 0 && end % 4096 === 0, what);
    assert(address >= start && address + segment.fileBytes <= end, what);
    assert(fileOffset >= 0 && fileOffset + segment.fileBytes <= fileBytes, what);
    assert(segment.fileBytes > 0, what);
    free = end;
  }
  assertEquals(layout.kernelEnd, layout.segments.at(-1)?.end ?? 0, what);
}

Deno.test("readImage() takes the image when nothing is changed", () => {
  const tally = { taken: 0, refused: 0 };
  attack(GOOD, "good image", tally);
  assertEquals(tally, { taken: 1, refused: 0 });
});

Deno.test("readImage() refuses the file when it is cut short anywhere", () => {
  const tally = { taken: 0, refused: 0 };
  const lengths = Array.from({ length: 0x1001 }, (_, length) => length);
  for (let length = 0x1001; length < GOOD.length; length += 97) lengths.push(length);
  lengths.push(GOOD.length - 1);
  for (const length of lengths) {
    attack(GOOD.subarray(0, length), `cut to ${length}`, tally);
  }
  assertEquals(tally, { taken: 0, refused: lengths.length });
});

Deno.test("readImage() ends well when a field has an extreme value", () => {
  const tally = { taken: 0, refused: 0 };
  for (const field of fields()) {
    for (const value of INTERESTING) {
      const bytes = GOOD.slice();
      overwrite(bytes, field, value);
      attack(bytes, `0x${value.toString(16)} at ${field[0]}`, tally);
    }
  }
  assert(tally.taken > 100 && tally.refused > 1000, JSON.stringify(tally));
});

Deno.test("readImage() ends well when several fields have extreme values", () => {
  const tally = { taken: 0, refused: 0 };
  const all = fields();
  for (let seed = 0; seed < 4000; seed++) {
    const random = new Random(seed);
    const bytes = GOOD.slice();
    for (let count = 2 + random.below(4); count > 0; count--) {
      // Near an interesting value is as good as on it.
      const value = random.pick(INTERESTING) + BigInt(random.below(3) - 1);
      overwrite(bytes, random.pick(all), value);
    }
    attack(bytes, `seed ${seed}`, tally);
  }
  assert(tally.taken > 100 && tally.refused > 1000, JSON.stringify(tally));
});

Deno.test("readImage() ends well when random bytes of headers and notes are changed", () => {
  const tally = { taken: 0, refused: 0 };
  for (let seed = 0; seed < 4000; seed++) {
    const random = new Random(seed);
    const bytes = GOOD.slice(0, GOOD.length - random.below(2) * random.below(0x1000));
    for (let count = 1 + random.below(8); count > 0; count--) {
      const at = random.below(NOTES_END);
      bytes[at] = bytes[at]! ^ (1 + random.below(255));
    }
    attack(bytes, `seed ${seed}`, tally);
  }
  assert(tally.taken > 100 && tally.refused > 1000, JSON.stringify(tally));
});

Deno.test("readImage() ends well when stretches of headers and notes are random", () => {
  const tally = { taken: 0, refused: 0 };
  for (let seed = 0; seed < 2000; seed++) {
    const random = new Random(seed);
    const bytes = GOOD.slice();
    const start = random.below(NOTES_END);
    bytes.set(random.bytes(1 + random.below(NOTES_END - start)), start);
    attack(bytes, `seed ${seed}`, tally);
  }
  assert(tally.taken > 10 && tally.refused > 1000, JSON.stringify(tally));
});

for (
  const [name, byte] of [["control", 0x01], ["Latin", 0xff], ["quote", 0x22]] as const
) {
  Deno.test(`readImage() ends well when a device's name is all ${name} characters`, () => {
    const tally = { taken: 0, refused: 0 };
    for (const entry of [0, 1, 2]) {
      const bytes = GOOD.slice();
      bytes.fill(byte, ENTRIES + entry * 104, ENTRIES + entry * 104 + 67);
      attack(bytes, `entry ${entry}`, tally);
    }
    assertEquals(tally, { taken: 0, refused: 3 });
  });
}

Deno.test("readImage() ends well when there are 65535 program headers", () => {
  const count = 65535;
  for (const type of [0, 1, 4, 7]) {
    const bytes = new Uint8Array(GOOD.length + count * PROGRAM_HEADER_BYTES);
    bytes.set(GOOD);
    const view = new DataView(bytes.buffer);
    view.setBigUint64(32, BigInt(GOOD.length), true);
    view.setUint16(56, count, true);
    for (let index = 0; index < count; index++) {
      const at = GOOD.length + index * PROGRAM_HEADER_BYTES;
      // Each is the foreign note, or a LOAD of it below the image.
      bytes.set(GOOD.subarray(64 + 7 * 56, 64 + 8 * 56), at);
      view.setUint32(at, type, true);
    }
    const tally = { taken: 0, refused: 0 };
    attack(bytes, `type ${type}`, tally);
    assertEquals(tally.refused, 1);
  }
});
