/**
 * Which parts of guest memory hold something. The rest of a core is holes.
 *
 * @module
 */
import { PAGE_BYTES } from "../../contract/limits.ts";
import type { HostMemory } from "../../contract/memory.ts";

/** Looked at together: 16 MiB. */
const STEP_PAGES = 4096;

/** Says for each page from a host address on whether the host has one there. */
export type InUse = (address: bigint, pageCount: number) => readonly boolean[];

/** Pages one behind the other. */
export interface Run {
  /** First byte (gpa). */
  readonly start: number;
  /** Behind the last byte (gpa). */
  readonly end: number;
}

/**
 * Finds the pages that are not all zeros. Memory that the host has no page for
 * is not even read: that would take memory.
 */
export function* findHeld(host: HostMemory, inUse: InUse): Generator<Run> {
  const step = STEP_PAGES * PAGE_BYTES;
  for (let gpa = 0; gpa < host.sizeBytes; gpa += step) {
    const length = Math.min(step, host.sizeBytes - gpa);
    const used = inUse(host.address + BigInt(gpa), length / PAGE_BYTES);
    if (!used.includes(true)) continue;
    const { buffer, byteOffset } = host.part(gpa, length);
    const words = new Uint32Array(buffer, byteOffset, length / 4);
    let start = -1;
    for (let page = 0; page <= used.length; page++) {
      const holds = page < used.length && used[page]! && !isZero(words, page);
      if (holds && start < 0) start = page;
      if (holds || start < 0) continue;
      yield { start: gpa + start * PAGE_BYTES, end: gpa + page * PAGE_BYTES };
      start = -1;
    }
  }
}

function isZero(words: Uint32Array, page: number): boolean {
  const end = (page + 1) * PAGE_BYTES / 4;
  for (let index = page * PAGE_BYTES / 4; index < end; index++) {
    if (words[index] !== 0) return false;
  }
  return true;
}
