import { assert, assertEquals } from "@std/assert";
import { Patience } from "../../../../src/modules/net/ring_patience.ts";

/** A sleep that was not worth it, and one that was, in milliseconds. */
const SHORT = 0.01, LONG = 5;

function after(times: number, milliseconds: number, patience = new Patience()) {
  for (let time = 0; time < times; time++) patience.slept(milliseconds);
  return patience;
}

Deno.test("looks are few, and never none, when sleeps are long", () => {
  const { looks } = after(200, LONG);
  assert(looks > 0 && looks <= 100, `${looks} looks`);
  assertEquals(after(200, LONG, after(200, LONG)).looks, looks);
});

Deno.test("looks are bounded when sleeps are short", () => {
  const { looks } = after(100, SHORT);
  assert(looks > new Patience().looks && looks < 10_000, `${looks} looks`);
});

Deno.test("one short sleep weighs more than one long one", () => {
  const patience = after(200, LONG);
  const fewest = patience.looks;
  patience.slept(SHORT);
  patience.slept(LONG);
  assert(patience.looks > fewest);
});

Deno.test("a busy time is forgotten when sleeps are long again", () => {
  const patience = after(100, SHORT);
  assertEquals(after(200, LONG, patience).looks, after(200, LONG).looks);
});
