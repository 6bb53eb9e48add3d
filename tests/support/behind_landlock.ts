/**
 * Puts Landlock on itself as the seal does, and says what its thread can still
 * open: each path's errno, or `opened`. Started with FFI.
 *
 * @module
 */
import type { SystemCallError } from "../../ffi/errno.ts";
import { openFile } from "../../ffi/files.ts";
import { denyAll, landlockAbi } from "../../ffi/landlock.ts";
import { setNoNewPrivileges } from "../../ffi/rights.ts";

setNoNewPrivileges();
denyAll(landlockAbi(), []);
const outcomes = Deno.args.map((path) => {
  try {
    openFile(path, "read");
    return "opened";
  } catch (error) {
    return (error as SystemCallError).errno;
  }
});
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(outcomes)));
