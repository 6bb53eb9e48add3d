/**
 * Whether a test passes, as the suite judges it.
 *
 * @module
 */
import type { Expected } from "./suite.ts";

/** What a program that ended left. */
export interface Ended {
  /** Exit status; undefined if it had to be ended. */
  readonly status: number | undefined;
  /** Standard output and standard error. */
  readonly output: string;
}

/**
 * Holds what a program did against what the test expects.
 *
 * @param isFile whether the test's folder has a file of that name
 * @returns what is wrong, one line each
 */
export function judge(
  expected: Expected,
  { status, output }: Ended,
  isFile: (name: string) => boolean,
): string[] {
  const wrong: string[] = [];
  if (status === undefined) wrong.push("it did not end in time");
  else if (status !== expected.status) {
    wrong.push(`exit status ${status}, expected ${expected.status}`);
  }
  for (const text of expected.shows ?? []) {
    if (!output.includes(text)) wrong.push(`"${text}" is not in the output`);
  }
  if (expected.hides !== undefined && output.includes(expected.hides)) {
    wrong.push(`"${expected.hides}" is in the output`);
  }
  if (expected.core) {
    const core = /core\.solo5-hvt\.[0-9]*$/m.exec(output)?.[0];
    if (core === undefined) wrong.push("no line ends in core.solo5-hvt.NUMBER");
    else if (!isFile(core)) wrong.push(`there is no file ${core}`);
  }
  return wrong;
}
