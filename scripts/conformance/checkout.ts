/**
 * The Solo5 checkout that the suite is in.
 *
 * @module
 */
import { OperatorError } from "../../src/errors.ts";

/** A checkout that was built. */
export interface Checkout {
  /** Its folder, absolute. */
  readonly path: string;
  /** The suite's tests for hvt and elftool, by name and in order. */
  readonly tests: readonly string[];
}

/** The suite, in the checkout. */
export const SUITE_FILE = "tests/tests.bats";

/** What the build leaves there, and the suite needs. */
const BUILT = [
  "Makeconf.sh",
  "tenders/hvt/solo5-hvt",
  "tenders/hvt/solo5-hvt-debug",
  "elftool/solo5-elftool",
  "tests/test_hello/test_hello.hvt",
];

/** @throws {OperatorError} if it is no checkout of Solo5, or was not built */
export function openCheckout(directory: string): Checkout {
  const option = `--solo5=${directory}`;
  let path: string, suite: string;
  try {
    path = Deno.realPathSync(directory);
    suite = Deno.readTextFileSync(`${path}/${SUITE_FILE}`);
  } catch {
    throw new OperatorError(
      option,
      `there is no ${SUITE_FILE}`,
      "give the folder of a Solo5 checkout",
    );
  }
  const missing = BUILT.find((file) => !exists(`${path}/${file}`));
  if (missing !== undefined) {
    throw new OperatorError(
      option,
      `it was not built, ${missing} is missing`,
      "run ./configure.sh and make there",
    );
  }
  return { path, tests: testNames(suite) };
}

/** Whether there is such a file or folder. */
export function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Finds the names of the tests for hvt and elftool in the text of the suite. */
export function testNames(suite: string): string[] {
  return Array.from(
    suite.matchAll(/^\s*@test\s+"([^"]* (?:hvt|elftool))"\s+\{/gm),
    ([, name]) => name!,
  );
}
