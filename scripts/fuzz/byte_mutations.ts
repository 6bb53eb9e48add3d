/**
 * Mutations that know nothing of what they change.
 *
 * @module
 */
import type { Random } from "../../tests/support/random.ts";

/** Makes another file of one; may change the one that it is given. */
export type Mutation = (
  bytes: Uint8Array<ArrayBuffer>,
  random: Random,
  donors: readonly Uint8Array[],
) => Uint8Array<ArrayBuffer>;

/** Longest that a file grows to, where its size is not what the case is about. */
const MOST_BYTES = 1 << 16;

/**
 * A place in a file; mostly in the first kilobyte, where an image has its headers
 * and notes.
 */
function place(bytes: Uint8Array, random: Random): number {
  const most = random.below(4) === 0 ? bytes.length : Math.min(bytes.length, 1024);
  return random.below(most);
}

/** Puts files one behind the other. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

const flipBits: Mutation = (bytes, random) => {
  for (let count = 1 + random.below(8); count > 0 && bytes.length > 0; count--) {
    const at = place(bytes, random);
    bytes[at] = bytes[at]! ^ 1 << random.below(8);
  }
  return bytes;
};

const setBytes: Mutation = (bytes, random) => {
  for (let count = 1 + random.below(8); count > 0 && bytes.length > 0; count--) {
    bytes[place(bytes, random)] = random.pick([
      0,
      1,
      0x7f,
      0x80,
      0xff,
      random.below(256),
    ]);
  }
  return bytes;
};

const fill: Mutation = (bytes, random) => {
  const start = place(bytes, random);
  const length = 1 + random.below(random.pick([4, 16, 64, 256]));
  if (random.below(2) === 0) {
    return bytes.fill(random.pick([0, 0xff]), start, start + length);
  }
  bytes.set(random.bytes(Math.min(length, bytes.length - start)), start);
  return bytes;
};

const copyWithin: Mutation = (bytes, random) => {
  const start = place(bytes, random);
  return bytes.copyWithin(place(bytes, random), start, start + 1 + random.below(256));
};

const truncate: Mutation = (bytes, random) => bytes.slice(0, place(bytes, random));

const extend: Mutation = (bytes, random) => {
  const more = new Uint8Array(1 + random.below(4096)).fill(random.pick([0, 0xff, 0x41]));
  return joined(bytes, more);
};

const insert: Mutation = (bytes, random) => {
  const at = place(bytes, random);
  const more = random.bytes(1 + random.below(16));
  return joined(bytes.subarray(0, at), more, bytes.subarray(at));
};

const remove: Mutation = (bytes, random) => {
  const at = place(bytes, random);
  return joined(bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(16)));
};

/** The beginning of one file, then the end of another. */
const splice: Mutation = (bytes, random, donors) => {
  const donor = random.pick(donors);
  const at = place(bytes, random);
  const from = random.below(2) === 0 ? at : place(donor, random);
  return joined(bytes.subarray(0, at), donor.subarray(from));
};

/** A stretch of another file, at the same place or another. */
const transplant: Mutation = (bytes, random, donors) => {
  const donor = random.pick(donors);
  const from = place(donor, random);
  const to = random.below(2) === 0 ? Math.min(from, bytes.length) : place(bytes, random);
  const part = donor.subarray(from, from + 1 + random.below(512));
  bytes.set(part.subarray(0, bytes.length - to), to);
  return bytes;
};

const MUTATIONS: readonly Mutation[] = [
  flipBits,
  flipBits,
  setBytes,
  setBytes,
  fill,
  copyWithin,
  truncate,
  extend,
  insert,
  remove,
  splice,
  transplant,
];

/** Changes a file in one of these ways; leaves a large one as it is. */
export const mutateBytes: Mutation = (bytes, random, donors) =>
  bytes.length > MOST_BYTES ? bytes : random.pick(MUTATIONS)(bytes, random, donors);
