/**
 * Files and block devices that a guest's disks are: locking them, and moving
 * blocks.
 *
 * @module
 */
import { checked, Errno, lastErrno } from "./errno.ts";
import { symbolGroup } from "./libc.ts";
import { FileLock, SyncFileRange, WriteFlag } from "./linux/fcntl.ts";

const locking = symbolGroup("locks", {
  // int flock(int fd, int operation)
  flock: { parameters: ["i32", "i32"], result: "i32" },
});

/**
 * Locks a file for as long as its descriptor is open (man 2 flock): alone, or
 * together with others who only read. Does not wait.
 *
 * @throws {SystemCallError} EAGAIN where somebody else holds it
 */
export function lockFile(descriptor: number, shared: boolean, path: string): void {
  const kind = shared ? FileLock.SHARED : FileLock.EXCLUSIVE;
  checked(locking().flock(descriptor, kind | FileLock.NONBLOCK), "flock", path);
}

/** Gives a file the lock that it had before, or none; does not wait. */
export function restoreLock(
  descriptor: number,
  lock: (typeof FileLock)["SHARED" | "EXCLUSIVE" | "NONE"],
): void {
  locking().flock(descriptor, lock | FileLock.NONBLOCK);
}

const writeBack = symbolGroup("failed writes", {
  // int sync_file_range(int fd, off_t offset, off_t nbytes, unsigned int flags)
  sync_file_range: { parameters: ["i32", "i64", "i64", "u32"], result: "i32" },
});

/** Opens what {@link failedWrite} needs. */
export function openFailedWrite(): void {
  writeBack();
}

/** Errno values with which the kernel says that it cannot be asked. */
const NO_ANSWER: readonly number[] = [
  Errno.EINTR,
  Errno.EINVAL,
  Errno.ENOSYS,
  Errno.EPERM,
  Errno.ESPIPE,
];

/**
 * Asks whether something that was written earlier could not be brought from the
 * page cache to the disk; each failure is told once. Waits for nothing and
 * writes nothing: the call looks for such errors when it has waited for a range
 * (Linux 4.13 and later), and this range is behind the file's end.
 *
 * @param sizeBytes the file's
 * @returns the errno, or 0
 */
export function failedWrite(descriptor: number, sizeBytes: number): number {
  const { sync_file_range } = writeBack();
  const offset = BigInt(sizeBytes);
  const result = sync_file_range(descriptor, offset, 1n, SyncFileRange.WAIT_BEFORE);
  const errno = result < 0 ? lastErrno() : 0;
  return NO_ANSWER.includes(errno) ? 0 : errno;
}

const syncing = symbolGroup("syncing at the end", {
  // int fdatasync(int fd)
  fdatasync: { parameters: ["i32"], result: "i32" },
});

/** Opens what {@link syncFile} needs. */
export function openSync(): void {
  syncing();
}

/**
 * Waits until everything that was written to a file is on its disk (man 2
 * fdatasync).
 *
 * @returns the errno, or 0
 */
export function syncFile(descriptor: number): number {
  const { fdatasync } = syncing();
  for (;;) {
    const errno = fdatasync(descriptor) < 0 ? lastErrno() : 0;
    if (errno !== Errno.EINTR) return errno;
  }
}

/** Result in bytes, or −1 with the reason in errno. */
export type BlockCall = (
  descriptor: number,
  vector: Deno.PointerValue,
  count: number,
  offset: number,
) => number;

/**
 * Offsets of 32 bits, which are passed without making an object: the whole
 * register is the offset, its upper half zero.
 */
const narrow = symbolGroup("disks", {
  // ssize_t preadv(int fd, const struct iovec *iov, int iovcnt, off_t offset)
  preadv: { parameters: ["i32", "pointer", "i32", "u32"], result: "i32" },
  // ssize_t pwritev(int fd, const struct iovec *iov, int iovcnt, off_t offset)
  pwritev: { parameters: ["i32", "pointer", "i32", "u32"], result: "i32" },
});

const wide = symbolGroup("large disks", {
  preadv: { parameters: ["i32", "pointer", "i32", "i64"], result: "i32" },
  pwritev: { parameters: ["i32", "pointer", "i32", "i64"], result: "i32" },
});

/** The largest disk whose every offset has 32 bits, in bytes. */
const NARROW_BYTES = 0x1_0000_0000;

/** The calls for disks of up to so many bytes. */
export function rawBlockCalls(
  capacityBytes: number,
): { readonly preadv: BlockCall; readonly pwritev: BlockCall } {
  if (capacityBytes <= NARROW_BYTES) return narrow();
  const { preadv, pwritev } = wide();
  return {
    preadv: (descriptor, vector, count, offset) =>
      preadv(descriptor, vector, count, BigInt(offset)),
    pwritev: (descriptor, vector, count, offset) =>
      pwritev(descriptor, vector, count, BigInt(offset)),
  };
}

const through = symbolGroup("disks written through", {
  // ssize_t pwritev2(int fd, const struct iovec *iov, int iovcnt, off_t offset, int flags)
  pwritev2: { parameters: ["i32", "pointer", "i32", "i64", "i32"], result: "i32" },
});

/**
 * Writing that returns when the data is on the disk, for files that were not
 * opened so: `fcntl` cannot add `O_DSYNC` to an open file.
 */
export function rawThroughWrite(): BlockCall {
  const { pwritev2 } = through();
  return (descriptor, vector, count, offset) =>
    pwritev2(descriptor, vector, count, BigInt(offset), WriteFlag.DSYNC);
}
