/**
 * System calls that libc has no function for, or whose function would cost a
 * symbol of its own: `syscall` (man 2 syscall).
 *
 * @module
 */
import { checked } from "./errno.ts";
import { symbolGroup } from "./libc.ts";
import { SystemCall } from "./linux/system_calls.ts";
import { addressOf } from "./memory.ts";

const libc = symbolGroup("system calls", {
  // long syscall(long number, ...)
  syscall: {
    parameters: ["i64", "i64", "i64", "i64", "i64", "i64"],
    result: "i64",
  },
});

/** An argument: a number, or bytes that the kernel reads or fills. */
export type Argument = number | bigint | Uint8Array<ArrayBuffer>;

/** Opens what {@link systemCall} needs. */
export function openSystemCall(): void {
  libc();
}

/**
 * Makes a system call.
 *
 * @param object what it is called on, for messages
 * @returns its result
 * @throws {SystemCallError} when it fails
 */
export function systemCall(
  name: keyof typeof SystemCall,
  object: string,
  ...given: readonly Argument[]
): number {
  return checked(trySystemCall(name, ...given), name, object);
}

/** Makes a system call; −1 leaves the reason in errno. */
export function trySystemCall(
  name: keyof typeof SystemCall,
  ...given: readonly Argument[]
): number {
  const [a = 0n, b = 0n, c = 0n, d = 0n, e = 0n] = given.map((argument) =>
    typeof argument === "object" ? addressOf(argument) : BigInt(argument)
  );
  return Number(libc().syscall(BigInt(SystemCall[name]), a, b, c, d, e));
}
