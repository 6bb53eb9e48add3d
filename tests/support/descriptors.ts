/**
 * Handing open descriptors to child processes.
 *
 * @module
 */
import { checked } from "../../ffi/errno.ts";
import { closeFile } from "../../ffi/files.ts";
import { symbolGroup } from "../../ffi/libc.ts";

const libc = symbolGroup("test descriptors", {
  // int open(const char *pathname, int flags)
  open: { parameters: ["buffer", "i32"], result: "i32" },
  // int dup2(int oldfd, int newfd)
  dup2: { parameters: ["i32", "i32"], result: "i32" },
});

/**
 * Opens a file in a way of a test's own (man 2 open), for children to inherit.
 *
 * @param flags access mode and others
 */
export function openInheritably(path: string, flags: number): number {
  const name = new TextEncoder().encode(`${path}\0`);
  return checked(libc().open(name, flags), "open", path);
}

/**
 * Does something while every child inherits `descriptor` under the number `as`.
 * Closes both afterwards.
 */
export async function passing<T>(
  descriptor: number,
  as: number,
  action: () => Promise<T>,
): Promise<T> {
  checked(libc().dup2(descriptor, as), "dup2", `descriptor ${as}`);
  closeFile(descriptor);
  try {
    return await action();
  } finally {
    closeFile(as);
  }
}
