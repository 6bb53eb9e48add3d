import { assertEquals } from "@std/assert";
import {
  type Finding,
  findingOf,
  findingsAsJson,
  findingsAsText,
  isReady,
} from "../../../src/cli/findings.ts";

const ALL: readonly Finding[] = [
  { verdict: "ok", thing: "A", says: "is" },
  { verdict: "warning", thing: "B\n", says: "may be", remedy: "see" },
  { verdict: "missing", thing: "C", says: "is not", remedy: "make it", command: "mk c" },
  findingOf({ thing: "D", problem: "is wrong", remedy: "mend it" }, "error"),
];

Deno.test("findings are a line each, with the way out, when they are text", () => {
  assertEquals(
    findingsAsText(ALL),
    `ok       A: is
warning  B\\x0a: may be; see
missing  C: is not; make it: mk c
error    D: is wrong; mend it
`,
  );
});

Deno.test("findings have the same names for all when they are JSON", () => {
  assertEquals(JSON.parse(findingsAsJson("solo5.check", ALL)), {
    type: "solo5.check",
    version: 1,
    ready: false,
    findings: [
      { verdict: "ok", thing: "A", says: "is" },
      { verdict: "warning", thing: "B\\x0a", says: "may be", remedy: "see" },
      {
        verdict: "missing",
        thing: "C",
        says: "is not",
        remedy: "make it",
        command: "mk c",
      },
      { verdict: "error", thing: "D", says: "is wrong", remedy: "mend it" },
    ],
  });
});

for (const [index, ready] of [[0, true], [1, true], [2, false], [3, false]] as const) {
  const finding = ALL[index]!;
  Deno.test(`isReady() returns ${ready} when a finding is ${finding.verdict}`, () => {
    assertEquals(isReady([ALL[0]!, finding]), ready);
  });
}
