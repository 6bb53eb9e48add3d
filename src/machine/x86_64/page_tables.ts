/**
 * Page tables of a guest on x86_64: an identity map in which the null page and
 * the tables themselves are absent and boot info is read-only (Intel SDM 3A
 * 4.5; Solo5 hvt ABI 1 and 2).
 *
 * @module
 */
import { PAGE_BYTES } from "../../contract/limits.ts";
import {
  BOOT_INFO,
  IMAGE,
  LARGE_PAGE_BYTES,
  PAGE_DIRECTORIES,
  PAGE_TABLE,
  PDPT,
  PML4,
} from "./memory_map.ts";

/** Bits of an entry. */
const PRESENT = 0x1, WRITABLE = 0x2, LARGE = 0x80;

/** An entry is two words of 32 bits. */
const WORD_BYTES = 4, WORDS_AN_ENTRY = 2;
const ENTRIES_A_TABLE = 512;
const GIBIBYTES = 4;

/**
 * Writes the page tables for a guest of `sizeBytes`, the whole of which is
 * mapped.
 *
 * @param memory guest memory, zero-filled below the image
 */
export function writePageTables(
  memory: Uint8Array<ArrayBuffer>,
  sizeBytes: number,
): void {
  // Addresses are below 4 GiB, so the upper half of every entry stays 0.
  const words = new Uint32Array(memory.buffer, memory.byteOffset, IMAGE / WORD_BYTES);
  const at = (table: number) => table / WORD_BYTES;
  words[at(PML4)] = PDPT | PRESENT | WRITABLE;
  for (let index = 0; index < GIBIBYTES; index++) {
    const directory = PAGE_DIRECTORIES + index * PAGE_BYTES;
    words[at(PDPT) + index * WORDS_AN_ENTRY] = directory | PRESENT | WRITABLE;
  }
  words[at(PAGE_DIRECTORIES)] = PAGE_TABLE | PRESENT | WRITABLE;
  const directories = at(PAGE_DIRECTORIES);
  for (let index = 1; index < sizeBytes / LARGE_PAGE_BYTES; index++) {
    const page = index * LARGE_PAGE_BYTES;
    words[directories + index * WORDS_AN_ENTRY] = page | PRESENT | WRITABLE | LARGE;
  }
  const pages = at(PAGE_TABLE);
  for (let index = BOOT_INFO / PAGE_BYTES; index < ENTRIES_A_TABLE; index++) {
    const page = index * PAGE_BYTES;
    words[pages + index * WORDS_AN_ENTRY] = page | PRESENT |
      (page < IMAGE ? 0 : WRITABLE);
  }
}
