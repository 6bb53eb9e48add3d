import { assertEquals, assertThrows } from "@std/assert";
import { parseOptions } from "../../../../scripts/conformance/options.ts";
import { OperatorError } from "../../../../src/errors.ts";

Deno.test("parseOptions() fills in the suite's limit and no choice when only --solo5 is given", () => {
  const { solo5, program, filter, driver, limitSeconds, keep } = parseOptions([
    "--solo5=../solo5",
  ]);
  assertEquals([solo5, program, driver, limitSeconds, keep], [
    "../solo5",
    undefined,
    undefined,
    60,
    false,
  ]);
  assertEquals(filter.test("anything hvt"), true);
});

Deno.test("parseOptions() takes every option when all are given", () => {
  const { solo5, program, filter, driver, limitSeconds, keep } = parseOptions([
    ...["--filter=^blk", "--limit=900", "--keep", "--driver=own"],
    ...["--program=./solo5", "--solo5=a=b"],
  ]);
  assertEquals([solo5, program, driver, limitSeconds, keep], [
    "a=b",
    "./solo5",
    "own",
    900,
    true,
  ]);
  assertEquals([filter.test("blk odd hvt"), filter.test("net hvt")], [true, false]);
});

const REFUSED: readonly (readonly [args: readonly string[], sentence: string])[] = [
  [[], "--solo5: is missing; give the folder of a Solo5 checkout that you built"],
  [["--solo5="], "--solo5=: is not an option"],
  [["--solo5=a", "--filter=("], "--filter=(: is not a regular expression"],
  [["--solo5=a", "--driver=both"], "--driver=both: is not a driver; give bats or own"],
  [["--solo5=a", "--limit=0"], "--limit=0: is not a number of seconds"],
  [["--solo5=a", "--limit=1e3"], "--limit=1e3: is not a number of seconds"],
  [["--solo5=a", "--verbose"], "--verbose: is not an option of this task; usage: "],
  [["--solo5=a", "net"], "net: is not an option of this task; usage: "],
];

for (const [args, sentence] of REFUSED) {
  Deno.test(`parseOptions() says what is wrong when given [${args}]`, () => {
    assertThrows(() => parseOptions(args), OperatorError, sentence);
  });
}
