/**
 * The C library's own words for an errno.
 *
 * @module
 */
import { describeErrno } from "./errno.ts";
import { symbolGroup } from "./libc.ts";

const libc = symbolGroup("error texts", {
  // char *strerror(int errnum)
  strerror: { parameters: ["i32"], result: "pointer" },
});

/**
 * Says an errno as C programs do: `No such file or directory`. Only Linux's C
 * library is asked.
 */
export function errorText(errno: number): string {
  if (Deno.build.os !== "linux") return describeErrno(errno);
  // Safe: strerror always returns a string, which lasts until its next call.
  return Deno.UnsafePointerView.getCString(libc().strerror(errno)!);
}
