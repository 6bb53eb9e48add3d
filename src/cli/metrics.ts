/**
 * `solo5 metrics`: the figures of all guests for monitoring.
 *
 * @module
 */
import { SystemCallError } from "../../ffi/errno.ts";
import { writeWholeFile } from "../../ffi/whole_files.ts";
import { ExitStatus } from "../contract/exit_status.ts";
import { encodeRaw } from "../contract/raw_text.ts";
import { OperatorError } from "../errors.ts";
import { openMetrics } from "../figures/openmetrics.ts";
import { METRICS } from "./description/figures.ts";
import { printUsage } from "./help.ts";
import { printText } from "./output.ts";
import { living } from "./ps.ts";
import { readWords } from "./words.ts";

/**
 * Writes the figures of the guests that run now.
 *
 * @param args what follows `metrics` on the command line
 * @throws {OperatorError} when they cannot be written
 */
export function metrics(args: readonly string[]): number {
  const { flags, help } = readWords(["metrics"], METRICS, args);
  const output = flags.get("--output");
  if (help) printUsage(["metrics"]);
  else if (output === undefined) printText(openMetrics(living()));
  else write(output, openMetrics(living()));
  return ExitStatus.SUCCESS;
}

function write(path: string, text: string): void {
  try {
    writeWholeFile(encodeRaw(path), new TextEncoder().encode(text));
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error;
    throw new OperatorError(
      `--output=${path}`,
      error.problem,
      "give a path that this user can write",
      error,
    );
  }
}
