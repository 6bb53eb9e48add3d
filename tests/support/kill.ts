/**
 * Sending signals to processes that are not this one's children, for which Deno
 * wants a permission to run everything.
 *
 * @module
 */
import { checked, openErrno } from "../../ffi/errno.ts";
import { symbolGroup } from "../../ffi/libc.ts";

const libc = symbolGroup("test signals", {
  // int kill(pid_t pid, int sig)
  kill: { parameters: ["i32", "i32"], result: "i32" },
});

/** `asm/signal.h` of x86_64 and aarch64. */
const NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 } as const;

/** `asm-generic/errno-base.h`: no such process. */
const ESRCH = 3;

/** A signal that can be sent. */
export type SignalName = keyof typeof NUMBERS;

/**
 * Sends a signal.
 *
 * @param target a process, or negative a group
 * @returns false if nobody is there
 * @throws {SystemCallError} where it cannot be sent
 */
export function kill(target: number, signal: SignalName): boolean {
  const errno = openErrno();
  const result = libc().kill(target, NUMBERS[signal]);
  if (result < 0 && errno[0] === ESRCH) return false;
  checked(result, "kill", String(target));
  return true;
}
