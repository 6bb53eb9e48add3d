/**
 * The libc symbols that a program may look up, read from its sources. Pure.
 *
 * @module
 */

/** A group of symbols in a source. */
const GROUP = /\bsymbolGroup\("([^"]+)", \{\n([\s\S]*?)\n\}\)/g;

/** One of them, and its name where that is another. */
const SYMBOL = /^ {2}(\w+): \{((?:[^{}]|\{[^{}]*\})*)\}/gm;

/**
 * Lists the symbols that sources name, in order of the alphabet.
 *
 * @param sources the texts of a program's modules
 * @throws {Error} for a group that is written in another way
 */
export function libcSymbols(sources: readonly string[]): string[] {
  const names = new Set<string>();
  for (const text of sources) {
    const groups = [...text.matchAll(GROUP)];
    if (groups.length !== text.split(/= symbolGroup\(/).length - 1) {
      throw new Error("a group of symbols is not written as the others are");
    }
    for (const [, concern, table] of groups) {
      const symbols = [...table!.matchAll(SYMBOL)];
      if (symbols.length === 0) throw new Error(`the group ${concern} has no symbol`);
      for (const [, key, body] of symbols) {
        names.add(/\bname: "(\w+)"/.exec(body!)?.[1] ?? key!);
      }
    }
  }
  return [...names].sort();
}
