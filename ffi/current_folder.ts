/**
 * The process's current directory.
 *
 * @module
 */
import { trySystemCall } from "./system_call.ts";

/** The longest path that the kernel gives, with its NUL (`PATH_MAX`). */
const PATH_BYTES = 4096;

/**
 * The path of the current directory, byte for byte; undefined where it has none: it
 * was deleted, or is outside of the process's root folder.
 */
export function currentFolderPath(): Uint8Array<ArrayBuffer> | undefined {
  const room = new Uint8Array(PATH_BYTES);
  const length = trySystemCall("getcwd", room, room.length);
  // Outside of the root folder it begins with "(unreachable)".
  return length > 1 && room[0] === 0x2f ? room.slice(0, length - 1) : undefined;
}
