/**
 * `fcntl.h`, `unistd.h` and `sys/file.h`: flags of files (the same on x86_64
 * and aarch64).
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
  NONBLOCK: 0x800,
  NOATIME: 0x40000,
  CLOEXEC: 0x80000,
} as const;

/** Commands of `fcntl`. */
export const FcntlCommand = { GETFD: 1, SETFD: 2, GETFL: 3, SETFL: 4 } as const;

/** Descriptor flag of `F_SETFD`. */
export const FD_CLOEXEC = 1;

/** Origins of `lseek`. */
export const Seek = { SET: 0, CUR: 1, END: 2 } as const;

/** Flags of `sync_file_range`. */
export const SyncFileRange = { WAIT_BEFORE: 1 } as const;

/** Operations of `flock`. */
export const FileLock = { SHARED: 1, EXCLUSIVE: 2, NONBLOCK: 4 } as const;
