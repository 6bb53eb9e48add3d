/**
 * The hypercalls of Solo5's hvt ABI, versions 1 and 2: numbers, argument blocks
 * and results (reference: `docs/abi.md`). All integers are little-endian,
 * offsets and sizes in bytes.
 *
 * @module
 */

/** Hypercall numbers: on x86_64 the guest writes to port `0x500 + number`. */
export const HypercallNumber = {
  WALLTIME: 1,
  PUTS: 2,
  POLL: 3,
  BLOCK_WRITE: 4,
  BLOCK_READ: 5,
  NET_WRITE: 6,
  NET_READ: 7,
  HALT: 8,
} as const;

/** Numbers are below this. */
export const HYPERCALL_LIMIT = 9;

/** Results that a hypercall leaves in its argument block. */
export const Result = { OK: 0, AGAIN: 1, EINVAL: 2, EUNSPEC: 3 } as const;

/** WALLTIME: nanoseconds since 1970 (u64, out). */
export const WalltimeBlock = { size: 8, nanoseconds: 0 } as const;

/** PUTS: data gpa and length (u64 each). */
export const PutsBlock = { size: 16, data: 0, length: 8 } as const;

/** POLL: timeout in nanoseconds (u64), ready set (u64, out), result (i32, out). */
export const PollBlock = {
  size: 24,
  timeoutNanoseconds: 0,
  readySet: 8,
  result: 16,
} as const;

/** BLOCK_WRITE and BLOCK_READ: u64 each, result i32 (out). */
export const BlockBlock = {
  size: 40,
  handle: 0,
  offset: 8,
  data: 16,
  length: 24,
  result: 32,
} as const;

/**
 * NET_WRITE and NET_READ: u64 each, result i32 (out). For NET_READ, length is
 * the room on entry and the frame's length on return.
 */
export const NetBlock = {
  size: 32,
  handle: 0,
  data: 8,
  length: 16,
  result: 24,
} as const;

/** HALT: cookie gpa (u64), exit status (i32). */
export const HaltBlock = { size: 16, cookie: 0, exitStatus: 8 } as const;

/** Bytes at HALT's cookie that have to be the guest's. */
export const COOKIE_BYTES = 512;

/** What a handler returns when the guest goes on. */
export const CONTINUE = -1;

/**
 * Answers one hypercall.
 *
 * @param block gpa of the argument block, unchecked
 * @returns {@link CONTINUE}, or the guest's exit status (0 to 255)
 */
export type Hypercall = (block: number) => number;
