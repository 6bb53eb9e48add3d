/**
 * Which pages of this process's memory have ever been written to or read: what
 * `/proc/self/pagemap` says (the kernel's admin-guide/mm/pagemap). `mincore`
 * does not say it: to it a page that was swapped out is as good as none.
 *
 * @module
 */
import { checked } from "./errno.ts";
import { closeFile, openFile } from "./files.ts";
import { symbolGroup } from "./libc.ts";
import { PAGE_BYTES } from "./memory.ts";

/** Its own: a sealed process may not look up where a buffer is, as `readAt` does. */
const libc = symbolGroup("page map", {
  // ssize_t pread(int fd, void *buf, size_t count, off_t offset)
  pread: { parameters: ["i32", "buffer", "u32", "i64"], result: "i32" },
});

const PATH = "/proc/self/pagemap";

/** An entry is a u64; its two highest bits: in memory, and in swap. */
const ENTRY_WORDS = 2, IN_USE_SHIFT = 30;

/** The pages of this process. */
export class Pagemap {
  /** Its descriptor. */
  readonly descriptor: number;
  #open = true;
  readonly #pread = libc().pread;

  /** @throws {SystemCallError} where `/proc` is missing */
  constructor() {
    this.descriptor = openFile(PATH, "read");
  }

  /**
   * Says for each page from an address on whether there is something behind it.
   * A page that is not in use reads as zeros.
   *
   * @throws {SystemCallError} when it cannot be read
   */
  inUse(address: bigint, pageCount: number): boolean[] {
    const words = new Uint32Array(pageCount * ENTRY_WORDS);
    const offset = address / BigInt(PAGE_BYTES) * BigInt(ENTRY_WORDS * 4);
    const bytes = new Uint8Array(words.buffer);
    // Behind the last page that can be there it reads nothing: not in use.
    checked(this.#pread(this.descriptor, bytes, bytes.length, offset), "pread", PATH);
    return Array.from(
      { length: pageCount },
      (_, page) => words[page * ENTRY_WORDS + 1]! >>> IN_USE_SHIFT !== 0,
    );
  }

  /** Closes it. May be called again. */
  close(): void {
    if (this.#open) closeFile(this.descriptor);
    this.#open = false;
  }
}
