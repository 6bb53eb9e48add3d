/**
 * `solo5 top`: the guests of this user, again and again.
 *
 * @module
 */
import { ExitStatus } from "../contract/exit_status.ts";
import { OperatorError } from "../errors.ts";
import type { GuestSeen } from "../figures/guests.ts";
import { tableOf } from "../figures/rows.ts";
import { TOP } from "./description/figures.ts";
import { printUsage } from "./help.ts";
import { printText } from "./output.ts";
import { living, pause, rowsOf } from "./ps.ts";
import { readWords } from "./words.ts";

const DEFAULT_INTERVAL_SECONDS = 2;

/** To the upper left corner; nothing is left below. */
const CLEAR = "\x1b[H\x1b[J";

/**
 * Lists the guests that run now until it is ended.
 *
 * @param args what follows `top` on the command line
 */
export async function top(args: readonly string[]): Promise<number> {
  const { flags, help } = readWords(["top"], TOP, args);
  if (help) {
    printUsage(["top"]);
    return ExitStatus.SUCCESS;
  }
  const interval = numberOf("--interval", flags.get("--interval")) ??
    DEFAULT_INTERVAL_SECONDS;
  const count = numberOf("--count", flags.get("--count")) ?? Infinity;
  const before = Deno.stdout.isTerminal() ? CLEAR : "";
  let earlier: readonly GuestSeen[] = [];
  for (let shown = 0; shown < count; shown++) {
    if (shown > 0) await pause(interval * 1000);
    const guests = living();
    const gap = shown > 0 && before === "" ? "\n" : before;
    printText(gap + tableOf(rowsOf(earlier, guests)));
    earlier = guests;
  }
  return ExitStatus.SUCCESS;
}

/** The longest interval: a timer's 2³¹ milliseconds are 24 days. */
const MOST = 86400;

function numberOf(flag: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  const whole = flag === "--count";
  const pattern = whole ? /^[1-9][0-9]{0,8}$/ : /^[0-9]{1,6}(\.[0-9]{1,3})?$/;
  if (pattern.test(value) && (whole || (number >= 0.1 && number <= MOST))) return number;
  throw new OperatorError(
    `${flag}=${value}`,
    whole ? "is no number of lists" : "is no interval",
    whole ? "give a whole number from 1 on" : `give seconds from 0.1 to ${MOST}`,
  );
}
