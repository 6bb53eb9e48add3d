/**
 * Small files in one piece: read to their end, and written whole or not at all.
 *
 * @module
 */
import { checked, Errno, lastErrno, SystemCallError } from "./errno.ts";
import { cString, type FileName, shown } from "./files.ts";
import { symbolGroup } from "./libc.ts";
import { AccessMode, OpenFlag } from "./linux/fcntl.ts";
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  FileMode,
  Statx,
  STATX_BASIC_STATS,
} from "./linux/stat.ts";

const reading = symbolGroup("whole files, read", {
  // int open(const char *pathname, int flags)
  open: { parameters: ["buffer", "i32"], result: "i32" },
  // ssize_t read(int fd, void *buf, size_t count)
  read: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  // int close(int fd)
  close: { parameters: ["i32"], result: "i32" },
});

const writing = symbolGroup("whole files, written", {
  // int open(const char *pathname, int flags, mode_t mode)
  open: { parameters: ["buffer", "i32", "u32"], result: "i32" },
  // ssize_t write(int fd, const void *buf, size_t count)
  write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  // int close(int fd)
  close: { parameters: ["i32"], result: "i32" },
  // int statx(int dirfd, const char *pathname, int flags, unsigned int mask,
  //           struct statx *statxbuf)
  statx: { parameters: ["i32", "buffer", "i32", "u32", "buffer"], result: "i32" },
  // int fchmod(int fd, mode_t mode)
  fchmod: { parameters: ["i32", "u32"], result: "i32" },
  // int fchown(int fd, uid_t owner, gid_t group)
  fchown: { parameters: ["i32", "u32", "u32"], result: "i32" },
  // int ftruncate(int fd, off_t length)
  ftruncate: { parameters: ["i32", "i64"], result: "i32" },
  // ssize_t readlink(const char *pathname, char *buf, size_t bufsiz)
  readlink: { parameters: ["buffer", "buffer", "usize"], result: "isize" },
  // int rename(const char *oldpath, const char *newpath)
  rename: { parameters: ["buffer", "buffer"], result: "i32" },
  // int unlink(const char *pathname)
  unlink: { parameters: ["buffer"], result: "i32" },
});

/** Descriptor of standard input. */
const STDIN = 0;

/** Bytes that one `read` asks for. */
const CHUNK_BYTES = 65536;

/**
 * Reads a file to its end; a FIFO is waited for, as its reader has to.
 *
 * @param path where it is; undefined for standard input
 * @param mostBytes how much is read of a file that does not end before
 * @throws {SystemCallError} when it cannot be opened or read
 */
export function readWholeFile(
  path: FileName | undefined,
  mostBytes: number,
): Uint8Array<ArrayBuffer> {
  const { open, read, close } = reading();
  const name = path === undefined ? "standard input" : shown(path);
  const descriptor = path === undefined
    ? STDIN
    : checked(open(cString(path), AccessMode.RDONLY | OpenFlag.CLOEXEC), "open", name);
  try {
    const bytes = new Uint8Array(mostBytes);
    let done = 0;
    while (done < mostBytes) {
      const room = bytes.subarray(done, done + CHUNK_BYTES);
      const count = Number(read(descriptor, room, BigInt(room.length)));
      if (checked(count, "read", name) === 0) break;
      done += count;
    }
    return bytes.slice(0, done);
  } finally {
    if (path !== undefined) close(descriptor);
  }
}

/** Permissions of a new file, of which the process's umask takes some. */
const NEW_FILE_MODE = 0o666;

/** Permissions of a new file until it has those of the one it replaces. */
const PRIVATE_MODE = 0o600;

/**
 * Writes a file as a whole: into a new file beside it, which then takes its
 * place with its owner and permissions. So a failure leaves what was there. A
 * link is followed. What is no regular file (a device, a FIFO) is written as it
 * is, and so is a file that cannot be replaced: in a directory where this user
 * can make none, mounted by itself, or of an owner whom this user cannot give a
 * file to.
 *
 * @throws {SystemCallError} when it cannot be opened, written or replaced
 */
export function writeWholeFile(file: FileName, bytes: Uint8Array<ArrayBuffer>): void {
  const { close, ftruncate } = writing();
  const path = bytePath(file);
  const name = shown(file);
  // What may not be written is not replaced either.
  const descriptor = openExisting(path, name);
  if (descriptor === undefined) return replace(followLinks(path), bytes, name);
  try {
    const earlier = statusOf(descriptor, name);
    if (earlier.type === FileMode.REGULAR) {
      if (tryReplace(followLinks(path), bytes, name, earlier)) return;
      writeAll(descriptor, bytes, name);
      checked(ftruncate(descriptor, BigInt(bytes.length)), "ftruncate", name);
    } else {
      writeAll(descriptor, bytes, name);
    }
  } finally {
    close(descriptor);
  }
}

/** A path of which each character is a byte: names need not be UTF-8. */
type BytePath = string;

