/**
 * Files of a folder that is this user's, seen by somebody who does not hold them.
 *
 * @module
 */
import { checked } from "./errno.ts";
import { closeFile, cString, type FileName } from "./files.ts";
import { FLAGS, isOwnFile, lockRequest, statusOf, tryLock } from "./held_file.ts";
import { AccessMode, FcntlCommand, RecordLock, RecordLockType } from "./linux/fcntl.ts";
import { trySystemCall } from "./system_call.ts";

/** Whether somebody holds the lock of an open file. Takes nothing. */
export function isLocked(descriptor: number): boolean {
  const request = lockRequest(RecordLockType.READ);
  const result = trySystemCall("fcntl", descriptor, FcntlCommand.OFD_GETLK, request);
  const type = new DataView(request.buffer).getInt16(RecordLock.type, true);
  return result === 0 && type !== RecordLockType.NONE;
}

/**
 * Opens a file of a folder for reading.
 *
 * @returns undefined where it is none of this user's regular files
 */
export function openOwnFile(
  folder: number,
  name: string,
  user: number,
): { readonly file: number; readonly sizeBytes: number } | undefined {
  const flags = AccessMode.RDONLY | FLAGS;
  const file = trySystemCall("openat", folder, cString(name), flags);
  if (file < 0) return undefined;
  const status = statusOf(file);
  if (status !== undefined && isOwnFile(status, user)) {
    return { file, sizeBytes: status.sizeBytes };
  }
  closeFile(file);
  return undefined;
}

/**
 * Removes a file that nobody holds.
 *
 * @returns whether it is gone
 */
export function removeUnheld(folder: number, name: string, user: number): boolean {
  return withUnheld(
    folder,
    name,
    user,
    () => trySystemCall("unlinkat", folder, cString(name), 0) === 0,
  );
}

/**
 * Writes into a file that nobody holds.
 *
 * @returns whether that was done
 */
export function writeUnheld(
  folder: number,
  name: string,
  user: number,
  bytes: Uint8Array<ArrayBuffer>,
  offset: number,
): boolean {
  return withUnheld(
    folder,
    name,
    user,
    (file) =>
      trySystemCall("pwrite64", file, bytes, bytes.length, offset) === bytes.length,
  );
}

function withUnheld(
  folder: number,
  name: string,
  user: number,
  action: (file: number) => boolean,
): boolean {
  const flags = AccessMode.RDWR | FLAGS;
  const file = trySystemCall("openat", folder, cString(name), flags);
  if (file < 0) return false;
  try {
    // Who holds the lock of a file with a name has the file of that name.
    return tryLock(file) && isOwnFile(statusOf(file), user) && action(file);
  } finally {
    closeFile(file);
  }
}

/** Bytes that one reading of a folder takes. */
const ENTRIES_BYTES = 32768;

/** `struct linux_dirent64` (man 2 getdents). */
const Entry = { recordBytes: 16, name: 19 } as const;

/**
 * Lists the names in a folder, in no order; those that are not UTF-8 are left out.
 *
 * @throws {SystemCallError} when it cannot be read
 */
export function namesIn(folder: number): string[] {
  const names: string[] = [];
  const bytes = new Uint8Array(ENTRIES_BYTES);
  const view = new DataView(bytes.buffer);
  for (;;) {
    const count = checked(
      trySystemCall("getdents64", folder, bytes, bytes.length),
      "getdents64",
      "folder",
    );
    if (count === 0) return names;
    for (let at = 0; at < count;) {
      const next = at + view.getUint16(at + Entry.recordBytes, true);
      const name = bytes.subarray(at + Entry.name, next);
      const text = new TextDecoder().decode(name.subarray(0, name.indexOf(0)));
      if (text !== "." && text !== ".." && !text.includes("\ufffd")) names.push(text);
      at = next;
    }
  }
}

/** Removes a folder that has nothing in it. */
export function removeFolder(path: FileName): void {
  trySystemCall("rmdir", cString(path));
}
