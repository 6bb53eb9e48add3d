/**
 * What the kernel says of processes, in `/proc` (man 5 proc).
 *
 * @module
 */
import { closeFile, openFile, readAt } from "../../ffi/files.ts";

const MOST_BYTES = 8192;

/** Reads a file there, through libc: Deno refuses it to all but `--allow-all`. */
export function readProc(path: string): string {
  const descriptor = openFile(path, "read");
  try {
    const bytes = new Uint8Array(MOST_BYTES);
    return new TextDecoder().decode(
      bytes.subarray(0, readAt(descriptor, 0, bytes, path)),
    );
  } finally {
    closeFile(descriptor);
  }
}

/** The fields of `/proc/PID/stat` behind the process's name: state, parent, … */
export function processFields(pid: number): string[] {
  return readProc(`/proc/${pid}/stat`).split(") ")[1]!.split(" ");
}

/** User and system time of a process, in clock ticks. */
export function processorTicks(pid: number): number {
  const [user, system] = processFields(pid).slice(11, 13).map(Number);
  return user! + system!;
}
