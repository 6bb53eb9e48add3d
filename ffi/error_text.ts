/**
 * The C library's own words for an errno.
 *
 * @module
 */
import { symbolGroup } from "./libc.ts";

const libc = symbolGroup("error texts", {
  // char *strerror(int errnum)
  strerror: { parameters: ["i32"], result: "pointer" },
});

/** Says an errno as C programs do: `No such file or directory`. */
export function errorText(errno: number): string {
  // Safe: strerror always returns a string, which lasts until its next call.
  return Deno.UnsafePointerView.getCString(libc().strerror(errno)!);
}
