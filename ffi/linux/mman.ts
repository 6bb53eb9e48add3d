/**
 * `mman.h`: the bits of `mmap` and `mprotect` that are used here (the same on
 * x86_64 and aarch64).
 *
 * @module
 */

/** Protection bits. */
export const Protection = { NONE: 0, READ: 1, WRITE: 2 } as const;

/** Mapping flags. */
export const MapFlag = {
  SHARED: 0x1,
  PRIVATE: 0x2,
  FIXED: 0x10,
  ANONYMOUS: 0x20,
  NORESERVE: 0x4000,
} as const;
