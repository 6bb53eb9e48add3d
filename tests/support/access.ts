/**
 * What this user may open.
 *
 * @module
 */
import { closeFile, openFile } from "../../ffi/files.ts";

/**
 * Says whether a file or device can be opened for reading and writing. Through
 * libc: Deno itself opens devices only to those who may do everything.
 */
export function canOpen(path: string): boolean {
  try {
    closeFile(openFile(path, "read-write"));
    return true;
  } catch {
    return false;
  }
}
