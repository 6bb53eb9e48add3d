/**
 * Texts that the kernel, or the host, has in files.
 *
 * @module
 */
import { SystemCallError } from "./errno.ts";
import { closeFile, openFile, readToEnd } from "./files.ts";

/** The most that is read of one, in bytes. */
const MOST_BYTES = 1 << 20;

/** Reads a file as text; undefined where it cannot be read. */
export function hostText(path: string): string | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openFile(path, "read");
    return new TextDecoder().decode(readToEnd(descriptor, path, MOST_BYTES));
  } catch (error) {
    if (error instanceof SystemCallError) return undefined;
    throw error;
  } finally {
    if (descriptor !== undefined) closeFile(descriptor);
  }
}
