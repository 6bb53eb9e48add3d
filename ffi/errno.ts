/**
 * The errno of a failed libc call, its name and its meaning.
 *
 * @module
 */
import { symbolGroup } from "./libc.ts";

const libc = symbolGroup("errno", {
  // int *__errno_location(void)
  __errno_location: { parameters: [], result: "pointer" },
});

let errnoView: Int32Array | undefined;

/**
 * Returns errno of the calling thread. Valid only directly after a libc call
 * that failed: before anything else has called libc. (`__errno_location` is
 * constant for a thread, so its address is looked up once.)
 */
export function lastErrno(): number {
  return openErrno()[0]!;
}

/**
 * Looks up where errno is, so that later readings are plain loads.
 *
 * @returns the view that {@link lastErrno} reads
 */
export function openErrno(): Int32Array {
  if (errnoView === undefined) {
    const location = libc().__errno_location();
    // Safe: glibc guarantees an int there for the thread's life, and the main
    // thread lives as long as the process.
    errnoView = new Int32Array(
      Deno.UnsafePointerView.getArrayBuffer(location!, 4),
    );
  }
  return errnoView;
}

/** `errno.h` of Linux (asm-generic; the same on x86_64 and aarch64). */
export const Errno = {
  EPERM: 1,
  ENOENT: 2,
  EINTR: 4,
  EIO: 5,
  ENXIO: 6,
  E2BIG: 7,
  EBADF: 9,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  EEXIST: 17,
  ENODEV: 19,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  ENFILE: 23,
  EMFILE: 24,
  ENOTTY: 25,
  ETXTBSY: 26,
  EFBIG: 27,
  ENOSPC: 28,
  ESPIPE: 29,
  EROFS: 30,
  EPIPE: 32,
  ENAMETOOLONG: 36,
  ENOLCK: 37,
  ENOSYS: 38,
  ELOOP: 40,
  EOVERFLOW: 75,
  EBADFD: 77,
  ENOTSOCK: 88,
  EMSGSIZE: 90,
  EOPNOTSUPP: 95,
  EADDRINUSE: 98,
  ENETDOWN: 100,
  ECONNABORTED: 103,
  ENOBUFS: 105,
  EDQUOT: 122,
} as const;

const MEANINGS: Record<keyof typeof Errno, string> = {
  EPERM: "operation not permitted",
  ENOENT: "no such file or directory",
  EINTR: "interrupted by a signal",
  EIO: "input/output error",
  ENXIO: "no such device or address",
  E2BIG: "argument list too long",
  EBADF: "bad file descriptor",
  EAGAIN: "resource temporarily unavailable",
  ENOMEM: "out of memory",
  EACCES: "permission denied",
  EFAULT: "bad address",
  EBUSY: "in use by another process",
  EEXIST: "exists already",
  ENODEV: "no such device",
  ENOTDIR: "not a directory",
  EISDIR: "is a directory",
  EINVAL: "invalid argument",
  ENFILE: "too many open files in the system",
  EMFILE: "too many open files",
  ENOTTY: "not a device of that kind",
  ETXTBSY: "text file busy",
  EFBIG: "file too large",
  ENOSPC: "no space left on device",
  ESPIPE: "cannot seek",
  EROFS: "read-only file system",
  EPIPE: "nobody reads it any more",
  ENAMETOOLONG: "name too long",
  ENOLCK: "no locks available",
  ENOSYS: "not implemented by this kernel",
  ELOOP: "too many symbolic links",
  EOVERFLOW: "value too large",
  EBADFD: "no interface behind it",
  ENOTSOCK: "not a socket",
  EMSGSIZE: "message too long",
  EOPNOTSUPP: "not supported",
  EADDRINUSE: "address in use",
  ENETDOWN: "network is down",
  ECONNABORTED: "the other side gave up",
  ENOBUFS: "no buffer space",
  EDQUOT: "disk quota exceeded",
};

const NAMES = new Map<number, keyof typeof Errno>(
  Object.entries(Errno).map(([name, number]) => [number, name as keyof typeof Errno]),
);

/**
 * Says an errno as an operator reads it: `EBUSY (in use by another process)`,
 * or `errno 200` for one without an entry here.
 */
export function describeErrno(errno: number): string {
  const name = NAMES.get(errno);
  return name === undefined ? `errno ${errno}` : `${name} (${MEANINGS[name]})`;
}

/** A system call that failed: which one, on what, and why. */
export class SystemCallError extends Error {
  override readonly name = "SystemCallError";

  constructor(
    /** The call or ioctl request: `"TUNSETIFF"`, `"open"`. */
    readonly call: string,
    /** What it was called on: a path, an interface, `"descriptor 5"`. */
    readonly object: string,
    /** The errno. */
    readonly errno: number,
  ) {
    super(`${object}: ${call}: ${describeErrno(errno)}`);
  }

  /** What is wrong, without the object. */
  get problem(): string {
    return `${this.call}: ${describeErrno(this.errno)}`;
  }
}

/**
 * Passes a result through, or turns a negative one into an error. Has to be
 * given the result of the latest libc call (see {@link lastErrno}).
 *
 * @throws {SystemCallError} when `result` is negative
 */
export function checked(result: number, call: string, object: string): number {
  if (result < 0) throw new SystemCallError(call, object, lastErrno());
  return result;
}
