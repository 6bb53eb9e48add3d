/**
 * `deno task fuzz [--cases=N] [--seconds=N] [--seed=N]`: gives the readers of
 * images and manifests 100,000 cases, if not told otherwise, that lie in every way
 * it can think of. What shows something wrong is made smaller and put into
 * `tests/hostile/corpus/`, which a test reads ever after.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { makeCase, readOriginals } from "./fuzz/cases.ts";
import { writeCase } from "./fuzz/corpus.ts";
import { command, describeFinding, describeOutcome } from "./fuzz/report.ts";
import { judgeWatched } from "./fuzz/watch.ts";
import { ROOT } from "../tests/support/checkout.ts";

const DEFAULT_CASES = 100_000;

const isTerminal = Deno.stdout.isTerminal();

function write(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

/** Shows on a terminal how far it is; what comes next overwrites it. */
function showProgress(done: number): void {
  if (isTerminal) write(`\r${done} cases\x1b[K`);
}

function print(line: string): void {
  write(`${isTerminal ? "\r\x1b[K" : ""}${line}\n`);
}

/** A whole number from a flag; ends the program where it is none. */
function wholeNumber(name: string): number | undefined {
  const text = given[name];
  if (text === undefined) return undefined;
  if (typeof text === "string" && /^[0-9]{1,10}$/.test(text)) return Number(text);
  print(`fuzz: --${name} takes a whole number`);
  Deno.exit(1);
}

const given = parseArgs(Deno.args, { string: ["cases", "seconds", "seed"] });
const seconds = wholeNumber("seconds");
const cases = wholeNumber("cases") ??
  (seconds === undefined ? DEFAULT_CASES : Infinity);
const seed = (wholeNumber("seed") ??
  crypto.getRandomValues(new Uint32Array(1))[0]!) >>> 0;

print(`seed ${seed}`);
const start = performance.now();
const outcome = await judgeWatched({
  seed,
  cases,
  ...(seconds === undefined ? {} : { seconds }),
  onProgress: showProgress,
});
if ("stuckAt" in outcome) {
  const path = await writeCase(makeCase(outcome.stuckAt, readOriginals()));
  print("a reader does not come to an end");
  print(`  again: ${command(outcome.stuckAt)}`);
  print(`  the case: ${path.slice(ROOT.length)}`);
  Deno.exit(1);
}
const took = (performance.now() - start) / 1000;
for (const finding of outcome.findings) {
  const path = await writeCase(finding.smallest);
  describeFinding(finding, path.slice(ROOT.length)).forEach(print);
}
describeOutcome(outcome, took).forEach(print);
Deno.exit(outcome.findings.length === 0 ? 0 : 1);
