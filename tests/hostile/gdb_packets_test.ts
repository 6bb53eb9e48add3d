/**
 * What connects as a debugger and then is none: the tender answers or ignores
 * it, and the guest is what the last sensible packet made of it.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { attach } from "../support/debugger.ts";
import { hostTest } from "../support/needs.ts";
import { Random } from "../support/random.ts";
import { guest } from "../support/tender.ts";

/** Bytes of a packet: what packets are made of, and anything. */
function noise(random: Random, length: number): string {
  const characters = [..."0123456789abcdef,;:=$#}*+-\x03mMgGpPzZXqvHT?"];
  return Array.from(
    { length },
    () =>
      random.below(3) === 0
        ? String.fromCharCode(random.below(256))
        : random.pick(characters),
  ).join("");
}

hostTest("a debugger that sends noise is answered when it makes sense", [
  "KVM",
], async () => {
  const random = new Random(4);
  const { debugger: gdb, running } = await attach([guest("debug")]);
  const before = gdb.ask("g");
  for (let round = 0; round < 40; round++) {
    // Nothing that lets the guest go: these letters are not among the first.
    for (let packet = 0; packet < 10; packet++) {
      const data = random.pick([..."mgpqHT?!zv"]) +
        noise(random, random.below(60)).replace(/[$#vCcs]/g, "0");
      gdb.send(data);
    }
    gdb.raw(`$${noise(random, random.below(5000)).replace(/[$#]/g, "1")}#00`);
    gdb.send("qNoise");
    gdb.skipTo("qC", "QC1");
  }
  assertEquals(gdb.ask("g"), before);
  // A packet that has no end is dropped.
  gdb.raw(`$m${"0".repeat(300_000)}`);
  gdb.raw("#00");
  gdb.skipTo("qC", "QC1");
  assertEquals(gdb.ask("c"), "W2a");
  const ended = await running.end();
  assert(!ended.stderr.includes("internal error"), ended.stderr);
  assertEquals([ended.status, ended.stdout], [42, "6\n"]);
});
