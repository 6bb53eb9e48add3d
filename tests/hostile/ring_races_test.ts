/**
 * Entries of the network ring that change while a thread serves them: each word
 * is read once, so an entry is what it was at one moment, or a fault.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  RING_ENTRIES,
  RingEntry,
  RingLayout,
  RingOperation,
} from "../../src/contract/ring.ts";
import {
  CATCH,
  commandLine,
  END_LINE,
  FREE,
  HUGE,
  run,
  type Step,
  survives,
  type Value,
} from "../support/attack.ts";
import { hostTest } from "../support/needs.ts";
import { framesFrom } from "../support/network.ts";
import { entry, RING, sentence, tapFor } from "../support/ring_attack.ts";
import { tender } from "../support/tender.ts";

const NEEDS = ["KVM", "root", "tun"] as const;
const { NET_READ, NET_WRITE } = RingOperation;
const HANDLE = 1, FRAME_BYTES = 60;
const ALL_BITS = 0xffff_ffff;

/** In the middle: so far the tender has not come when the changes begin. */
const CHANGED = RING_ENTRIES / 2;
/** mov [0x400000], ecx (the ring), then a kick, with rax and rdx as they were. */
const SUBMIT = "50 52 89 0c 25 00004000 66 ba 0006 ef 5a 58";
/** mov [rdi], rax; mov [rdi], rdx; cmp [rsi], ecx; jne back */
const CHANGE = "48 89 07 48 89 17 39 0e 75 f6";

const ROUNDS = 4;

/**
 * Submits all entries, and makes a word of one of them one thing and the other
 * until they are served; in each round once.
 */
function rounds(field: number, one: Value, other: Value): Step[] {
  return Array.from({ length: ROUNDS }, (_, round) =>
    run(SUBMIT + CHANGE, {
      rdi: RING + RingLayout.entries + CHANGED * RingEntry.size + field,
      rax: one,
      rdx: other,
      rsi: RING + RingLayout.entryHead,
      rcx: (round + 1) * RING_ENTRIES,
    }));
}

/** Fills in every entry with a frame: the first word by word, the others copied. */
function fillAll(): Step[] {
  const first = RING + RingLayout.entries;
  return [
    ...entry(0, [NET_WRITE, HANDLE, FREE, FRAME_BYTES]),
    run("f3 48 a5", {
      rsi: first,
      rdi: first + RingEntry.size,
      rcx: (RING_ENTRIES - 1) * RingEntry.size / 8,
    }),
  ];
}

const LENGTH_AND_ID = RingEntry.length;

/** What changes: the words of an entry, between two that are both no lie. */
const HONEST: Readonly<Record<string, readonly [number, Value, Value]>> = {
  "data": [RingEntry.data, FREE, FREE + 0x1000],
  "length": [LENGTH_AND_ID, FRAME_BYTES, 1000],
};

for (const [what, [field, one, other]] of Object.entries(HONEST)) {
  hostTest(
    `an entry whose ${what} changes while it is served is sent`,
    NEEDS,
    async () => {
      const target = tapFor("attack_ring");
      const steps = [...fillAll(), ...rounds(field, one, other)];
      await survives([{ name: what, steps, shows: "" }], target);
      assertEquals(framesFrom(target.tap), ROUNDS * RING_ENTRIES);
    },
  );
}

/** Between what is good and what is a lie. */
const LIES: Readonly<Record<string, readonly [number, Value, Value]>> = {
  "data": [RingEntry.data, FREE, HUGE["2^63"]],
  "length": [LENGTH_AND_ID, FRAME_BYTES, ALL_BITS],
  "operation": [
    RingEntry.operation,
    BigInt(HANDLE) << 32n | BigInt(NET_WRITE),
    BigInt(ALL_BITS) << 32n | BigInt(NET_READ),
  ],
};

for (const [what, [field, one, other]] of Object.entries(LIES)) {
  hostTest(
    `an entry whose ${what} becomes a lie as it is served is sent or a fault`,
    NEEDS,
    async () => {
      const { tap, ...target } = tapFor("attack_ring");
      const steps = [
        CATCH,
        ...fillAll(),
        ...rounds(field, other, one),
        END_LINE,
      ];
      const ended = await tender(commandLine(steps, target));
      if (ended.status === 0) assertEquals([ended.stdout, ended.stderr], ["\n", ""]);
      else assertMatch(ended.stderr, sentence("invalid guest access: gpa=[^\n]*"));
      assert(framesFrom(tap) <= ROUNDS * RING_ENTRIES);
    },
  );
}
