/**
 * A file that nobody sees under its name before it is complete: it has no name
 * until then, or, on file systems that have no files without one, a hidden name.
 *
 * @module
 */
import { checked, Errno, lastErrno, SystemCallError } from "./errno.ts";
import { giveFile, mayChange } from "./file_kind.ts";
import { closeFile, cString, type FileName, shown } from "./files.ts";
import type { UserIds } from "./identity.ts";
import { symbolGroup } from "./libc.ts";
import {
  AccessMode,
  AT_SYMLINK_FOLLOW,
  OpenFlag,
  RENAME_NOREPLACE,
} from "./linux/fcntl.ts";
import { AT_FDCWD } from "./linux/stat.ts";
import { Vector } from "./vectors.ts";

const libc = symbolGroup("hidden files", {
  // int openat(int dirfd, const char *pathname, int flags, mode_t mode)
  openat: { parameters: ["i32", "buffer", "i32", "u32"], result: "i32" },
  // int linkat(int olddirfd, const char *old, int newdirfd, const char *new, int flags)
  linkat: { parameters: ["i32", "buffer", "i32", "buffer", "i32"], result: "i32" },
  // int unlinkat(int dirfd, const char *pathname, int flags)
  unlinkat: { parameters: ["i32", "buffer", "i32"], result: "i32" },
  // int renameat2(int olddirfd, const char *old, int newdirfd, const char *new,
  //               unsigned int flags)
  renameat2: { parameters: ["i32", "buffer", "i32", "buffer", "u32"], result: "i32" },
  // int ftruncate(int fd, off_t length)
  ftruncate: { parameters: ["i32", "i64"], result: "i32" },
  // int fsync(int fd)
  fsync: { parameters: ["i32"], result: "i32" },
  // ssize_t pwrite(int fd, const void *buf, size_t count, off_t offset)
  pwrite: { parameters: ["i32", "buffer", "usize", "i64"], result: "isize" },
  // ssize_t pwritev(int fd, const struct iovec *iov, int iovcnt, off_t offset)
  pwritev: { parameters: ["i32", "pointer", "i32", "i64"], result: "i32" },
});

/** Where the kernel shows this process's descriptors as files (man 5 proc). */
const DESCRIPTORS = "/proc/self/fd";

/** For its owner alone. */
const MODE = 0o600;

/** A file on its way, open for writing. */
export class HiddenFile {
  /** The directory that it gets its name in. */
  readonly directory: number;
  readonly #name: string;
  /** The file. */
  readonly descriptor: number;
  /** Where the file can be found until it has its name. */
  readonly #hiddenAt: { readonly directory: number; readonly name: string };
  readonly #nameless: boolean;
  readonly #vector = new Vector();
  #open = true;
  /** Whether it has its name, and nothing in it. */
  #earlyName = false;

  private constructor(
    directory: number,
    name: string,
    descriptor: number,
    hiddenAt: { readonly directory: number; readonly name: string },
  ) {
    this.directory = directory;
    this.#name = name;
    this.descriptor = descriptor;
    this.#hiddenAt = hiddenAt;
    this.#nameless = hiddenAt.directory !== directory;
  }

  /**
   * Makes an empty file without a name in a directory (man 2 open, `O_TMPFILE`);
   * where the file system has none, one with a hidden name. This is all that has
   * to be opened.
   *
   * @param name what it is to be called there
   * @throws {SystemCallError} when there is no such directory, or it is not for
   * this user to write
   */
  static create(path: FileName, name: string): HiddenFile {
    try {
      return HiddenFile.createNameless(path, name);
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      return HiddenFile.createNamed(path, name);
    }
  }

  /** Makes one without a name, which is gone when this process is. */
  static createNameless(path: FileName, name: string): HiddenFile {
    return inDirectory(path, (directory) => {
      const flags = AccessMode.WRONLY | OpenFlag.TMPFILE;
      const descriptor = openAt(directory, ".", flags, path);
      try {
        // A descriptor gets a name through the link that the kernel shows for it;
        // without that link it takes a privilege (man 2 open).
        const descriptors = openDirectory(DESCRIPTORS);
        const hiddenAt = { directory: descriptors, name: String(descriptor) };
        return new HiddenFile(directory, name, descriptor, hiddenAt);
      } catch (error) {
        closeFile(descriptor);
        throw error;
      }
    });
  }

  /** Makes one with a hidden name, which a process that is killed leaves there. */
  static createNamed(path: FileName, name: string): HiddenFile {
    return inDirectory(path, (directory) => {
      const random = crypto.getRandomValues(new Uint8Array(4)).toHex();
      const hiddenAt = { directory, name: `.${name}.${random}.partial` };
      const flags = AccessMode.WRONLY | OpenFlag.CREAT | OpenFlag.EXCL;
      const descriptor = openAt(directory, hiddenAt.name, flags, path);
      return new HiddenFile(directory, name, descriptor, hiddenAt);
    });
  }

