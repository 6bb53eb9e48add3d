/**
 * Becoming another program: same process, everything else anew.
 *
 * @module
 */
import { checked } from "./errno.ts";
import { cString } from "./files.ts";
import { symbolGroup } from "./libc.ts";
import { addressOf } from "./system_call.ts";
import { trySystemCall } from "./system_call.ts";

const libc = symbolGroup("another start", {
  // int execv(const char *path, char *const argv[])
  execv: { parameters: ["buffer", "buffer"], result: "i32" },
  // int setenv(const char *name, const char *value, int overwrite)
  setenv: { parameters: ["buffer", "buffer", "i32"], result: "i32" },
});

/** Opens what {@link execute} needs. */
export function openExecute(): void {
  libc();
}

/**
 * Becomes a program, with this environment, in this process: only descriptors
 * that are not close-on-exec, and the calling thread's rights, stay. Does not
 * return.
 *
 * @param words its command line, its own name first
 * @throws {SystemCallError} when it cannot be executed: then nothing has changed
 */
export function execute(path: string, words: readonly Uint8Array[]): never {
  // One block of memory, which stays where it is while addresses point into it.
  const starts: number[] = [];
  let length = 0;
  for (const word of words) {
    starts.push(length);
    length += word.length + 1;
  }
  const strings = new Uint8Array(Math.max(length, 128));
  words.forEach((word, index) => strings.set(word, starts[index]!));
  const address = addressOf(strings);
  const list = [...starts.map((start) => address + BigInt(start)), 0n];
  const vector = new Uint8Array(new BigUint64Array(list).buffer);
  const result = libc().execv(cString(path), vector);
  throw checked(result, "execve", path);
}

/** Sets a variable of this environment. */
export function setVariable(name: string, value: string): void {
  checked(libc().setenv(cString(name), cString(value), 1), "setenv", name);
}

/** The file that this process was started from; undefined where `/proc` is missing. */
export function ownProgram(): string | undefined {
  const room = new Uint8Array(4096);
  const length = trySystemCall(
    "readlink",
    cString("/proc/self/exe"),
    room,
    room.length,
  );
  return length < 0 ? undefined : new TextDecoder().decode(room.subarray(0, length));
}
