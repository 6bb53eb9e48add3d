import { assertEquals } from "@std/assert";
import { describeFinding, describeOutcome } from "../../../../scripts/fuzz/report.ts";
import type { Finding, Outcome } from "../../../../scripts/fuzz/run.ts";

const FINDING: Finding = {
  problem: { kind: "readImage throws RangeError", detail: "RangeError: Offset" },
  seed: 1234,
  smallest: { kind: "text", bytes: new Uint8Array(9) },
};

const OUTCOME: Outcome = {
  cases: 50,
  answers: new Map([
    ["readImage: ok", 20],
    ["readImage: notes: one (ABI#)", 4],
    ["readImage: ELF header, e_phnum: at least # program header", 1],
    ["queryManifest: manifest, version: #", 3],
  ]),
  findings: [],
};

Deno.test("describeFinding() says what, how to repeat it and where when there is one", () => {
  assertEquals(describeFinding(FINDING, "tests/hostile/corpus/00.json"), [
    "readImage throws RangeError: RangeError: Offset",
    "  again: deno task fuzz --seed=1234 --cases=1",
    "  smallest: tests/hostile/corpus/00.json (9 bytes)",
  ]);
});

Deno.test("describeOutcome() counts what was taken and refused when all went well", () => {
  assertEquals(describeOutcome(OUTCOME, 0.5), [
    "readImage took 20 of 25, 2 kinds of refusal",
    "queryManifest took 0 of 3, 1 kinds of refusal",
    "manifestFromJson standard took 0 of 0, 0 kinds of refusal",
    "readConfig took 0 of 0, 0 kinds of refusal",
    "50 cases in 0.5 s (100 a second): nothing is wrong",
  ]);
});

Deno.test("describeOutcome() says how many are wrong when there are findings", () => {
  const lines = describeOutcome({ ...OUTCOME, findings: [FINDING, FINDING] }, 2);
  assertEquals(lines.at(-1), "50 cases in 2.0 s (25 a second): 2 wrong");
});