  /** Whether it has its name before anything is in it. */
  get hasName(): boolean {
    return this.#earlyName;
  }

  /** The directory that it is found in until then: this process's descriptors. */
  get hiddenIn(): number {
    return this.#hiddenAt.directory;
  }

  /**
   * Lets a user who is not its owner finish it: it becomes that user's. Where the
   * directory is not for that user to change, it gets its name at once, as nobody
   * could give it one later, or take it away.
   *
   * @throws {SystemCallError} when that cannot be
   */
  handOver(user: UserIds): void {
    if (mayChange(this.directory, user)) giveFile(this.descriptor, user);
    else {
      this.publish();
      this.#earlyName = true;
    }
  }

  /**
   * Sets its length; what nothing is written to is a hole, and reads as zeros.
   *
   * @throws {SystemCallError} when the file system or a limit does not allow it
   */
  setLength(bytes: number): void {
    checked(libc().ftruncate(this.descriptor, BigInt(bytes)), "ftruncate", this.#name);
  }

  /** Writes bytes of JavaScript's heap. */
  write(offset: number, bytes: Uint8Array<ArrayBuffer>): void {
    this.#write(offset, bytes.length, (at, done) => {
      const rest = bytes.subarray(done);
      return Number(libc().pwrite(this.descriptor, rest, BigInt(rest.length), at));
    });
  }

  /**
   * Writes memory of this process from where it is.
   *
   * @param locate points the vector at what is left when so many bytes are done
   * @throws {SystemCallError} when not all of it can be written
   */
  writeMemory(
    offset: number,
    length: number,
    locate: (vector: Vector, done: number) => void,
  ): void {
    this.#write(offset, length, (at, done) => {
      locate(this.#vector, done);
      return libc().pwritev(this.descriptor, this.#vector.pointer, 1, at);
    });
  }

  #write(
    offset: number,
    length: number,
    some: (at: bigint, done: number) => number,
  ): void {
    for (let done = 0; done < length;) {
      const count = some(BigInt(offset + done), done);
      if (count > 0) done += count;
      else if (count === 0 || lastErrno() !== Errno.EINTR) {
        const errno = count === 0 ? Errno.ENOSPC : lastErrno();
        throw new SystemCallError("pwritev", this.#name, errno);
      }
    }
  }

  /**
   * Gives it its name, when everything is on the disk. A file that has this name
   * already stays.
   *
   * @throws {SystemCallError} EEXIST where there is one
   */
  publish(): void {
    const { fsync, linkat } = libc();
    checked(fsync(this.descriptor), "fsync", this.#name);
    const named = this.#earlyName;
    this.#earlyName = false;
    if (named) return;
    const result = linkat(
      this.#hiddenAt.directory,
      cString(this.#hiddenAt.name),
      this.directory,
      cString(this.#name),
      this.#nameless ? AT_SYMLINK_FOLLOW : 0,
    );
    if (result < 0 && !this.#nameless && hasNoLinks(lastErrno())) this.#rename();
    else checked(result, "linkat", this.#name);
  }

  #rename(): void {
    const result = libc().renameat2(
      this.directory,
      cString(this.#hiddenAt.name),
      this.directory,
      cString(this.#name),
      RENAME_NOREPLACE,
    );
    checked(result, "renameat2", this.#name);
  }

  /**
   * Lets go of it; unless it was published it is gone. May be called again.
   *
   * @returns false where it has its name, and stays although it is empty
   */
  close(): boolean {
    if (!this.#open) return true;
    this.#open = false;
    const gone = !this.#earlyName ||
      libc().unlinkat(this.directory, cString(this.#name), 0) === 0;
    // Not there any more where it was renamed.
    if (!this.#nameless) {
      libc().unlinkat(this.directory, cString(this.#hiddenAt.name), 0);
    } else closeFile(this.#hiddenAt.directory);
    closeFile(this.descriptor);
    closeFile(this.directory);
    return gone;
  }
}

/** Whether an errno of `linkat` says that the file system has no second names. */
function hasNoLinks(errno: number): boolean {
  return errno === Errno.EPERM || errno === Errno.EOPNOTSUPP || errno === Errno.ENOSYS;
}

/** Opens a directory for what is done in it; closes it where that fails. */
function inDirectory(path: FileName, action: (directory: number) => HiddenFile) {
  const directory = openDirectory(path);
  try {
    return action(directory);
  } catch (error) {
    closeFile(directory);
    throw error;
  }
}

function openDirectory(path: FileName): number {
  return openAt(AT_FDCWD, path, OpenFlag.PATH | OpenFlag.DIRECTORY, path);
}

function openAt(
  directory: number,
  name: FileName,
  flags: number,
  object: FileName,
): number {
  const { openat } = libc();
  const descriptor = openat(directory, cString(name), flags | OpenFlag.CLOEXEC, MODE);
  return checked(descriptor, "open", shown(object));
}
