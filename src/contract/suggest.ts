/**
 * What somebody may have meant who wrote a word that is not known. Nobody needs
 * it as long as nothing is wrong: load it then.
 *
 * @module
 */

/** A longer word is no slip of a known one, and would take long to compare. */
const LONGEST_WORD = 64;

/** From so many characters on, the beginning of a word is enough. */
const SHORTEST_BEGINNING = 3;

/**
 * Finds the known word that one which is not known may stand for: the only one
 * that begins so, or the nearest with at most one slip in three characters (one
 * too many, too few or another one, or two the wrong way round). Case does not
 * matter.
 *
 * @returns the known word, the first of equals; undefined where none is near
 */
export function suggest(word: string, known: readonly string[]): string | undefined {
  if (word.length > LONGEST_WORD) return undefined;
  const written = word.toLowerCase();
  if (written.length >= SHORTEST_BEGINNING) {
    const longer = known.filter((each) => each.toLowerCase().startsWith(written));
    if (longer.length === 1) return longer[0];
  }
  let nearest: string | undefined;
  let least = Math.floor(word.length / 3) + 1;
  for (const each of known) {
    const distance = slips(written, each.toLowerCase());
    if (distance < least) [nearest, least] = [each, distance];
  }
  return nearest;
}

/**
 * Says what {@link suggest} finds, for a sentence's way out.
 *
 * @returns `did you mean --net-mac? `, or nothing where nothing is near
 */
export function meant(word: string, known: readonly string[]): string {
  const found = suggest(word, known);
  return found === undefined ? "" : `did you mean ${found}? `;
}

/** Slips between two words: Damerau's and Levenshtein's distance, each pair once. */
function slips(left: string, right: string): number {
  let [before, last] = [[] as number[], Array.from({ length: right.length + 1 }, index)];
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1];
      const swapped = row > 1 && column > 1 && left[row - 1] === right[column - 2] &&
        left[row - 2] === right[column - 1];
      current.push(Math.min(
        last[column]! + 1,
        current[column - 1]! + 1,
        last[column - 1]! + (same ? 0 : 1),
        swapped ? before[column - 2]! + 1 : Infinity,
      ));
    }
    [before, last] = [last, current];
  }
  return last[right.length]!;
}

function index(_: unknown, position: number): number {
  return position;
}
