/**
 * What a process of ours uses, from `/proc` (man 5 proc).
 *
 * @module
 */
import { SystemCallError } from "../../ffi/errno.ts";
import { closeFile, openFile } from "../../ffi/files.ts";
import { readProc } from "../../tests/support/proc.ts";

/** What a process uses at one moment. */
export interface Usage {
  /** Resident memory, in KiB: also the pages of files that it shares. */
  readonly residentKib: number;
  /** Memory of its own, in KiB: resident or swapped out. */
  readonly ownKib: number;
  /** Open descriptors. */
  readonly descriptors: number;
  /** Threads. */
  readonly threads: number;
}

/** Descriptors are looked for below this. */
const MOST_DESCRIPTORS = 1024;

/** Takes a look at a process. */
export function usageOf(pid: number): Usage {
  // Not statm or status: their counters lag behind by some pages a processor.
  const memory = readProc(`/proc/${pid}/smaps_rollup`);
  return {
    residentKib: field(memory, "Rss"),
    ownKib: field(memory, "Anonymous") + field(memory, "Swap"),
    descriptors: countDescriptors(pid),
    threads: field(readProc(`/proc/${pid}/status`), "Threads"),
  };
}

function field(text: string, name: string): number {
  const value = new RegExp(`^${name}:\\s+([0-9]+)`, "m").exec(text)?.[1];
  if (value === undefined) throw new Error(`the kernel does not say ${name}`);
  return Number(value);
}

function countDescriptors(pid: number): number {
  let count = 0;
  for (let number = 0; number < MOST_DESCRIPTORS; number++) {
    try {
      closeFile(openFile(`/proc/${pid}/fdinfo/${number}`, "read"));
      count++;
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
    }
  }
  return count;
}
