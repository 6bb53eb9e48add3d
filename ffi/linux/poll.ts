/**
 * `poll.h`: `struct pollfd` is descriptor i32 at 0, events i16 at 4, revents
 * i16 at 6 (the same on x86_64 and aarch64).
 *
 * @module
 */

/** Layout of `struct pollfd`, in bytes. */
export const PollEntry = { size: 8, fd: 0, events: 4, revents: 6 } as const;

/** Events. */
export const PollEvent = {
  IN: 0x1,
  OUT: 0x4,
  ERR: 0x8,
  HUP: 0x10,
  NVAL: 0x20,
} as const;
