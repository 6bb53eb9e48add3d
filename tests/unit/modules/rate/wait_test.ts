import { assertEquals, assertThrows } from "@std/assert";
import type { AttachedDevice, PollSet } from "../../../../src/contract/module.ts";
import { EndedBySignal, OperatorError } from "../../../../src/errors.ts";
import { Limiter } from "../../../../src/modules/rate/bucket.ts";
import { waiting } from "../../../../src/modules/rate/wait.ts";

/** A sleep that is over before its time: after so many ms, perhaps by a signal. */
interface Interruption {
  readonly afterMs: number;
  readonly signal?: number;
}

/** Waits on a clock of the test's own. */
function scripted(
  rate: number,
  interruptions: readonly Interruption[] = [],
  check = () => {},
) {
  const rest = [...interruptions];
  const sleeps: number[] = [];
  let now = 0, signal = 0, checks = 0;
  const polls: PollSet = {
    watch: () => {},
    wait: () => {
      throw new Error("a tap with frames would end this at once");
    },
    sleep(seconds, nanoseconds) {
      const asked = seconds * 1000 + nanoseconds / 1e6;
      sleeps.push(asked);
      const early = rest.shift();
      now += early?.afterMs ?? asked;
      signal = early?.signal ?? 0;
    },
    ready: () => false,
    failed: () => false,
    get signal() {
      return signal;
    },
    waitWritable: () => 0,
  };
  const device: AttachedDevice = {
    handle: 1,
    properties: { capacityBytes: 0, blockSizeBytes: 512 },
    descriptor: -1,
    check() {
      checks++;
      check();
    },
    close: () => {},
  };
  const limiter = new Limiter({ bytesPerSecond: rate, burstMilliseconds: 1 }, 0);
  const wait = waiting(polls, [device], () => now);
  return {
    limiter,
    wait: () => wait(limiter),
    seen: () => ({ sleeps, checks, now }),
  };
}

Deno.test("a wait is none when there is no debt", () => {
  const { wait, seen } = scripted(1000);
  wait();
  assertEquals(seen(), { sleeps: [], checks: 0, now: 0 });
});

Deno.test("a wait is one sleep when nothing interrupts it", () => {
  const { limiter, wait, seen } = scripted(1000);
  limiter.take(2501);
  wait();
  assertEquals(seen(), { sleeps: [2500], checks: 0, now: 2500 });
});

Deno.test("a wait goes on and devices are looked after when it is interrupted", () => {
  const { limiter, wait, seen } = scripted(1000, [{ afterMs: 1000 }, { afterMs: 500 }]);
  limiter.take(2501);
  wait();
  assertEquals(seen(), { sleeps: [2500, 1500, 1000], checks: 2, now: 2500 });
});

Deno.test("a wait ends when a signal comes", () => {
  const { limiter, wait, seen } = scripted(1, [{ afterMs: 700, signal: 15 }]);
  limiter.take(1e9);
  assertThrows(wait, EndedBySignal, "Exiting on signal 15");
  assertEquals(seen().checks, 0);
  assertEquals(seen().now, 700);
});

Deno.test("a wait ends when a device is broken", () => {
  const broken = () => {
    throw new OperatorError("disk", "it is gone", "make it again");
  };
  const { limiter, wait, seen } = scripted(1, [{ afterMs: 1000 }], broken);
  limiter.take(1e9);
  assertThrows(wait, OperatorError, "it is gone");
  assertEquals(seen().sleeps.length, 1);
});

Deno.test("a wait is in sleeps of an hour when it is for years", () => {
  const { limiter, wait, seen } = scripted(1 / 8);
  limiter.take(1000);
  wait();
  const HOUR = 3_600_000;
  assertEquals(seen().sleeps.slice(0, 2), [HOUR, HOUR]);
  assertEquals(seen().sleeps.length, Math.ceil(seen().now / HOUR));
});
