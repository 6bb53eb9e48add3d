/**
 * Holding what `solo5 check` says of a guest against what `solo5 run` does.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { Finding } from "../../src/cli/findings.ts";
import { ROOT } from "./checkout.ts";
import { checkSchema } from "./json_schema.ts";
import { withDirectory } from "./disk.ts";
import { hostTest, type Need } from "./needs.ts";
import { start, tender, type TenderOptions } from "./tender.ts";

const SCHEMA = JSON.parse(
  await Deno.readTextFile(`${ROOT}docs/schemas/check.schema.json`),
);

/** The last line of `--trace=sandbox`: the guest is sealed, and runs. */
const SEALED = "every other call kills";

/** What both say. */
export interface Agreement {
  /** Whether the guest starts. */
  readonly starts: boolean;
  /** What the check has found. */
  readonly findings: readonly Finding[];
  /** Of these the errors, as sentences. */
  readonly errors: readonly string[];
}

/**
 * Checks a guest and runs it, under the same circumstances, and sees that both say
 * the same: whether it starts, and if not, why.
 */
export async function agree(
  args: readonly string[],
  options: TenderOptions = {},
): Promise<Agreement> {
  const checked = await tender(["check", "--json", ...args], options);
  assertEquals(checked.stderr, "", "stderr of check");
  const value = JSON.parse(checked.stdout);
  assertEquals(checkSchema(SCHEMA, value), []);
  const findings: readonly Finding[] = value.findings;
  const refused = findings.filter(({ verdict }) => verdict === "error");
  const errors = refused.map(sentenceOf);
  const { starts, sentence } = await run(args, options);
  const what = `check: ${checked.stdout}\nrun: ${sentence}`;
  assertEquals([checked.status, value.ready], starts ? [0, true] : [1, false], what);
  assert(starts || errors.includes(sentence) || sentence === joined(refused), what);
  return { starts, findings, errors };
}

function sentenceOf({ thing, says, remedy }: Finding): string {
  return `${thing}: ${says}; ${remedy}`;
}

/** What a run says in one sentence of everything that is wrong with its flags. */
function joined(refused: readonly Finding[]): string | undefined {
  const [first] = refused.filter(({ thing, says }) =>
    thing === "command line" || says.startsWith(FLAGS)
  );
  if (first === undefined) return undefined;
  const { thing, remedy } = first;
  const prefix = first.says.startsWith(FLAGS) ? FLAGS : "";
  const all = refused.filter((each) =>
    each.thing === thing && each.says.startsWith(prefix)
  );
  const problems = all.map(({ says }) => says.slice(prefix.length)).join("; ");
  return `${thing}: ${prefix}${problems}; ${remedy}`;
}

const FLAGS = "cannot be run with these flags: ";

/** Runs a guest until it is sealed, or to its end. */
async function run(
  args: readonly string[],
  options: TenderOptions,
): Promise<{ starts: boolean; sentence: string }> {
  const running = start(["run", "--trace=sandbox", ...args], options);
  const starts = await running.hears(SEALED).then(() => true, () => false);
  if (starts) {
    try {
      running.child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
  }
  const { stderr, status } = await running.end();
  const last = stderr.trimEnd().split("\n").at(-1) ?? "";
  return { starts: starts || status === 0, sentence: last.replace(/^solo5: /, "") };
}

/** What a test has prepared. */
export interface Prepared {
  /** What is given to both. */
  readonly args: readonly string[];
  /** Where both run. */
  readonly options?: TenderOptions;
  /** Is called when both have been tried. */
  readonly over?: () => Promise<unknown> | void;
}

/** What may be so, and what is found then: nothing where the guest starts. */
export type Situation = readonly [
  what: string,
  needs: readonly Need[],
  prepare: (directory: string) => Promise<Prepared> | Prepared,
  ...errors: readonly RegExp[],
];

/** Declares a test for each. */
export function agreementTests(situations: readonly Situation[]): void {
  for (const [what, needs, prepare, ...errors] of situations) {
    const outcome = errors.length === 0 ? "starts" : "is refused";
    hostTest(
      `check says as run that a guest ${outcome} when ${what}`,
      needs,
      () =>
        withDirectory(async (directory) => {
          const { args, options, over } = await prepare(directory);
          try {
            const found = await agree(args, options);
            assertEquals(found.starts, errors.length === 0, `${found.errors}`);
            for (const error of errors) {
              assert(
                found.errors.some((each) => error.test(each)),
                `${error}: ${found.errors}`,
              );
            }
          } finally {
            await over?.();
          }
        }),
    );
  }
}

/** Has a tender run on a kernel that refuses these calls: `seccomp,prctl`. */
export function withoutCalls(calls: string): TenderOptions {
  return {
    shell:
      'exec "$DENO" run --quiet --no-prompt --no-config --allow-ffi --allow-run "$WITHOUT" "$CALLS" "$@"',
    env: {
      DENO: Deno.execPath(),
      WITHOUT: `${ROOT}tests/support/without_calls.ts`,
      CALLS: calls,
    },
  };
}

/** Has it run with one more GiB of addresses than the runtime has. */
export function withFewAddresses(): TenderOptions {
  return {
    shell:
      'shift; exec "$DENO" run --quiet --no-prompt --no-config --allow-ffi "$LIMITED" "$@"',
    env: {
      DENO: Deno.execPath(),
      LIMITED: `${ROOT}tests/support/with_address_limit.ts`,
    },
  };
}
