/**
 * `sys/stat.h` and `linux/stat.h`: what a file is (the same on x86_64 and
 * aarch64).
 *
 * @module
 */

/** `struct statx`: the fields that are read. */
export const Statx = {
  size: 256,
  links: 16,
  uid: 20,
  gid: 24,
  mode: 28,
  inode: 32,
  sizeBytes: 40,
  deviceMajor: 136,
  deviceMinor: 140,
} as const;

/** What `statx` is asked for: `STATX_BASIC_STATS`. */
export const STATX_BASIC_STATS = 0x7ff;

/** Have `statx` look at the descriptor itself: `AT_EMPTY_PATH`. */
export const AT_EMPTY_PATH = 0x1000;

/** Relative paths begin where the process is: `AT_FDCWD`. */
export const AT_FDCWD = -100;

/** Parts of a file's mode. */
export const FileMode = {
  TYPE: 0o170000,
  REGULAR: 0o100000,
  FOLDER: 0o040000,
  PERMISSIONS: 0o7777,
  RIGHTS: 0o777,
} as const;
