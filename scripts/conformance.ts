/**
 * `deno task conformance --solo5=DIR`: Solo5's own test suite for hvt and
 * elftool, with Solo5's programs and with ours in their place. Succeeds if ours
 * pass whatever theirs pass.
 *
 * @module
 */
import { OperatorError } from "../src/errors.ts";
import { tenderCommand, tenderEnvironment } from "../tests/support/checkout.ts";
import { program } from "../tests/support/programs.ts";
import { type Bats, canContain, findBats, runBats } from "./conformance/bats.ts";
import { type Checkout, exists, openCheckout } from "./conformance/checkout.ts";
import { runOwn } from "./conformance/driver.ts";
import { makeNetwork, type Missing, missingOnHost } from "./conformance/host.ts";
import { type Driver, type Options, parseOptions } from "./conformance/options.ts";
import { killAll } from "./conformance/processes.ts";
import { compare, conforms, report, type Result } from "./conformance/results.ts";
import { FLOODED, NETWORKED } from "./conformance/suite.ts";
import { makeTree, programPath, type Tree } from "./conformance/tree.ts";

/** The suite sends its floods one second after it has called the tender. */
const SLOW_START_MS = 500;

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

/** What does not belong to the table. */
function note(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}

/** Everything that a run of the suite needs. */
interface Plan {
  readonly options: Options;
  readonly checkout: Checkout;
  readonly tests: readonly string[];
  readonly missing: Missing;
  /** undefined where the task runs every test itself. */
  readonly bats: Bats | undefined;
}

function plan(options: Options): Plan {
  const checkout = openCheckout(options.solo5);
  const tests = checkout.tests.filter((name) => options.filter.test(name));
  if (tests.length === 0) {
    throw new OperatorError(
      `--filter=${options.filter.source}`,
      "matches no test for hvt or elftool",
      `give a part of a name in ${checkout.path}/tests/tests.bats`,
    );
  }
  if (options.program !== undefined && !exists(options.program)) {
    throw new OperatorError(
      `--program=${options.program}`,
      "there is no such file",
      "give the path of a program that behaves by the name it is called under",
    );
  }
  const bats = options.driver === "own" ? undefined : findBats(checkout);
  let missing = missingOnHost();
  if (bats && missing.network === undefined && !canContain()) {
    missing = { ...missing, network: "needs unshare (util-linux)" };
  }
  return { options, checkout, tests, missing, bats };
}

/** How long a program takes to start, in milliseconds, when it did so before. */
function startMs(tree: Tree): number {
  const command = program([programPath(tree, "solo5-hvt"), "--version"], {
    env: tenderEnvironment(),
    stdin: "null",
    stdout: "null",
    stderr: "null",
  });
  command.outputSync();
  const before = performance.now();
  command.outputSync();
  return performance.now() - before;
}

/** Decides who runs each test. */
function chooseDrivers(
  { options, tests, bats }: Plan,
  trees: readonly Tree[],
): (name: string) => Driver {
  if (bats === undefined) return () => "own";
  const flooded = tests.filter((name) => FLOODED.includes(name));
  if (options.driver === "bats" || flooded.length === 0) return () => "bats";
  const slowest = Math.max(...trees.map(startMs));
  if (slowest < SLOW_START_MS) return () => "bats";
  const seconds = (slowest / 1000).toFixed(1);
  note(
    `a tender takes ${seconds} s to start, too long for the suite's ping: ` +
      `without bats, unless --driver=bats: ${flooded.join(", ")}`,
  );
  return (name) => flooded.includes(name) ? "own" : "bats";
}

/** Runs the tests with what is in a tree. */
async function runSuite(
  { options, checkout, tests, missing, bats }: Plan,
  driverOf: (name: string) => Driver,
  who: string,
  tree: Tree,
): Promise<Result[]> {
  const onResult = ({ name, outcome }: Result) => note(`${who}: ${outcome} ${name}`);
  const withBats = (names: readonly string[], contained: boolean) =>
    runBats({ bats: bats!, checkout, tree, tests: names, contained, onResult });
  const plain = tests.filter((name) =>
    driverOf(name) === "bats" && !NETWORKED.includes(name)
  );
  const results = plain.length === 0 ? [] : await withBats(plain, false);
  for (const name of tests.filter((each) => !plain.includes(each))) {
    const networked = NETWORKED.includes(name);
    if (networked && missing.network !== undefined) {
      results.push({ name, outcome: "skip", lines: [missing.network] });
      continue;
    }
    if (networked) makeNetwork();
    if (driverOf(name) === "bats") results.push(...await withBats([name], true));
    else {
      const { limitSeconds } = options;
      const result = await runOwn(name, { tree, missing, limitSeconds });
      onResult(result);
      results.push(result);
    }
  }
  return results;
}

async function main(directory: string): Promise<number> {
  const planned = plan(parseOptions(Deno.args));
  const { checkout, options } = planned;
  const own = options.program === undefined
    ? tenderCommand()[0]!
    : Deno.realPathSync(options.program);
  const theirTree = makeTree(`${directory}/theirs`, checkout, undefined);
  const ourTree = makeTree(`${directory}/ours`, checkout, own);
  const driverOf = chooseDrivers(planned, [theirTree, ourTree]);
  const theirs = await runSuite(planned, driverOf, "theirs", theirTree);
  const ours = await runSuite(planned, driverOf, "ours", ourTree);
  const rows = compare(planned.tests, theirs, ours);
  report(rows).forEach(say);
  return conforms(rows) ? 0 : 1;
}

const directory = Deno.makeTempDirSync({ prefix: "solo5-conformance-" });

function cleanUp(): void {
  killAll();
  if (Deno.args.includes("--keep")) note(`kept ${directory}`);
  else Deno.removeSync(directory, { recursive: true });
}

for (const [signal, number] of [["SIGINT", 2], ["SIGTERM", 15], ["SIGHUP", 1]] as const) {
  Deno.addSignalListener(signal, () => {
    cleanUp();
    Deno.exit(128 + number);
  });
}

let status = 1;
try {
  status = await main(directory);
} catch (error) {
  if (!(error instanceof OperatorError)) throw error;
  note(`conformance: ${error.message}`);
} finally {
  cleanUp();
}
Deno.exit(status);
