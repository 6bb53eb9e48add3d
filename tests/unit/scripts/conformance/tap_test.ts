import { assertEquals } from "@std/assert";
import { parseTap, parseTestLine } from "../../../../scripts/conformance/tap.ts";

Deno.test("parseTap() returns each test with its reason or what was seen when all kinds are there", () => {
  const results = parseTap([
    "1..4",
    "ok 1 hello hvt",
    "# a comment on a test that passed",
    "ok 2 rnow hvt # skip not supported on Linux",
    "not ok 3 fpu hvt",
    "# (in test file tests.bats, line 468)",
    "#   `expect_success' failed",
    "#",
    "a line that is not of the protocol",
    "ok 4 blk block-sector-size=4096 hvt # skip",
  ]);
  assertEquals(results, [
    { name: "hello hvt", outcome: "pass", lines: [] },
    { name: "rnow hvt", outcome: "skip", lines: ["not supported on Linux"] },
    {
      name: "fpu hvt",
      outcome: "fail",
      lines: ["(in test file tests.bats, line 468)", "  `expect_success' failed", ""],
    },
    { name: "blk block-sector-size=4096 hvt", outcome: "skip", lines: [] },
  ]);
});

for (const line of ["1..29", "# ok 1 hello hvt", "ok", "okay 1 hello hvt", ""]) {
  Deno.test(`parseTestLine() finds no result when the line is "${line}"`, () => {
    assertEquals(parseTestLine(line), undefined);
  });
}
