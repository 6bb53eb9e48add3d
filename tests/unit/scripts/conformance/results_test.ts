import { assertEquals } from "@std/assert";
import {
  compare,
  conforms,
  type Outcome,
  regressions,
  report,
  type Result,
  type Row,
} from "../../../../scripts/conformance/results.ts";

function result(name: string, outcome: Outcome, ...lines: string[]): Result {
  return { name, outcome, lines };
}

function row(theirs: Outcome, ours: Outcome): Row {
  const name = `${theirs}-${ours} hvt`;
  return { name, theirs: result(name, theirs), ours: result(name, ours) };
}

Deno.test("compare() keeps the suite's order and fails what was not run when results are incomplete", () => {
  const rows = compare(
    ["a hvt", "b hvt"],
    [result("b hvt", "pass"), result("a hvt", "skip", "why")],
    [result("a hvt", "pass")],
  );
  assertEquals(rows.map(({ theirs, ours }) => [theirs.outcome, ours.outcome]), [
    ["skip", "pass"],
    ["pass", "fail"],
  ]);
  assertEquals(rows[1]!.ours.lines, ["the test was not run to its end"]);
});

const VERDICTS: readonly (readonly [theirs: Outcome, ours: Outcome, kept: boolean])[] = [
  ["pass", "pass", true],
  ["pass", "fail", false],
  ["pass", "skip", false],
  ["fail", "fail", true],
  ["fail", "pass", true],
  ["skip", "fail", true],
];

for (const [theirs, ours, kept] of VERDICTS) {
  Deno.test(`ours ${kept ? "conforms" : "does not conform"} when theirs is ${theirs} and ours ${ours}`, () => {
    const rows = [row("pass", "pass"), row(theirs, ours)];
    assertEquals(regressions(rows).length, kept ? 0 : 1);
    assertEquals(conforms(rows), kept);
  });
}

Deno.test("ours does not conform when nothing passes with theirs", () => {
  const rows = [row("fail", "pass"), row("skip", "skip")];
  assertEquals(conforms(rows), false);
  assertEquals(
    report(rows).at(-1),
    "0 of 2 tests pass with Solo5's own programs: nothing could be compared",
  );
});

Deno.test("report() shows table, reasons, what was seen, and the sum when tests differ", () => {
  const rows = compare(
    ["blk odd hvt", "net hvt", "hello hvt"],
    [
      result("blk odd hvt", "pass"),
      result("net hvt", "skip", "needs root"),
      result("hello hvt", "pass"),
    ],
    [
      result("blk odd hvt", "fail", "exit status 2", "", "  indented"),
      result("net hvt", "skip", "needs root"),
      result("hello hvt", "pass"),
    ],
  );
  assertEquals(report(rows), [
    "test         theirs  ours",
    "blk odd hvt  pass    fail",
    "net hvt      skip    skip  needs root",
    "hello hvt    pass    pass",
    "",
    "blk odd hvt, ours:",
    "  exit status 2",
    "",
    "    indented",
    "",
    "2 of 3 tests pass with Solo5's own programs, and with ours 1 of these; not blk odd hvt",
  ]);
});
