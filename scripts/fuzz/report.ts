/**
 * Saying what came of many cases.
 *
 * @module
 */
import type { Finding, Outcome } from "./run.ts";

/** How a case is judged again. */
export function command(seed: number): string {
  return `deno task fuzz --seed=${seed} --cases=1`;
}

/**
 * Says what is wrong, how to see it again, and where the case is.
 *
 * @param path of the file that has the case
 */
export function describeFinding(finding: Finding, path: string): string[] {
  const { problem, seed, smallest } = finding;
  return [
    `${problem.kind}: ${problem.detail}`,
    `  again: ${command(seed)}`,
    `  smallest: ${path} (${smallest.bytes.length} bytes)`,
  ];
}

/** Those whose answers show whether cases get anywhere. */
const READERS = [
  "readImage",
  "queryManifest",
  "manifestFromJson standard",
  "readConfig",
] as const;

/**
 * Says how far the cases got, how fast, and whether something is wrong.
 *
 * @param seconds how long they took
 */
export function describeOutcome(outcome: Outcome, seconds: number): string[] {
  const { cases, findings } = outcome;
  const rate = Math.round(cases / seconds);
  const wrong = findings.length === 0 ? "nothing is wrong" : `${findings.length} wrong`;
  return [
    ...READERS.map((reader) => describeReader(outcome, reader)),
    `${cases} cases in ${seconds.toFixed(1)} s (${rate} a second): ${wrong}`,
  ];
}

function describeReader({ answers }: Outcome, reader: string): string {
  const refusals = [...answers].filter(([answer]) =>
    answer.startsWith(`${reader}: `) && answer !== `${reader}: ok`
  );
  const taken = answers.get(`${reader}: ok`) ?? 0;
  const asked = refusals.reduce((sum, [, count]) => sum + count, taken);
  return `${reader} took ${taken} of ${asked}, ${refusals.length} kinds of refusal`;
}
