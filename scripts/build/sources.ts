/**
 * How the program's sources are changed before they are bundled. Pure: text in,
 * text out.
 *
 * @module
 */

const ROW = /^ {2}(\w+): \(\) => import\("\.\.\/modules\/\w+\/mod\.ts"\),$/;

/**
 * The modules that a table has rows of.
 *
 * @param table the text of `src/machine/parts.ts`
 */
export function modulesOf(table: string): string[] {
  return table.split("\n").flatMap((line) => ROW.exec(line)?.[1] ?? []);
}

/** The table with the rows of these modules alone. */
export function withModules(table: string, modules: readonly string[]): string {
  const keep = (line: string) => {
    const name = ROW.exec(line)?.[1];
    return name === undefined || modules.includes(name);
  };
  return table.split("\n").filter(keep).join("\n");
}

/** The text of `src/cli/release.ts` in a build. */
export function releaseSource(text: string, commit: string | undefined): string {
  const value = commit === undefined ? "undefined" : JSON.stringify(commit);
  return replaceOnce(
    text,
    "string | undefined = undefined;",
    `string | undefined = ${value};`,
  );
}

/**
 * A thread's module is named by its URL, which a bundler leaves as it is: the
 * bundle has it under another name, and beside the others.
 *
 * @param text the text of `src/modules/net/ring_thread.ts`
 */
export function withBundledThread(text: string): string {
  const named = replaceOnce(
    text,
    'new URL("./ring_worker.ts"',
    'new URL("./ring_worker.js"',
  );
  return replaceOnce(
    named,
    'export const embedded = () => import("./ring_worker.ts");',
    "",
  );
}

/** The modules that a module loads when they are needed, as it spells them. */
export function lazyImports(text: string): string[] {
  return Array.from(text.matchAll(/\bimport\(\s*"(\.[^"]+)"\s*\)/g), ([, path]) => path!);
}

function replaceOnce(text: string, from: string, to: string): string {
  if (text.split(from).length !== 2) {
    throw new Error(`the source has ${JSON.stringify(from)} not once`);
  }
  return text.replace(from, () => to);
}
