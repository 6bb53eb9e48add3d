/**
 * `sys/eventfd.h` (the same on x86_64 and aarch64).
 *
 * @module
 */

/** Flags of `eventfd`. */
export const EventfdFlag = { CLOEXEC: 0x80000 } as const;
