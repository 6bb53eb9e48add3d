/**
 * What the kernel says of a tender to everybody: the time and the memory that it
 * took.
 *
 * @module
 */
import { SystemCallError } from "../../ffi/errno.ts";
import { closeFile, openFile, readToEnd } from "../../ffi/files.ts";

/** What a process takes. */
export interface ProcessUse {
  /** Processor time until now, in seconds. */
  readonly cpuSeconds: number;
  /** Memory that it has, in bytes. */
  readonly residentBytes: number;
}

/** `USER_HZ`, and the size of a page, on x86_64. */
const TICKS_A_SECOND = 100, PAGE_BYTES = 4096;

/** Fields of `/proc/PID/stat` behind the process's name (man 5 proc_pid_stat). */
const USER_TICKS = 11, SYSTEM_TICKS = 12;

/** Asks; undefined where the process is not there, or not to be seen. */
export function useOf(pid: number): ProcessUse | undefined {
  try {
    return readUse(read(`/proc/${pid}/stat`), read(`/proc/${pid}/statm`));
  } catch (error) {
    if (error instanceof SystemCallError) return undefined;
    throw error;
  }
}

/** Reads what these two files say. */
export function readUse(stat: string, statm: string): ProcessUse | undefined {
  // The name may have any character in it, also ")".
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[USER_TICKS]) + Number(fields[SYSTEM_TICKS]);
  const pages = Number(statm.split(" ")[1]);
  if (!Number.isFinite(ticks) || !Number.isFinite(pages)) return undefined;
  return { cpuSeconds: ticks / TICKS_A_SECOND, residentBytes: pages * PAGE_BYTES };
}

function read(path: string): string {
  const file = openFile(path, "read");
  try {
    return new TextDecoder().decode(readToEnd(file, path));
  } finally {
    closeFile(file);
  }
}