function bytePath(name: FileName): BytePath {
  const bytes = typeof name === "string" ? new TextEncoder().encode(name) : name;
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

function cPath(path: BytePath): Uint8Array<ArrayBuffer> {
  return cString(Uint8Array.from(path, (byte) => byte.charCodeAt(0)));
}

/** What `statx` says of a file. */
interface FileStatus {
  readonly type: number;
  readonly permissions: number;
  readonly uid: number;
  readonly gid: number;
  /** Device and inode: equal for the same file only. */
  readonly identity: string;
}

function openExisting(path: BytePath, name: string): number | undefined {
  const flags = AccessMode.WRONLY | OpenFlag.CLOEXEC | OpenFlag.NOCTTY;
  const descriptor = writing().open(cPath(path), flags, 0);
  if (descriptor >= 0) return descriptor;
  const errno = lastErrno();
  if (errno === Errno.ENOENT) return undefined;
  throw new SystemCallError("open", name, errno);
}

/** The status of an open file, or of a path, whose last link is followed. */
function statusOf(file: number | BytePath, name: string): FileStatus {
  const [descriptor, path, flags] = typeof file === "number"
    ? [file, "", AT_EMPTY_PATH]
    : [AT_FDCWD, file, 0];
  const status = new DataView(new ArrayBuffer(Statx.size));
  const bytes = new Uint8Array(status.buffer);
  const { statx } = writing();
  const result = statx(descriptor, cPath(path), flags, STATX_BASIC_STATS, bytes);
  checked(result, "statx", name);
  const mode = status.getUint16(Statx.mode, true);
  const device = [Statx.deviceMajor, Statx.deviceMinor].map((at) =>
    status.getUint32(at, true)
  );
  return {
    type: mode & FileMode.TYPE,
    permissions: mode & FileMode.PERMISSIONS,
    uid: status.getUint32(Statx.uid, true),
    gid: status.getUint32(Statx.gid, true),
    identity: `${device} ${status.getBigUint64(Statx.inode, true)}`,
  };
}

/** How many links lead to a file at most, and how long a path is (`limits.h`). */
const MOST_LINKS = 40, PATH_BYTES = 4096;

/** The path behind a link, and behind the link that this is, … */
function followLinks(path: BytePath): BytePath {
  const target = new Uint8Array(PATH_BYTES);
  for (let links = 0; links < MOST_LINKS; links++) {
    const count = Number(
      writing().readlink(cPath(path), target, BigInt(target.length)),
    );
    if (count < 0) break;
    const text = bytePath(target.subarray(0, count));
    path = text.startsWith("/") ? text : directoryOf(path) + text;
  }
  return path;
}

/** The part of a path before the last name: "" or ending in a slash. */
function directoryOf(path: BytePath): BytePath {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

/** Failures that mean: a file cannot be replaced, but perhaps written. */
const CANNOT_REPLACE: ReadonlySet<number> = new Set([
  Errno.EACCES,
  Errno.EBUSY,
  Errno.EINVAL,
  Errno.EPERM,
  Errno.EROFS,
]);

/** Replaces an existing file; false, and nothing done, where that cannot be. */
function tryReplace(
  target: BytePath,
  bytes: Uint8Array<ArrayBuffer>,
  name: string,
  earlier: FileStatus,
): boolean {
  try {
    // The file may have no path any more, as with /dev/stdout.
    if (statusOf(target, name).identity !== earlier.identity) return false;
    replace(target, bytes, name, earlier);
    return true;
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error;
    const { call, errno } = error;
    if (call === "statx" || (call !== "write" && CANNOT_REPLACE.has(errno))) return false;
    throw error;
  }
}

/** Writes a new file beside the target, and gives it the target's name. */
function replace(
  target: BytePath,
  bytes: Uint8Array<ArrayBuffer>,
  name: string,
  earlier?: FileStatus,
): void {
  const { open, close, fchmod, fchown, rename, unlink } = writing();
  const random = crypto.getRandomValues(new Uint32Array(1))[0]!.toString(16);
  const path = cPath(`${directoryOf(target)}.solo5-${random}`);
  const flags = AccessMode.WRONLY | OpenFlag.CREAT | OpenFlag.EXCL | OpenFlag.CLOEXEC;
  const mode = earlier === undefined ? NEW_FILE_MODE : PRIVATE_MODE;
  const descriptor = checked(open(path, flags, mode), "open", name);
  let isOpen = true;
  try {
    writeAll(descriptor, bytes, name);
    if (earlier !== undefined) {
      const { uid, gid, permissions } = earlier;
      checked(fchown(descriptor, uid, gid), "fchown", name);
      checked(fchmod(descriptor, permissions), "fchmod", name);
    }
    isOpen = false;
    // Some file systems say only now that there is no room.
    checked(close(descriptor), "close", name);
    checked(rename(path, cPath(target)), "rename", name);
  } catch (error) {
    if (isOpen) close(descriptor);
    unlink(path);
    throw error;
  }
}

function writeAll(
  descriptor: number,
  bytes: Uint8Array<ArrayBuffer>,
  name: string,
): void {
  const { write } = writing();
  for (let done = 0; done < bytes.length;) {
    const rest = bytes.subarray(done);
    done += checked(Number(write(descriptor, rest, BigInt(rest.length))), "write", name);
  }
}
