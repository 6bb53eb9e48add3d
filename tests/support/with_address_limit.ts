/**
 * `solo5 ARGS` in a process that may have one more GiB of addresses than it has
 * already.
 *
 * @module
 */
import { checked } from "../../ffi/errno.ts";
import { openFile, readAt } from "../../ffi/files.ts";
import { symbolGroup } from "../../ffi/libc.ts";
import { main } from "../../src/cli/main.ts";

const libc = symbolGroup("test limits", {
  // int setrlimit(int resource, const struct rlimit *rlim)
  setrlimit: { parameters: ["i32", "buffer"], result: "i32" },
});

const RLIMIT_AS = 9;
const PAGE_BYTES = 4096, GIBIBYTE = 1 << 30;

const bytes = new Uint8Array(64);
readAt(openFile("/proc/self/statm", "read"), 0, bytes, "/proc/self/statm");
const pages = parseInt(new TextDecoder().decode(bytes));
const limit = BigInt(pages * PAGE_BYTES + GIBIBYTE);
const rlimit = new Uint8Array(new BigUint64Array([limit, limit]).buffer);
checked(libc().setrlimit(RLIMIT_AS, rlimit), "setrlimit", "addresses");
await main(Deno.args);
