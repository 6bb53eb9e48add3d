/**
 * Lies in the network ring, beside those of `tests/e2e/ring_test.ts`: entries
 * that mean nothing, and entries that end a guest.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { RING_AREA_BYTES } from "../../src/contract/limits.ts";
import {
  RING_ENTRIES,
  RingCommit,
  RingEntry,
  RingLayout,
  RingOperation,
} from "../../src/contract/ring.ts";
import {
  type Attack,
  commandLine,
  fill,
  FREE,
  HUGE,
  MEMORY,
  notWithin,
  run,
  show32,
  show64,
  SHOW_RAX,
  type Step,
  store,
  survives,
  TEXT,
  trap,
  waitFor,
} from "../support/attack.ts";
import { hostTest } from "../support/needs.ts";
import { framesFrom } from "../support/network.ts";
import {
  type Entry,
  entry,
  RING,
  sentence,
  served,
  submit,
  tapFor,
} from "../support/ring_attack.ts";
import { tender } from "../support/tender.ts";

const NEEDS = ["KVM", "root", "tun"] as const;
const { NET_READ, NET_WRITE } = RingOperation;
const HANDLE = 1, FRAME_BYTES = 60;
const ALL_BITS = 0xffff_ffff;

/** The two builds, and who serves them. */
const BUILDS = { attack_ring: "a thread", attack_net: "the main thread" } as const;
const NAMES = Object.keys(BUILDS) as (keyof typeof BUILDS)[];

/** The three words of a commit. */
function showCommit(number: number): Step[] {
  const at = RING + RingLayout.commits + number * RingCommit.size;
  return [RingCommit.id, RingCommit.result, RingCommit.length]
    .map((field) => show32(at + field));
}

/** Entries that have no effect, and what they leave as commits. */
const EMPTY: readonly (readonly [string, Entry])[] = [
  ["no operation", [0, HANDLE, FREE, FRAME_BYTES]],
  ["operation 3", [3, HANDLE, HUGE["2^64-1"], ALL_BITS]],
  ["operation 2^32-1", [ALL_BITS, HANDLE, HUGE["2^63"], ALL_BITS]],
  ["a frame for handle 0", [NET_WRITE, 0, HUGE["2^63"], ALL_BITS]],
  ["a frame for handle 2", [NET_WRITE, 2, HUGE["2^64-1"], 0]],
  ["a frame for handle 2^32-1", [NET_WRITE, ALL_BITS, 0, 0]],
];

/** Ones that are answered: with 2 is EINVAL, with 1 AGAIN. */
const ANSWERED: readonly (readonly [string, Entry, string])[] = [
  ["room of handle 0", [NET_READ, 0, HUGE["2^63"], 1, 0x11], " 0x11 0x2 0x0"],
  [
    "room of handle 2^32-1",
    [NET_READ, ALL_BITS, 0, ALL_BITS, ALL_BITS],
    " 0xffffffff 0x2 0x0",
  ],
  ["no room", [NET_READ, HANDLE, FREE, 0, 0x33], " 0x33 0x1 0x0"],
  ["no room in code", [NET_READ, HANDLE, TEXT, 0, 0x44], " 0x44 0x1 0x0"],
];

/** What is done to the ring, entry after entry. */
function harmless(): Attack[] {
  const attacks: Attack[] = [];
  let tail = 0;
  for (const [name, empty] of EMPTY) {
    const steps = [...entry(tail, empty), ...submit(++tail), served(tail)];
    attacks.push({ name, steps, shows: "" });
  }
  for (const [index, [name, answered, shows]] of ANSWERED.entries()) {
    const commits = waitFor(RING + RingLayout.commitTail, index + 1);
    const steps = [...entry(tail, answered), ...submit(++tail), commits];
    attacks.push({ name, steps: [...steps, ...showCommit(index)], shows });
  }
  // Each entry once more, without a word; the index wraps.
  tail += RING_ENTRIES - tail % RING_ENTRIES;
  const zero = fill(RING + RingLayout.entries, RING_ENTRIES * RingEntry.size, 0);
  attacks.push({
    name: "entries up to the last",
    steps: [zero, ...submit(tail), served(tail)],
    shows: "",
  });
  attacks.push({
    name: "the first entry once more",
    steps: [
      ...entry(tail, [NET_WRITE, HANDLE, FREE, FRAME_BYTES]),
      ...submit(++tail),
      served(tail),
    ],
    shows: "",
  });
  return attacks;
}

/** Entries that end a guest, with the words. */
const FATAL: readonly (readonly [string, Entry, string])[] = [
  [
    "sends from 2^63",
    [NET_WRITE, HANDLE, HUGE["2^63"], 60],
    notWithin(HUGE["2^63"], 60),
  ],
  [
    "sends 4 GiB less a byte",
    [NET_WRITE, HANDLE, 0, ALL_BITS],
    notWithin(0, ALL_BITS),
  ],
  [
    "sends the last bytes",
    [NET_WRITE, HANDLE, MEMORY - 60, 60],
    notWithin(MEMORY - 60, 60),
  ],
  [
    "sends nothing",
    [NET_WRITE, HANDLE, FREE, 0],
    "it sent a frame of 0 bytes, less than an Ethernet header's 14",
  ],
  [
    "receives at 2^64-1",
    [NET_READ, HANDLE, HUGE["2^64-1"], 60],
    notWithin(HUGE["2^64-1"], 60),
  ],
  [
    "receives in the ring's commits",
    [NET_READ, HANDLE, RING + RingLayout.commits, 60],
    notWithin(RING + RingLayout.commits, 60),
  ],
  [
    "receives with room for all memory",
    [NET_READ, HANDLE, 0, MEMORY],
    notWithin(0, MEMORY),
  ],
];

for (const name of NAMES) {
  const who = BUILDS[name];

  hostTest(
    `entries that mean nothing do nothing where ${who} serves`,
    NEEDS,
    async () => {
      const target = tapFor(name);
      await survives(harmless(), target);
      assertEquals(framesFrom(target.tap), 1);
    },
  );
}

hostTest("the ring's area is memory to the guest, up to its end", NEEDS, () => {
  const unused = RING + RingLayout.size, end = RING + RING_AREA_BYTES;
  const PAGE_FAULT = 14;
  return survives([
    {
      name: "code behind the ring",
      // mov eax, 42; ret
      steps: [store(unused, 0xc300_0000_2ab8n), run("ff d2", { rdx: unused }), SHOW_RAX],
      shows: " 0x2a",
    },
    {
      name: "the last bytes",
      steps: [store(end - 8, 7), show64(end - 8)],
      shows: " 0x7",
    },
    { name: "behind", steps: [store(end, 7)], shows: trap(PAGE_FAULT, end) },
    { name: "across", steps: [store(end - 4, 7)], shows: trap(PAGE_FAULT, end) },
  ], tapFor("attack_ring"));
});

for (const [what, bad, words] of FATAL) {
  hostTest(`a ring whose entry ${what} ends the guest`, [
    ...NEEDS,
    "a fast host",
  ], async () => {
    const { tap, ...target } = tapFor("attack_ring");
    // Until the tender has come to it: an entry is never served.
    const steps = [...entry(0, bad), ...submit(1), waitFor(RING, ALL_BITS)];
    const ended = await tender(commandLine(steps, target));
    assertMatch(ended.stderr, sentence(words));
    assertEquals([ended.stdout, ended.status], ["", 1]);
    assertEquals(framesFrom(tap), 0);
  });
}
