/**
 * The network ring from the side of the guest `attack`.
 *
 * @module
 */
import { RING_ENTRIES, RingEntry, RingLayout } from "../../src/contract/ring.ts";
import {
  MEMORY,
  out,
  type Step,
  store,
  type Target,
  type Value,
  waitFor,
} from "./attack.ts";
import { enterOwnNetwork, makeTap } from "./network.ts";

/** Where it is. */
export const RING: number = MEMORY;
/** The port that is written to for the tender to look. */
const KICK_PORT = 0x600;

let taps = 0;

/** A tap of a test's own, and the guest on it. */
export function tapFor(
  name: "attack_net" | "attack_ring",
): { readonly tap: string } & Target {
  enterOwnNetwork();
  const tap = `attack${taps++}`;
  makeTap(tap);
  return { tap, guest: name, flags: [`--net:service0=${tap}`] };
}

/** An entry's fields in their order. */
export type Entry = readonly [
  operation: number,
  handle: number,
  data: Value,
  length: number,
  id?: number,
];

/** Writes the entry with a number. */
export function entry(
  number: number,
  [operation, handle, data, length, id = 0]: Entry,
): Step[] {
  const at = RING + RingLayout.entries + number % RING_ENTRIES * RingEntry.size;
  const pair = (low: number, high: number) => BigInt(high) << 32n | BigInt(low);
  return [
    store(at, pair(operation, handle)),
    store(at + RingEntry.data, data),
    store(at + RingEntry.length, pair(length, id)),
  ];
}

/** Says how many entries are filled in, and kicks. */
export const submit = (tail: number): Step[] => [store(RING, tail), out(KICK_PORT, 0)];
/** Waits until so many entries were served. */
export const served = (entries: number): Step =>
  waitFor(RING + RingLayout.entryHead, entries);

/** What the tender says of a ring. */
export const sentence = (words: string): RegExp =>
  new RegExp(
    `^solo5: guest fault( at rip=0x[0-9a-f]+)?: network ring: ${words}; the unikernel has to be mended\n$`,
  );
