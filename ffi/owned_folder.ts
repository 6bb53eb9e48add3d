/**
 * Files in a folder that nobody but this user can write to, each held by who
 * made it with a lock that ends with its process.
 *
 * @module
 */
import { checked, Errno, lastErrno, SystemCallError } from "./errno.ts";
import { closeFile, cString, type FileName, shown } from "./files.ts";
import { AccessMode, FcntlCommand, OpenFlag } from "./linux/fcntl.ts";
import { RecordLock, RecordLockType } from "./linux/fcntl.ts";
import { AT_EMPTY_PATH, AT_FDCWD, FileMode, Statx } from "./linux/stat.ts";
import { STATX_BASIC_STATS } from "./linux/stat.ts";
import { systemCall, trySystemCall } from "./system_call.ts";

/** Write permission for a group, or for everybody. */
const OTHERS_WRITE = 0o022;

/** Permissions of what is made here. */
const FOLDER_MODE = 0o700, FILE_MODE = 0o600;

const FLAGS = OpenFlag.NOFOLLOW | OpenFlag.CLOEXEC | OpenFlag.NONBLOCK;

/**
 * Opens a folder that is this user's and that nobody else can write to.
 *
 * @param make whether to make it where it is missing; not the folders above it
 * @returns its descriptor; undefined where there is no such folder, or it is not so
 */
export function openOwnedFolder(
  path: FileName,
  user: number,
  make: boolean,
): number | undefined {
  const name = cString(path);
  const flags = AccessMode.RDONLY | OpenFlag.DIRECTORY | FLAGS;
  const open = () => trySystemCall("openat", AT_FDCWD, name, flags);
  let folder = open();
  if (folder < 0 && make && lastErrno() === Errno.ENOENT) {
    trySystemCall("mkdirat", AT_FDCWD, name, FOLDER_MODE);
    folder = open();
  }
  if (folder < 0) return undefined;
  const status = statusOf(folder);
  if (status?.user === user && (status.mode & OTHERS_WRITE) === 0) return folder;
  closeFile(folder);
  return undefined;
}

/** What `statx` says of an open file. */
interface Status {
  readonly user: number;
  readonly mode: number;
  readonly links: number;
  readonly sizeBytes: number;
}

function statusOf(descriptor: number): Status | undefined {
  const bytes = new Uint8Array(Statx.size);
  const empty = cString("");
  const result = trySystemCall(
    "statx",
    descriptor,
    empty,
    AT_EMPTY_PATH,
    STATX_BASIC_STATS,
    bytes,
  );
  if (result < 0) return undefined;
  const view = new DataView(bytes.buffer);
  return {
    user: view.getUint32(Statx.uid, true),
    mode: view.getUint16(Statx.mode, true),
    links: view.getUint32(Statx.links, true),
    sizeBytes: Number(view.getBigUint64(Statx.sizeBytes, true)),
  };
}

/** Whether an open file is a regular one of this user's that still has its name. */
function isOwnFile(status: Status | undefined, user: number): boolean {
  return status?.user === user && status.links === 1 &&
    (status.mode & FileMode.TYPE) === FileMode.REGULAR;
}

function lockRequest(type: number): Uint8Array<ArrayBuffer> {
  const request = new Uint8Array(RecordLock.size);
  new DataView(request.buffer).setInt16(RecordLock.type, type, true);
  return request;
}

/** Takes the lock of an open file (man 2 fcntl, open file description locks). */
function tryLock(descriptor: number): boolean {
  const request = lockRequest(RecordLockType.WRITE);
  return trySystemCall("fcntl", descriptor, FcntlCommand.OFD_SETLK, request) === 0;
}

/** Whether somebody holds the lock of an open file. Takes nothing. */
export function isLocked(descriptor: number): boolean {
  const request = lockRequest(RecordLockType.READ);
  const result = trySystemCall("fcntl", descriptor, FcntlCommand.OFD_GETLK, request);
  const type = new DataView(request.buffer).getInt16(RecordLock.type, true);
  return result === 0 && type !== RecordLockType.NONE;
}

/**
 * Opens or makes a file in a folder, takes its lock, which this process holds to
 * its end, and empties it.
 *
 * @returns its descriptor; undefined where somebody else holds it
 * @throws {SystemCallError} when there can be none
 */
export function holdFile(
  folder: number,
  name: string,
  user: number,
): number | undefined {
  // A reader may take the file away between opening and locking: once, or twice.
  for (let attempt = 0; attempt < 8; attempt++) {
    const flags = AccessMode.RDWR | OpenFlag.CREAT | FLAGS;
    const text = cString(name);
    const file = systemCall("openat", name, folder, text, flags, FILE_MODE);
    if (!tryLock(file)) {
      closeFile(file);
      return undefined;
    }
    const status = statusOf(file);
    if (isOwnFile(status, user)) {
      systemCall("ftruncate", name, file, 0);
      return file;
    }
    closeFile(file);
    if (status === undefined || status.links !== 0) break;
  }
  throw new SystemCallError("openat", name, Errno.EEXIST);
}

/**
 * Writes an empty file: no store into it can want for room any more.
 *
 * @throws {SystemCallError} where it cannot have all
 */
export function fillFile(
  file: number,
  bytes: Uint8Array<ArrayBuffer>,
  name: string,
): void {
  const count = systemCall("pwrite64", name, file, bytes, bytes.length, 0);
  if (count !== bytes.length) throw new SystemCallError("pwrite64", name, Errno.ENOSPC);
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
      shown("folder"),
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
