import { assertEquals, assertThrows } from "@std/assert";
import { parseOptions, releaseName } from "../../../../scripts/build/options.ts";
import { TARGETS } from "../../../../scripts/build/targets.ts";
import { OperatorError } from "../../../../src/errors.ts";

const ALL = ["net", "block", "gdb"];
const HOST = "x86_64-unknown-linux-gnu";

const parse = (...args: string[]) => parseOptions(args, ALL, HOST);

Deno.test("parseOptions() is for this machine, with all modules, in dist when nothing is said", () => {
  const { targets, modules, out } = parse();
  assertEquals([targets.map(({ name }) => name), modules, out], [[HOST], ALL, "dist"]);
});

Deno.test("parseOptions() takes the modules in the table's order when some are given", () => {
  assertEquals(parse("--modules=block,net").modules, ["net", "block"]);
  assertEquals(parse("--modules=net,net").modules, ["net"]);
  assertEquals(parse("--modules=").modules, []);
});

Deno.test("parseOptions() takes every target when all are asked for", () => {
  assertEquals(parse("--target=all").targets, [...TARGETS]);
});

Deno.test("parseOptions() takes the last when an option is repeated", () => {
  assertEquals(parse("--out=a", "--out=b=c").out, "b=c");
});

for (
  const [args, sentence] of [
    [["--target=x"], 'target "x": is not known; give one of x86_64-unknown-linux-gnu, '],
    [["--modules=tape"], '--modules=tape: there is no module "tape"; give some of net,'],
    [["--modules=core"], '--modules=core: there is no module "core"; '],
    [["--modules=net,"], '--modules=net,: there is no module ""; '],
    [["--out="], "--out=: is not an option of this task; usage: deno task build "],
    [["x"], "x: is not an option of this task; "],
  ] as const
) {
  Deno.test(`parseOptions() refuses with a sentence when it is given ${args}`, () => {
    const error = assertThrows(() => parse(...args), OperatorError);
    assertEquals(error.message.slice(0, sentence.length), sentence);
  });
}

Deno.test("releaseName() shows the choice when it is not all", () => {
  const [linux] = TARGETS;
  const windows = TARGETS.find(({ suffix }) => suffix === ".exe")!;
  assertEquals(releaseName("1.2.3", ALL, ALL, linux!), `solo5-1.2.3-${HOST}`);
  assertEquals(
    releaseName("1.2.3", ["net"], ALL, linux!),
    `solo5-1.2.3+core.net-${HOST}`,
  );
  assertEquals(releaseName("1.2.3", [], ALL, linux!), `solo5-1.2.3+core-${HOST}`);
  assertEquals(
    releaseName("1.2.3", ALL, ALL, windows),
    "solo5-1.2.3-x86_64-pc-windows-msvc.exe",
  );
});
