/**
 * Where the tender's structures are in guest memory on x86_64 (`docs/abi.md`,
 * "Memory map"). Guest physical addresses, sizes in bytes.
 *
 * @module
 */
import { LOWEST_IMAGE_ADDRESS, MEMORY_STEP_BYTES } from "../../contract/limits.ts";

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
export const IMAGE = LOWEST_IMAGE_ADDRESS;

/** A large page. */
export const LARGE_PAGE_BYTES = MEMORY_STEP_BYTES;
