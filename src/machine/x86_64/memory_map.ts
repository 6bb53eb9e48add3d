/**
 * Where the tender's structures are in guest memory on x86_64 (`docs/abi.md`,
 * "Memory map"). Guest physical addresses, sizes in bytes.
 *
 * @module
 */

/** Boot-time global descriptor table. */
export const GDT = 0x1000;
/** Page map level 4: one entry. */
export const PML4 = 0x2000;
/** Page directory pointers: four entries, a GiB each. */
export const PDPT = 0x3000;
/** Four page directories, one behind the other: an entry per 2 MiB. */
export const PAGE_DIRECTORIES = 0x4000;
/** The page table of the first 2 MiB. */
export const PAGE_TABLE = 0x8000;
/** Boot info, then the manifest, then the command line. */
export const BOOT_INFO = 0x10000;
/** The image starts here; what is below is not the guest's to write. */
export const IMAGE = 0x100000;

/** A small page. */
export const PAGE_BYTES = 0x1000;
/** A large page. */
export const LARGE_PAGE_BYTES = 0x200000;
