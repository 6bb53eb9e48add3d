/**
 * What a report is written to: a file that gets its name when it is whole, or
 * something that is there already.
 *
 * @module
 */
import { checked, Errno, lastErrno, SystemCallError } from "./errno.ts";
import { cString } from "./files.ts";
import { statusOf } from "./held_file.ts";
import { symbolGroup } from "./libc.ts";
import { AccessMode, AT_SYMLINK_FOLLOW, OpenFlag } from "./linux/fcntl.ts";
import { AT_FDCWD, FileMode } from "./linux/stat.ts";
import { systemCall, trySystemCall } from "./system_call.ts";

const libc = symbolGroup("report", {
  // ssize_t write(int fd, const void *buf, size_t count)
  write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
});

/** A path, byte for byte. */
type Path = Uint8Array<ArrayBuffer>;

/** Permissions of a new file, of which the process's umask takes some. */
const MODE = 0o666;

/** What is at a path, without following a link. */
export function kindAt(path: Path, shown: string): "nothing" | "file" | "other" {
  const flags = OpenFlag.PATH | OpenFlag.NOFOLLOW | OpenFlag.CLOEXEC;
  const descriptor = trySystemCall("openat", AT_FDCWD, cString(path), flags);
  if (descriptor < 0 && lastErrno() === Errno.ENOENT) return "nothing";
  checked(descriptor, "open", shown);
  const kind = isFile(descriptor) ? "file" : "other";
  trySystemCall("close", descriptor);
  return kind;
}

/** Whether a descriptor is open on a regular file. */
function isFile(descriptor: number): boolean {
  return ((statusOf(descriptor)?.mode ?? 0) & FileMode.TYPE) === FileMode.REGULAR;
}

/**
 * Makes a file without a name.
 *
 * @param directory where it is to get one
 * @returns undefined where the file system has none
 * @throws {SystemCallError} when this user cannot make files there
 */
export function makeNameless(directory: Path, shown: string): number | undefined {
  const flags = AccessMode.RDWR | OpenFlag.TMPFILE | OpenFlag.CLOEXEC;
  const file = trySystemCall("openat", AT_FDCWD, cString(directory), flags, MODE);
  const none: readonly number[] = [Errno.EOPNOTSUPP, Errno.EISDIR, Errno.EINVAL];
  if (file < 0 && none.includes(lastErrno())) return undefined;
  return checked(file, "open", shown);
}

/** Makes a file that is not there yet. */
export function makeNew(path: Path, shown: string): number {
  const flags = AccessMode.RDWR | OpenFlag.CREAT | OpenFlag.EXCL | OpenFlag.CLOEXEC;
  return systemCall("openat", shown, AT_FDCWD, cString(path), flags, MODE);
}

/** Opens what is there: to be mapped where it is a file, else to be written to. */
export function openThere(path: Path, shown: string): number {
  const name = cString(path);
  const flags = OpenFlag.CLOEXEC | OpenFlag.NOCTTY | OpenFlag.NONBLOCK;
  const open = (mode: number) => trySystemCall("openat", AT_FDCWD, name, mode | flags);
  const stream = checked(open(AccessMode.WRONLY), "open", shown);
  if (!isFile(stream)) return stream;
  trySystemCall("close", stream);
  return checked(open(AccessMode.RDWR), "open", shown);
}

/** Whether a descriptor's file can be mapped: it is a regular one. */
export function canBeMapped(descriptor: number): boolean {
  return isFile(descriptor);
}

/**
 * Gives a nameless file its name.
 *
 * @returns false where something has this name
 */
export function giveName(file: number, path: Path, shown: string): boolean {
  const source = cString(`/proc/self/fd/${file}`);
  const target = cString(path);
  const result = trySystemCall(
    "linkat",
    AT_FDCWD,
    source,
    AT_FDCWD,
    target,
    AT_SYMLINK_FOLLOW,
  );
  if (result < 0 && lastErrno() === Errno.EEXIST) return false;
  checked(result, "linkat", shown);
  return true;
}

/** Gives a file another name; what had that one is gone. */
export function rename(from: Path, to: Path, shown: string): void {
  systemCall("renameat2", shown, AT_FDCWD, cString(from), AT_FDCWD, cString(to), 0);
}

/** Opens what {@link writeText} needs. */
export function openWriting(): void {
  libc();
}

/**
 * Writes to a descriptor for as long as it takes something.
 *
 * @returns why it did not take all, where it did not
 */
export function writeText(
  descriptor: number,
  bytes: Uint8Array<ArrayBuffer>,
  shown: string,
): SystemCallError | undefined {
  for (let done = 0; done < bytes.length;) {
    const rest = bytes.subarray(done);
    const count = Number(libc().write(descriptor, rest, BigInt(rest.length)));
    if (count <= 0) {
      const errno = count < 0 ? lastErrno() : Errno.ENOSPC;
      return new SystemCallError("write", shown, errno);
    }
    done += count;
  }
  return undefined;
}

/** Removes a file that was made here. */
export function remove(path: Path): void {
  trySystemCall("unlinkat", AT_FDCWD, cString(path), 0);
}
