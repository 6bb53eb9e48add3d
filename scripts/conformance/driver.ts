/**
 * Running tests of the suite without bats, from {@link SUITE}. In contrast to
 * the suite, requests are sent to a guest once it has written its first line,
 * instead of one second after its tender was called.
 *
 * @module
 */
import { tenderEnvironment } from "../../tests/support/checkout.ts";
import { exists } from "./checkout.ts";
import type { Missing } from "./host.ts";
import { type Ended, judge } from "./judge.ts";
import { start, type Started } from "./processes.ts";
import type { Result } from "./results.ts";
import { type Flood, pingArguments, SUITE, type SuiteTest } from "./suite.ts";
import { programPath, type Tree } from "./tree.ts";

/** How long a program may take to end when it is told to. */
const GRACE_MS = 5000;

/** How tests are run. */
export interface OwnRun {
  readonly tree: Tree;
  /** What the host does not offer. */
  readonly missing: Missing;
  /** How long a test may take. */
  readonly limitSeconds: number;
}

/** Runs the test of that name. */
export async function runOwn(name: string, run: OwnRun): Promise<Result> {
  const test = SUITE.find((each) => each.name === name);
  const reason = test === undefined
    ? "not known to the task's own driver"
    : skipReason(test, run.missing);
  if (reason !== undefined) return { name, outcome: "skip", lines: [reason] };
  return await runTest(test!, run);
}

/** Why a test is not run, if it is not. */
export function skipReason(test: SuiteTest, missing: Missing): string | undefined {
  return test.skipped ?? test.needs.map((need) => missing[need]).find(Boolean);
}

async function runTest(test: SuiteTest, run: OwnRun): Promise<Result> {
  const { tree } = run;
  for (const [name, bytes] of test.files ?? []) {
    Deno.writeFileSync(`${tree.files}/${name}`, new Uint8Array(bytes));
  }
  const tender = start(
    [programPath(tree, test.program), ...test.args(tree.files)],
    { cwd: `${tree.root}/tests`, env: tenderEnvironment() },
  );
  const { firstLine, text } = listen(tender.child.stdout);
  const errors = new Response(tender.child.stderr).text();
  const status = endOf(tender, run.limitSeconds);
  await Promise.race([firstLine, status]);
  const pings = (test.floods ?? []).map(flood);
  const ended: Ended = { status: await status, output: await text + await errors };
  const sent = await Promise.all(pings.map(finish));
  const wrong = judge(
    test.expected,
    ended,
    (name) => exists(`${tree.files}/${name}`),
  );
  for (const [name] of test.files ?? []) Deno.removeSync(`${tree.files}/${name}`);
  return {
    name: test.name,
    outcome: wrong.length === 0 ? "pass" : "fail",
    lines: wrong.length === 0
      ? []
      : [...wrong, ...sent, ...ended.output.trimEnd().split("\n")],
  };
}

/** Takes in what is written; a promise for the first line, one for all. */
function listen(stream: ReadableStream<BufferSource>) {
  const { promise: firstLine, resolve } = Promise.withResolvers<void>();
  const text = (async () => {
    let all = "";
    for await (const part of stream.pipeThrough(new TextDecoderStream())) {
      all += part;
      if (part.includes("\n")) resolve();
    }
    return all;
  })();
  return { firstLine, text };
}

/** Waits for the end, and brings it about after a time: undefined then. */
async function endOf(
  { child, signal }: Started,
  limitSeconds: number,
): Promise<number | undefined> {
  let late = false;
  const timers = [
    setTimeout(() => {
      late = true;
      signal("SIGTERM");
    }, limitSeconds * 1000),
    setTimeout(() => signal("SIGKILL"), limitSeconds * 1000 + GRACE_MS),
  ];
  const { code } = await child.status;
  timers.forEach(clearTimeout);
  return late ? undefined : code;
}

/** Starts to send requests. */
function flood(flood: Flood): Started {
  return start(["ping", ...pingArguments(flood)]);
}

/** Ends `ping` if need be, and returns what it has counted. */
async function finish({ child, signal }: Started): Promise<string> {
  signal("SIGINT");
  const { stdout, stderr } = await child.output();
  const text = new TextDecoder();
  return (text.decode(stdout) + text.decode(stderr)).trim().replaceAll("\n", " ");
}
