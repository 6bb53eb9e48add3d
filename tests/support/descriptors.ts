/**
 * Handing open descriptors to child processes.
 *
 * @module
 */
import { checked } from "../../ffi/errno.ts";
import { closeFile } from "../../ffi/files.ts";
import { symbolGroup } from "../../ffi/libc.ts";

const libc = symbolGroup("test descriptors", {
  // int dup2(int oldfd, int newfd)
  dup2: { parameters: ["i32", "i32"], result: "i32" },
});

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
