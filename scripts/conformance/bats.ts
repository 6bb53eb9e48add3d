/**
 * Running tests of the suite with bats, the suite's file as it is.
 *
 * @module
 */
import { OperatorError } from "../../src/errors.ts";
import { tenderEnvironment } from "../../tests/support/checkout.ts";
import { type Checkout, exists, SUITE_FILE } from "./checkout.ts";
import { linesOf, start, succeeds } from "./processes.ts";
import type { Result } from "./results.ts";
import { parseTap, parseTestLine } from "./tap.ts";
import { makeconf, type Tree } from "./tree.ts";

/** A bats that can be called. */
export interface Bats {
  /** The program. */
  readonly program: string;
  /** Whether it has `--filter`, so that tests that were not chosen cost nothing. */
  readonly filters: boolean;
}

/**
 * The installed bats, else the one that Solo5 brings.
 *
 * @throws {OperatorError} if there is neither, or no bash
 */
export function findBats(checkout: Checkout): Bats {
  const brought = `${checkout.path}/tests/bats-core/bats`;
  for (const program of ["bats", brought]) {
    if (!succeeds([program, "--version"])) continue;
    return {
      program,
      filters: succeeds([program, "--count", "--filter", "^$", brought]),
    };
  }
  throw new OperatorError(
    "bats",
    exists(brought) ? "needs bash, which is not installed" : "is not installed",
    "install it, or have the task run the same tests by itself, --driver=own",
  );
}

/** Whether processes of a test can be held together, so that none is left over. */
export function canContain(): boolean {
  return succeeds([...CONTAINED, "true"]);
}

/**
 * A process namespace that ends with its first process: the suite leaves a
 * `ping` behind when a net test ends early, under `timeout`, which makes a
 * process group of its own.
 */
const CONTAINED = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"];

/** What to run, and how. */
export interface BatsRun {
  readonly bats: Bats;
  readonly checkout: Checkout;
  readonly tree: Tree;
  /** Names of the tests. */
  readonly tests: readonly string[];
  /** Whether no process of the tests may be left over; needs root. */
  readonly contained: boolean;
  /** Called with each result as it is there. */
  readonly onResult: (result: Result) => void;
}

/** Runs tests, and returns a result for each of them. */
export async function runBats(run: BatsRun): Promise<Result[]> {
  const { bats, checkout, tree, tests } = run;
  Deno.writeTextFileSync(`${tree.root}/Makeconf.sh`, makeconf(checkout, tests));
  const names = tests.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const { child, signal } = start([
    // A group of their own, which can be killed.
    "setsid",
    ...(run.contained ? CONTAINED : []),
    bats.program,
    "--tap",
    ...(bats.filters ? ["--filter", `^(${names.join("|")})$`] : []),
    `${tree.root}/${SUITE_FILE}`,
  ], {
    group: true,
    env: { ...tenderEnvironment(), TMPDIR: tree.files },
  });
  const complaints = new Response(child.stderr).text();
  const lines: string[] = [];
  for await (const line of linesOf(child.stdout)) {
    lines.push(line.replaceAll(`${tree.root}/`, ""));
    const result = parseTestLine(line);
    if (result && tests.includes(result.name)) run.onResult(result);
  }
  await child.status;
  signal("SIGKILL");
  const results = parseTap(lines).filter(({ name }) => tests.includes(name));
  const said = (await complaints).trimEnd().split("\n");
  const unheard = tests.filter((test) => !results.some(({ name }) => name === test));
  return [
    ...results,
    ...unheard.map((name): Result => ({
      name,
      outcome: "fail",
      lines: ["bats did not report on it", ...said],
    })),
  ];
}
