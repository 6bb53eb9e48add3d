/**
 * Assertions about images that are refused.
 *
 * @module
 */
import { assert, assertThrows } from "@std/assert";
import { ImageError } from "../../src/errors.ts";

/** The name of the file in every test that looks at messages. */
export const FILE = "app.elf";

/** What an error has to say, word for word. */
export interface Refusal {
  /** The structure. */
  readonly structure: string;
  /** Its offset in the file; none where the error is about the whole file. */
  readonly offset?: number;
  /** What was found. */
  readonly found: string;
  /** What was expected. */
  readonly expected: string;
}

/**
 * Fails unless `action` throws an ImageError whose message names the file, and
 * structure, offset, found and expected as given, in one line.
 */
export function assertRefused(action: () => unknown, refusal: Refusal): void {
  const { message } = assertThrows(action, ImageError);
  const { structure, offset, found, expected } = refusal;
  const at = offset === undefined ? "" : ` at offset 0x${offset.toString(16)}`;
  const sentence = `${FILE}: ${structure}${at}: found ${found}, expected ${expected}; `;
  assert(
    message.startsWith(sentence) && message.length > sentence.length,
    `expected "${sentence}…", got "${message}"`,
  );
  assert(!message.includes("\n"), "the message has more than one line");
}
