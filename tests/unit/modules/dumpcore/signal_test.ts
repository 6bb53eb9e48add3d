import { assertEquals } from "@std/assert";
import type { GuestEnd } from "../../../../src/contract/watch.ts";
import { EndedBySignal, GuestFault, OperatorError } from "../../../../src/errors.ts";
import { signalOf } from "../../../../src/modules/dumpcore/signal.ts";

const CASES: readonly (readonly [string, GuestEnd, number | undefined])[] = [
  ["it aborted", { status: 255 }, 6],
  ["it ended with 0", { status: 0 }, undefined],
  ["it ended with 254", { status: 254 }, undefined],
  ["it did what no guest may", { error: new GuestFault("triple fault") }, 11],
  ["SIGQUIT came", { error: new EndedBySignal(3) }, 3],
  ["SIGTERM came", { error: new EndedBySignal(15) }, undefined],
  ["SIGINT came", { error: new EndedBySignal(2) }, undefined],
  ["the host failed", { error: new OperatorError("a", "b", "c") }, undefined],
  ["the tender failed", { error: new TypeError("a") }, undefined],
];

for (const [when, end, signal] of CASES) {
  Deno.test(`signalOf() returns ${signal} when ${when}`, () => {
    assertEquals(signalOf(end), signal);
  });
}
