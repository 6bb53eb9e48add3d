/**
 * Manual pages and completions, from the description of the command line.
 *
 * @module
 */
import type { PlacedText } from "./contents.ts";

/**
 * Makes them.
 *
 * @param _version the program's, as the pages show it
 * @param _date when it was made
 */
export function documents(_version: string, _date: Date): readonly PlacedText[] {
  return [];
}
