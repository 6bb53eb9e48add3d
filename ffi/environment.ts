/**
 * Environment variables, without a permission of Deno's for them.
 *
 * @module
 */
import { symbolGroup } from "./libc.ts";

const libc = symbolGroup("environment", {
  // char *getenv(const char *name)
  getenv: { parameters: ["buffer"], result: "pointer" },
});

/** The value of a variable, or undefined where it is not set. */
export function environmentVariable(name: string): string | undefined {
  const pointer = libc().getenv(new TextEncoder().encode(`${name}\0`));
  // Safe: getenv returns a string of the environment, which nobody here changes.
  return pointer === null ? undefined : Deno.UnsafePointerView.getCString(pointer);
}
