/**
 * `solo5 stats`: all figures of a guest.
 *
 * @module
 */
import { ExitStatus } from "../contract/exit_status.ts";
import { OperatorError } from "../errors.ts";
import { lookAround } from "../figures/guests.ts";
import { labelOf } from "../figures/state.ts";
import { describeStats, statsOf } from "../figures/stats.ts";
import { requireHost } from "../machine/machine.ts";
import { STATS } from "./description/figures.ts";
import { printUsage } from "./help.ts";
import { PROGRAM } from "./invocation.ts";
import { printText } from "./output.ts";
import { readWords, wayOut } from "./words.ts";

/**
 * Shows one guest, or how it ended.
 *
 * @param args what follows `stats` on the command line
 * @throws {OperatorError} where there is none of this name
 */
export function stats(args: readonly string[]): number {
  const { flags, operands: [label], help } = readWords(["stats"], STATS, args);
  if (help) {
    printUsage(["stats"]);
    return ExitStatus.SUCCESS;
  }
  if (label === undefined) {
    throw new OperatorError("command line", "no guest given", wayOut(["stats"], STATS));
  }
  requireHost();
  const guest = lookAround().find((each) => labelOf(each) === label);
  if (guest === undefined) {
    throw new OperatorError(
      `"${label}"`,
      "this user has no guest of this name",
      `see ${PROGRAM} ps for those that run`,
    );
  }
  printText(
    flags.has("--json")
      ? `${JSON.stringify(statsOf(guest), undefined, 2)}\n`
      : describeStats(guest),
  );
  return ExitStatus.SUCCESS;
}
