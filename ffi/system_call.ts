/**
 * System calls through one function for all: `syscall` (man 2 syscall). It is for
 * what is called a few times: each function of libc that is looked up costs a start
 * 0.1 to 0.2 ms, each call through this one a microsecond. (Where libc's function
 * does more than the call, as for whose process this is, that one is taken.)
 *
 * @module
 */
import { checked } from "./errno.ts";
import { symbolGroup } from "./libc.ts";
import { SystemCall } from "./linux/system_calls.ts";

const libc = symbolGroup("system calls", {
  // long syscall(long number, ...)
  syscall: {
    parameters: ["i64", "i64", "i64", "i64", "i64", "i64", "i64"],
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
  const [a = 0n, b = 0n, c = 0n, d = 0n, e = 0n, f = 0n] = given.map((argument) =>
    typeof argument === "object" ? addressOf(argument) : BigInt(argument)
  );
  return Number(libc().syscall(BigInt(SystemCall[name]), a, b, c, d, e, f));
}

/**
 * Says where bytes of JavaScript's heap are, for a structure that holds their
 * address. Good for as long as the caller keeps `bytes`.
 */
export function addressOf(bytes: Uint8Array): bigint {
  return BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes)));
}
