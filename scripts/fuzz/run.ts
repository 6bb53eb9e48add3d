/**
 * Judging many cases.
 *
 * @module
 */
import { type Case, makeCase } from "./cases.ts";
import { judge, type Problem, READERS, type Readers } from "./judge.ts";
import { minimize } from "./minimize.ts";

/** Which cases are judged. */
export interface Run {
  /** Seed of the first one; each next one has the next seed. */
  readonly seed: number;
  /** How many, at most. */
  readonly cases: number;
  /** For how long, at most. */
  readonly seconds?: number;
  /** The images that cases begin with. */
  readonly originals: readonly Uint8Array[];
  /** Who is judged; the project's readers if not given. */
  readonly readers?: Readers;
  /** Told before each case is judged how many were before it. */
  readonly onCase?: (done: number) => void;
  /** Told of each judgement, of which making a case smaller takes many. */
  readonly onJudgement?: () => void;
}

/** A problem, with the first case that showed it. */
export interface Finding {
  /** What is wrong. */
  readonly problem: Problem;
  /** The case's seed. */
  readonly seed: number;
  /** The case, made smaller. */
  readonly smallest: Case;
}

/** What came of many cases. */
export interface Outcome {
  /** How many were judged. */
  readonly cases: number;
  /** How often each answer came. */
  readonly answers: ReadonlyMap<string, number>;
  /** What is wrong: each problem once. */
  readonly findings: readonly Finding[];
}

/** How many cases are judged between two looks at the clock. */
const CLOCK_CASES = 64;

/** Judges cases until there are enough of them, or the time is over. */
export function runCases(run: Run): Outcome {
  const { seed: first, originals, readers = READERS } = run;
  const answers = new Map<string, number>();
  const findings = new Map<string, Finding>();
  const end = performance.now() + (run.seconds ?? Infinity) * 1000;
  const judged = (one: Case) => {
    run.onJudgement?.();
    return judge(one, readers);
  };
  const { stackTraceLimit } = Error;
  // Of many refusals the traces cost as much as the reading. One case shows its own.
  if (run.cases > 1) Error.stackTraceLimit = 0;
  let done = 0;
  for (; done < run.cases; done++) {
    if (done % CLOCK_CASES === 0 && performance.now() >= end) break;
    run.onCase?.(done);
    const seed = (first + done) >>> 0;
    const one = makeCase(seed, originals);
    const { answers: given, problem } = judged(one);
    for (const answer of given) answers.set(answer, (answers.get(answer) ?? 0) + 1);
    if (problem === undefined || findings.has(problem.kind)) continue;
    const { kind } = problem;
    const smallest = minimize(one, (smaller) => judged(smaller).problem?.kind === kind);
    findings.set(kind, { problem, seed, smallest });
  }
  Error.stackTraceLimit = stackTraceLimit;
  return { cases: done, answers, findings: [...findings.values()] };
}
