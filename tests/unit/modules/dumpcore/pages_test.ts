import { assertEquals } from "@std/assert";
import {
  findHeld,
  type InUse,
  type Run,
} from "../../../../src/modules/dumpcore/pages.ts";
import { hostMemory } from "../../../support/host_memory.ts";

const PAGE = 4096, STEP_PAGES = 4096;
const ADDRESS = 0x7000_0000_0000n;

/** Finds what is held where these pages are in use, and these hold a byte. */
function find(pageCount: number, used: number[], held: number[]): Run[] {
  const bytes = new Uint8Array(pageCount * PAGE);
  // The last byte of the page: all of them have to be looked at.
  for (const page of held) bytes[page * PAGE + PAGE - 1] = 1;
  const inUse: InUse = (address, count) => {
    const first = Number(address - ADDRESS) / PAGE;
    return Array.from({ length: count }, (_, index) => used.includes(first + index));
  };
  return [...findHeld(hostMemory(bytes, ADDRESS), inUse)];
}

/** A run of pages, by number. */
function run(first: number, end: number): Run {
  return { start: first * PAGE, end: end * PAGE };
}

const CASES: readonly (readonly [string, number[], number[], Run[]])[] = [
  ["no page is in use", [], [], []],
  ["pages in use are zeros", [0, 1, 2, 511], [], []],
  ["only a page that is not in use holds something", [1], [2], []],
  ["the first page holds something", [0], [0], [run(0, 1)]],
  ["the last page holds something", [511], [511], [run(511, 512)]],
  ["pages follow each other", [3, 4, 5], [3, 4, 5], [run(3, 6)]],
  ["a page of zeros is between them", [3, 4, 5], [3, 5], [run(3, 4), run(5, 6)]],
];

for (const [when, used, held, runs] of CASES) {
  Deno.test(`findHeld() finds ${runs.length} runs when ${when}`, () => {
    assertEquals(find(512, used, held), runs);
  });
}

Deno.test("findHeld() finds every page when all are held, step by step", () => {
  const all = Array.from({ length: 2 * STEP_PAGES + 512 }, (_, page) => page);
  assertEquals(find(all.length, all, all), [
    run(0, STEP_PAGES),
    run(STEP_PAGES, 2 * STEP_PAGES),
    run(2 * STEP_PAGES, all.length),
  ]);
});

Deno.test("findHeld() does not touch memory when none of it is in use", () => {
  const host = {
    ...hostMemory(new Uint8Array(0), ADDRESS),
    sizeBytes: 0x1_0000_0000,
    part: () => {
      throw new Error("touched");
    },
  };
  const inUse: InUse = (_, count) => new Array(count).fill(false);
  assertEquals([...findHeld(host, inUse)], []);
});
