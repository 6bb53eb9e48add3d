/**
 * `solo5 ps`: the guests of this user.
 *
 * @module
 */
import { ExitStatus } from "../contract/exit_status.ts";
import { type GuestSeen, lookAround } from "../figures/guests.ts";
import { type Row, tableOf } from "../figures/rows.ts";
import { labelOf, ratesBetween, stateOf } from "../figures/state.ts";
import { statsOf } from "../figures/stats.ts";
import { requireHost } from "../machine/machine.ts";
import { PS } from "./description/figures.ts";
import { printUsage } from "./help.ts";
import { printText } from "./output.ts";
import { readWords } from "./words.ts";

/** How long rates are measured, in milliseconds. */
const RATE_MS = 250;

/**
 * Lists the guests that run now.
 *
 * @param args what follows `ps` on the command line
 */
export async function ps(args: readonly string[]): Promise<number> {
  const { flags, help } = readWords(["ps"], PS, args);
  if (help) printUsage(["ps"]);
  else if (flags.has("--json")) {
    printText(`${JSON.stringify(living().map(statsOf), undefined, 2)}\n`);
  } else {
    const earlier = living();
    if (earlier.length > 0) await pause(RATE_MS);
    printText(tableOf(rowsOf(earlier, living())));
  }
  return ExitStatus.SUCCESS;
}

/** Waits. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/**
 * Guests that run now, by name.
 *
 * @throws {OperatorError} where none can
 */
export function living(): GuestSeen[] {
  requireHost();
  return lookAround()
    .filter((guest) => guest.alive && stateOf(guest) !== "ended")
    .toSorted((one, other) => labelOf(one) < labelOf(other) ? -1 : 1);
}

/** Guests with the rates since an earlier look. */
export function rowsOf(
  earlier: readonly GuestSeen[],
  later: readonly GuestSeen[],
): Row[] {
  return later.map((guest) => {
    const before = earlier.find((each) => each.description.pid === guest.description.pid);
    return { guest, rates: before && ratesBetween(before, guest) };
  });
}
