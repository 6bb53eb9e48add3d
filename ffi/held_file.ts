/**
 * A file in a folder that nobody but this user can write to, held with a lock that
 * ends with this process.
 *
 * @module
 */
import { Errno, lastErrno, SystemCallError } from "./errno.ts";
import { closeFile, cString, type FileName } from "./files.ts";
import { AccessMode, FcntlCommand, OpenFlag } from "./linux/fcntl.ts";
import { RecordLock, RecordLockType } from "./linux/fcntl.ts";
import { AT_EMPTY_PATH, AT_FDCWD, FileMode, Statx } from "./linux/stat.ts";
import { STATX_BASIC_STATS } from "./linux/stat.ts";
import { systemCall, trySystemCall } from "./system_call.ts";

/** Write permission for a group, or for everybody. */
const OTHERS_WRITE = 0o022;

/** Root may look at everybody's. */
const ROOT = 0;

/** Permissions of what is made here. */
const FOLDER_MODE = 0o700, FILE_MODE = 0o600;

/** How files are opened there, whatever they are: no link is followed, nothing waited for. */
export const FLAGS = OpenFlag.NOFOLLOW | OpenFlag.CLOEXEC | OpenFlag.NONBLOCK;

/**
 * Opens a folder that is this user's and that nobody else can write to; for root,
 * where it is not to be made, one of anybody's.
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
  const owned = status?.user === user || (user === ROOT && !make);
  if (owned && ((status?.mode ?? OTHERS_WRITE) & OTHERS_WRITE) === 0) return folder;
  closeFile(folder);
  return undefined;
}

/** What `statx` says of an open file. */
export interface Status {
  /** Whose it is. */
  readonly user: number;
  /** Type and permissions. */
  readonly mode: number;
  /** How many names it has. */
  readonly links: number;
  /** Its size. */
  readonly sizeBytes: number;
}

/** Asks; undefined where the kernel does not say. */
export function statusOf(descriptor: number): Status | undefined {
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
export function isOwnFile(status: Status | undefined, user: number): boolean {
  return status?.user === user && status.links === 1 &&
    (status.mode & FileMode.TYPE) === FileMode.REGULAR;
}

/** What is asked of a lock: the whole file. */
export function lockRequest(type: number): Uint8Array<ArrayBuffer> {
  const request = new Uint8Array(RecordLock.size);
  new DataView(request.buffer).setInt16(RecordLock.type, type, true);
  return request;
}

/** Takes the lock of an open file (man 2 fcntl, open file description locks). */
export function tryLock(descriptor: number): boolean {
  const request = lockRequest(RecordLockType.WRITE);
  return trySystemCall("fcntl", descriptor, FcntlCommand.OFD_SETLK, request) === 0;
}

/**
 * Opens or makes a file in a folder and takes its lock, which this process holds
 * to its end.
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
    if (isOwnFile(status, user)) return file;
    closeFile(file);
    if (status === undefined || status.links !== 0) break;
  }
  throw new SystemCallError("openat", name, Errno.EEXIST);
}

/**
 * Writes the beginning of a file: no store into it can want for room any more.
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

/** Leaves nothing in a file. */
export function emptyFile(file: number, name: string): void {
  systemCall("ftruncate", name, file, 0);
}
