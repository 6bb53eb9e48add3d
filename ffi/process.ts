/**
 * What the kernel knows of this process.
 *
 * @module
 */
import { SystemCallError } from "./errno.ts";
import { closeFile, openFile, readToEnd } from "./files.ts";

const COMMAND_LINE = "/proc/self/cmdline";

/**
 * The words that this process was started with, the program first, byte for
 * byte (man 5 proc_pid_cmdline); undefined where `/proc` is not there.
 */
export function commandLineOfProcess(): Uint8Array[] | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openFile(COMMAND_LINE, "read");
    return splitAtNul(readToEnd(descriptor, COMMAND_LINE));
  } catch (error) {
    if (error instanceof SystemCallError) return undefined;
    throw error;
  } finally {
    if (descriptor !== undefined) closeFile(descriptor);
  }
}

/**
 * A text that the kernel has of this process.
 *
 * @param name of the file in `/proc/self`
 * @throws {SystemCallError} where it cannot be read
 */
export function textOfProcess(name: string): string {
  const path = `/proc/self/${name}`;
  const descriptor = openFile(path, "read");
  try {
    return new TextDecoder().decode(readToEnd(descriptor, path));
  } finally {
    closeFile(descriptor);
  }
}

/** Each word has a NUL behind it. */
function splitAtNul(bytes: Uint8Array): Uint8Array[] {
  const words: Uint8Array[] = [];
  for (let start = 0, end = 0; start < bytes.length; start = end + 1) {
    end = bytes.indexOf(0, start);
    if (end < 0) end = bytes.length;
    words.push(bytes.subarray(start, end));
  }
  return words;
}
