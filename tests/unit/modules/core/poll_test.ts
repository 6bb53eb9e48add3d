import { assertEquals, assertThrows } from "@std/assert";
import { CONTINUE, PollBlock } from "../../../../src/contract/hypercalls.ts";
import { GUEST_COUNTS, GuestCount } from "../../../../src/contract/figures.ts";
import { GuestMemory } from "../../../../src/contract/memory.ts";
import type { AttachedDevice, PollSet } from "../../../../src/contract/module.ts";
import { EndedBySignal, OperatorError } from "../../../../src/errors.ts";
import { poll } from "../../../../src/modules/core/poll.ts";
import { hostMemory } from "../../../support/host_memory.ts";

const BLOCK = 0x100;

/** What one wait finds: descriptors by index that are ready, or in error. */
interface Wait {
  readonly ready?: readonly number[];
  readonly failed?: readonly number[];
  readonly signal?: number;
  /** How far the wall clock is set meanwhile, in milliseconds. */
  readonly stepMs?: number;
}

function setWallClock(milliseconds: number): void {
  const { now } = Date;
  Date.now = () => now() + milliseconds;
}

/** A guest's POLL with devices of these handles, whose waits go as written. */
function scripted(handles: readonly number[], waits: readonly Wait[], timeout: bigint) {
  const bytes = new Uint8Array(4096);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(BLOCK + PollBlock.timeoutNanoseconds, timeout, true);
  const memory = new GuestMemory(hostMemory(bytes));
  memory.open();
  let at = -1;
  const now = () => waits[at]!;
  const found = ({ ready = [], failed = [] }: Wait) => [...ready, ...failed];
  const polls: PollSet = {
    watch: () => {},
    wait() {
      if (++at === waits.length) throw new Error("waited once more");
      const { stepMs } = now();
      if (stepMs !== undefined) setWallClock(stepMs);
      return found(now()).length;
    },
    sleep: () => {},
    ready: (index) => found(now()).includes(index),
    failed: (index) => now().failed?.includes(index) ?? false,
    get signal() {
      return now().signal ?? 0;
    },
    waitWritable: () => 0,
  };
  const checks: number[] = [];
  const devices = handles.map((handle): AttachedDevice => ({
    handle,
    properties: { capacityBytes: 0, blockSizeBytes: 512 },
    descriptor: -1,
    pollDescriptor: 100 + handle,
    pollFailure: () => new OperatorError(`device ${handle}`, "gone", "make it again"),
    check: () => void checks.push(handle),
    close: () => {},
  }));
  const counts = new Float64Array(GUEST_COUNTS);
  const call = () => poll(memory, polls, devices, counts)(BLOCK);
  const results = () => [
    view.getBigUint64(BLOCK + PollBlock.readySet, true),
    view.getInt32(BLOCK + PollBlock.result, true),
  ];
  return { call, results, checks, counts };
}

const HOUR = 3_600_000_000_000n;

Deno.test("POLL reports the handles that are ready", () => {
  const { call, results, checks } = scripted([1, 40, 63], [{ ready: [0, 2] }], HOUR);
  assertEquals(call(), CONTINUE);
  assertEquals([results(), checks], [[1n << 63n | 2n, 2], []]);
});

Deno.test("POLL ends a guest when a descriptor is in error", () => {
  for (const wait of [{ failed: [1] }, { ready: [0], failed: [1] }]) {
    const { call } = scripted([1, 2], [wait], HOUR);
    assertThrows(call, OperatorError, "device 2: gone; make it again");
  }
});

Deno.test("POLL looks after the devices when it is interrupted, and waits on", () => {
  const { call, results, checks } = scripted([1, 2], [{}, {}, { ready: [1] }], HOUR);
  assertEquals(call(), CONTINUE);
  assertEquals([results(), checks], [[4n, 1], [1, 2, 1, 2]]);
});

Deno.test("POLL just returns when its time is over", () => {
  const { call, results, checks } = scripted([1], [{}], 0n);
  assertEquals(call(), CONTINUE);
  assertEquals([results(), checks], [[0n, 0], []]);
});

Deno.test("POLL ends for a signal before anything else", () => {
  const { call, checks } = scripted([1], [{ failed: [0], signal: 15 }], HOUR);
  assertThrows(call, EndedBySignal);
  assertEquals(checks, []);
});

/** Does something, after which the wall clock is what it was. */
function keepingClock(action: () => void): void {
  const { now } = Date;
  try {
    action();
  } finally {
    Date.now = now;
  }
}

const TWO_HOURS_MS = 7_200_000;

Deno.test("POLL waits on when the wall clock is set forward", () =>
  keepingClock(() => {
    const waits = [{ stepMs: TWO_HOURS_MS }, { ready: [0] }];
    const { call, results } = scripted([1], waits, HOUR);
    assertEquals(call(), CONTINUE);
    assertEquals(results(), [2n, 1]);
  }));

Deno.test("POLL returns when its time is over although the wall clock is set back", () =>
  keepingClock(() => {
    const { call, results } = scripted([1], [{ stepMs: -TWO_HOURS_MS }], 1n);
    assertEquals(call(), CONTINUE);
    assertEquals(results(), [0n, 0]);
  }));

Deno.test("POLL counts what was to take time, and how long that was", () => {
  const asleep = scripted([1], [{ ready: [0] }], HOUR);
  asleep.call();
  assertEquals(asleep.counts[GuestCount.sleeps], 1);
  const slept = asleep.counts[GuestCount.sleptMilliseconds]!;
  assertEquals(slept >= 0 && slept < 3_600_000, true);
  const awake = scripted([1], [{}], 0n);
  awake.call();
  assertEquals([...awake.counts].filter((count) => count !== 0), []);
});
