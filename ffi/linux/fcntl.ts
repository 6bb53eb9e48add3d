/**
 * `fcntl.h`, `unistd.h`, `stdio.h` and `sys/file.h`: flags of files (the same
 * on x86_64 and aarch64, but for what is marked x86_64).
 *
 * @module
 */

/** Access modes of `open`. */
export const AccessMode = { RDONLY: 0, WRONLY: 1, RDWR: 2, MASK: 3 } as const;

/** Other flags of `open`. */
export const OpenFlag = {
  CREAT: 0x40,
  EXCL: 0x80,
  NOCTTY: 0x100,
  APPEND: 0x400,
  TRUNC: 0x200,
  NONBLOCK: 0x800,
  DSYNC: 0x1000,
  /** On x86_64; aarch64 has 0x10000. */
  DIRECT: 0x4000,
  ASYNC: 0x2000,
  NOATIME: 0x40000,
  CLOEXEC: 0x80000,
  PATH: 0x200000,
  /** x86_64 */
  DIRECTORY: 0x10000,
  /** x86_64 */
  NOFOLLOW: 0x20000,
  /** x86_64 */
  TMPFILE: 0x410000,
} as const;

/** Has `linkat` follow a symbolic link. */
export const AT_SYMLINK_FOLLOW = 0x400;

/** Flag of `renameat2`: an existing file stays. */
export const RENAME_NOREPLACE = 1;

/** Commands of `fcntl`. */
export const FcntlCommand = {
  GETFD: 1,
  SETFD: 2,
  GETFL: 3,
  SETFL: 4,
  SETOWN: 8,
  DUPFD_CLOEXEC: 1030,
  OFD_GETLK: 36,
  OFD_SETLK: 37,
} as const;

/** Descriptor flag of `F_SETFD`. */
export const FD_CLOEXEC = 1;

/** Origins of `lseek`. */
export const Seek = { SET: 0, CUR: 1, END: 2 } as const;

/** Flags of `sync_file_range`. */
export const SyncFileRange = { WAIT_BEFORE: 1 } as const;

/** Flags of `pwritev2` (`linux/fs.h`). */
export const WriteFlag = { DSYNC: 2 } as const;

/** Operations of `flock`. */
export const FileLock = { SHARED: 1, EXCLUSIVE: 2, NONBLOCK: 4, NONE: 8 } as const;

/** `struct flock` of 64-bit systems; from byte 0 on, 0 bytes are the whole file. */
export const RecordLock = { size: 32, type: 0 } as const;

/** Kinds of such a lock. */
export const RecordLockType = { READ: 0, WRITE: 1, NONE: 2 } as const;
