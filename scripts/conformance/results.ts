/**
 * What tests came to, and how two programs compare in them.
 *
 * @module
 */

/** How a test ended. */
export type Outcome = "pass" | "fail" | "skip";

/** One test with one program. */
export interface Result {
  /** The test's name in the suite. */
  readonly name: string;
  /** How it ended. */
  readonly outcome: Outcome;
  /** Why it was skipped, or what was seen when it failed. */
  readonly lines: readonly string[];
}

/** One test with both programs. */
export interface Row {
  /** The test's name in the suite. */
  readonly name: string;
  /** With Solo5's own program. */
  readonly theirs: Result;
  /** With ours. */
  readonly ours: Result;
}

/** Puts two runs of the same tests side by side, in the order of `names`. */
export function compare(
  names: readonly string[],
  theirs: readonly Result[],
  ours: readonly Result[],
): Row[] {
  const of = (results: readonly Result[], name: string): Result =>
    results.find((result) => result.name === name) ??
      { name, outcome: "fail", lines: ["the test was not run to its end"] };
  return names.map((name) => ({ name, theirs: of(theirs, name), ours: of(ours, name) }));
}

/** What passes with Solo5's program and does not with ours. */
export function regressions(rows: readonly Row[]): Row[] {
  return rows.filter(({ theirs, ours }) =>
    theirs.outcome === "pass" && ours.outcome !== "pass"
  );
}

/** Whether ours keeps up, in something at least. */
export function conforms(rows: readonly Row[]): boolean {
  return rows.some(({ theirs }) => theirs.outcome === "pass") &&
    regressions(rows).length === 0;
}

/** The table, what was seen of each failure, and the sum, as lines. */
export function report(rows: readonly Row[]): string[] {
  const width = Math.max(4, ...rows.map(({ name }) => name.length));
  const line = (name: string, theirs: string, ours: string, reason = "") =>
    `${name.padEnd(width)}  ${theirs.padEnd(6)}  ${ours.padEnd(4)}  ${reason}`.trimEnd();
  return [
    line("test", "theirs", "ours"),
    ...rows.map(({ name, theirs, ours }) =>
      line(name, theirs.outcome, ours.outcome, skipReason(theirs, ours))
    ),
    ...rows.flatMap(failures),
    "",
    summary(rows),
  ];
}

function skipReason(...results: readonly Result[]): string {
  const reasons = results.filter(({ outcome }) => outcome === "skip")
    .flatMap(({ lines }) => lines);
  return [...new Set(reasons)].join("; ");
}

function failures({ name, theirs, ours }: Row): string[] {
  return ([["theirs", theirs], ["ours", ours]] as const)
    .filter(([, { outcome }]) => outcome === "fail")
    .flatMap(([who, { lines }]) => [
      "",
      `${name}, ${who}:`,
      ...lines.map((line) => `  ${line}`.trimEnd()),
    ]);
}

function summary(rows: readonly Row[]): string {
  const passed = rows.filter(({ theirs }) => theirs.outcome === "pass").length;
  const lost = regressions(rows).map(({ name }) => name);
  const kept = `${passed} of ${rows.length} tests pass with Solo5's own programs`;
  if (passed === 0) return `${kept}: nothing could be compared`;
  if (lost.length === 0) return `${kept}, and with ours all of these`;
  return `${kept}, and with ours ${passed - lost.length} of these; not ${
    lost.join(", ")
  }`;
}
