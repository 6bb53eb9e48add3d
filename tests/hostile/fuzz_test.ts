/**
 * Files that lie, by the thousand (`deno task fuzz`, shortened), and those that
 * once showed something wrong.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { readOriginals } from "../../scripts/fuzz/cases.ts";
import { readCorpus } from "../../scripts/fuzz/corpus.ts";
import { judge } from "../../scripts/fuzz/judge.ts";
import { runCases } from "../../scripts/fuzz/run.ts";
import { judgeWatched } from "../../scripts/fuzz/watch.ts";
import { program } from "../support/programs.ts";
import { ROOT } from "../support/checkout.ts";

/** How many kinds of refusal each reader shows at least, in 2,000 cases. */
const LEAST_REFUSALS: Readonly<Record<string, number>> = {
  readImage: 30,
  inspectImage: 10,
  queryManifest: 15,
  queryAbi: 10,
  readJson: 10,
  "manifestFromJson standard": 15,
  "manifestFromJson solo5": 10,
  readConfig: 10,
};

Deno.test(
  "readers give a sound value or one sentence when 2,000 files lie to them",
  () => {
    const run = { seed: 1, cases: 2000, originals: readOriginals() };
    const { answers, findings, cases } = runCases(run);
    assertEquals(findings.map(({ problem, seed }) => ({ ...problem, seed })), []);
    assertEquals(cases, 2000);
    // They get past every reader, and into each of its corners.
    const kinds = [...answers.keys()];
    for (const [reader, least] of Object.entries(LEAST_REFUSALS)) {
      const own = kinds.filter((answer) => answer.startsWith(`${reader}: `)).length;
      assert(own > least, `${reader}: ${own - 1} kinds of refusal`);
      assert((answers.get(`${reader}: ok`) ?? 0) > 10, `${reader} takes few`);
    }
    assert((answers.get("readImage: ok") ?? 0) > 200, "few images are taken");
    assert((answers.get("loadSegments: ok") ?? 0) > 1000, "few images are loaded");
  },
);

const corpus = readCorpus();

Deno.test("the corpus has cases when it is read", () => {
  assert(corpus.length > 0);
  assertEquals(new Set(corpus.map(({ case: { kind } }) => kind)).size, 2);
});

for (const { name, case: one } of corpus) {
  Deno.test(`readers give a sound value or one sentence when they read ${name}`, () => {
    const { answers, problem } = judge(one);
    assertEquals(problem, undefined);
    assert(answers.length > 0);
  });
}

Deno.test("judgeWatched() names the case when a reader does not return", async () => {
  const outcome = await judgeWatched({
    seed: 0xffff_fffe,
    cases: 100,
    onProgress: () => {},
    thread: new URL("../support/endless_thread.ts", import.meta.url),
    tickMilliseconds: 5,
  });
  assertEquals(outcome, { stuckAt: 5 });
});

/** Runs the task with its own permissions. */
async function fuzz(
  ...args: string[]
): Promise<{ code: number; text: string; stderr: string }> {
  const { code, stdout, stderr } = await program([
    Deno.execPath(),
    ...["task", "--quiet", "fuzz", ...args],
  ], {
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("deno task fuzz says what came of its cases when it has judged them", async () => {
  const { code, text, stderr } = await fuzz("--seed=7", "--cases=50");
  assertEquals([code, stderr], [0, ""], text);
  assertMatch(text, /^seed 7\nreadImage took \d+ of \d+, \d+ kinds of refusal\n/);
  assertMatch(text, /\n50 cases in [0-9.]+ s \(\d+ a second\): nothing is wrong\n$/);
  assertEquals(text.includes("\r"), false);
});

Deno.test("deno task fuzz stops when its time is over", async () => {
  const { code, text } = await fuzz("--seed=7", "--seconds=0");
  assertEquals(code, 0, text);
  assertMatch(text, /^seed 7\n[^]*\n0 cases in /);
});

Deno.test("deno task fuzz says what a flag takes when its value is none", async () => {
  const { code, text } = await fuzz("--cases=many");
  assertEquals([code, text], [1, "fuzz: --cases takes a whole number\n"]);
});
