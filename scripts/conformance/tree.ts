/**
 * The tree that a run of the suite sees: links into the Solo5 checkout, and in
 * the three programs' places whatever is to be tested. The checkout itself is
 * only read.
 *
 * @module
 */
import type { Checkout } from "./checkout.ts";

/** Where the suite calls the programs, from the tree's root. */
const PROGRAMS = [
  "tenders/hvt/solo5-hvt",
  "tenders/hvt/solo5-hvt-debug",
  "elftool/solo5-elftool",
] as const;

/** Folders of a run. */
export interface Tree {
  /** Has what the suite has in a checkout. */
  readonly root: string;
  /** The tests' own files. */
  readonly files: string;
}

/**
 * Makes the folders of a run in a folder that exists.
 *
 * @param program what stands for all three programs, by the name that it is
 *   called under; undefined for the checkout's own
 */
export function makeTree(
  directory: string,
  checkout: Checkout,
  program: string | undefined,
): Tree {
  const root = `${directory}/solo5`, files = `${directory}/files`;
  for (
    const folder of [files, `${root}/tests`, `${root}/tenders/hvt`, `${root}/elftool`]
  ) {
    Deno.mkdirSync(folder, { recursive: true });
  }
  for (const { name } of Deno.readDirSync(`${checkout.path}/tests`)) {
    Deno.symlinkSync(`${checkout.path}/tests/${name}`, `${root}/tests/${name}`);
  }
  for (const place of PROGRAMS) {
    Deno.symlinkSync(program ?? `${checkout.path}/${place}`, `${root}/${place}`);
  }
  return { root, files };
}

/** The path of a program in the tree. */
export function programPath({ root }: Tree, name: string): string {
  return `${root}/${PROGRAMS.find((place) => place.endsWith(`/${name}`))}`;
}

/**
 * The configuration that the suite reads before each test: the checkout's, and
 * a skip of the tests that were not chosen. bats 0.4, which Solo5 brings, has no
 * way to choose.
 *
 * @param tests the names of those that were chosen
 */
export function makeconf(checkout: Checkout, tests: readonly string[]): string {
  return `. ${quote(`${checkout.path}/Makeconf.sh`)}
case $BATS_TEST_DESCRIPTION in
${tests.map(quote).join(" | ")}) ;;
*) skip "not chosen" ;;
esac
`;
}

/** A word for a POSIX shell. */
function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
