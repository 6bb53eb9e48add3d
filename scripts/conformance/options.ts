/**
 * The task's options.
 *
 * @module
 */
import { OperatorError } from "../../src/errors.ts";

/** Who runs a test: bats, from the suite's own file, or the task itself. */
export type Driver = "bats" | "own";

/** What the task is asked to do. */
export interface Options {
  /** A Solo5 checkout that was built. */
  readonly solo5: string;
  /** Our program; undefined for the checkout's `scripts/solo5`. */
  readonly program: string | undefined;
  /** Which tests, by their names in the suite. */
  readonly filter: RegExp;
  /** Who runs the tests; undefined for the task's choice. */
  readonly driver: Driver | undefined;
  /** How long a test may take that the task runs itself. */
  readonly limitSeconds: number;
  /** Whether the temporary tree stays. */
  readonly keep: boolean;
}

/** The suite's own limit for each test. */
const SUITE_LIMIT_SECONDS = 60;

const USAGE =
  "usage: deno task conformance --solo5=DIR [--program=PATH] [--filter=REGEX] [--driver=bats|own] [--limit=SECONDS] [--keep]";

const NAMES = ["solo5", "program", "filter", "driver", "limit"] as const;

/**
 * Reads the arguments; the last of repeated options wins.
 *
 * @throws {OperatorError} for what is not an option or has no such value
 */
export function parseOptions(args: readonly string[]): Options {
  const values: Partial<Record<typeof NAMES[number], string>> = {};
  let keep = false;
  for (const arg of args) {
    const [, name, value] = /^--([a-z0-9]+)=(.+)$/s.exec(arg) ?? [];
    const known = NAMES.find((each) => each === name);
    if (known) values[known] = value!;
    else if (arg === "--keep") keep = true;
    else throw new OperatorError(arg, "is not an option of this task", USAGE);
  }
  if (values.solo5 === undefined) {
    throw new OperatorError(
      "--solo5",
      "is missing",
      "give the folder of a Solo5 checkout that you built, --solo5=DIR",
    );
  }
  return {
    solo5: values.solo5,
    program: values.program,
    filter: parseFilter(values.filter ?? ""),
    driver: parseDriver(values.driver),
    limitSeconds: parseLimit(values.limit),
    keep,
  };
}

function parseFilter(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch {
    throw new OperatorError(
      `--filter=${text}`,
      "is not a regular expression",
      "escape what is meant literally",
    );
  }
}

function parseDriver(text: string | undefined): Driver | undefined {
  if (text === undefined || text === "bats" || text === "own") return text;
  throw new OperatorError(`--driver=${text}`, "is not a driver", "give bats or own");
}

function parseLimit(text = String(SUITE_LIMIT_SECONDS)): number {
  if (/^[1-9][0-9]{0,4}$/.test(text)) return Number(text);
  throw new OperatorError(
    `--limit=${text}`,
    "is not a number of seconds",
    "give a whole number from 1 to 99999",
  );
}
