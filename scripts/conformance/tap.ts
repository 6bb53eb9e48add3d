/**
 * What bats prints: the Test Anything Protocol, as far as bats uses it.
 *
 * @module
 */
import type { Result } from "./results.ts";

const TEST = /^(not )?ok \d+ (.*?)(?: # skip ?(.*))?$/;

/** Reads a result from a line that reports one. */
export function parseTestLine(line: string): Result | undefined {
  const [all, not, name, reason] = TEST.exec(line) ?? [];
  if (all === undefined) return undefined;
  if (reason !== undefined) {
    return { name: name!, outcome: "skip", lines: reason === "" ? [] : [reason] };
  }
  return { name: name!, outcome: not ? "fail" : "pass", lines: [] };
}

/**
 * Reads the results of a run. The comments that follow a test that failed say
 * what was seen; what is not of the protocol is left out.
 */
export function parseTap(lines: readonly string[]): Result[] {
  const results: Result[] = [];
  for (const line of lines) {
    const result = parseTestLine(line);
    const last = results.at(-1);
    if (result) results.push(result);
    else if (line.startsWith("#") && last?.outcome === "fail") {
      const seen = line.replace(/^# ?/, "");
      results[results.length - 1] = { ...last, lines: [...last.lines, seen] };
    }
  }
  return results;
}
