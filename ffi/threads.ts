/**
 * The threads of this process.
 *
 * @module
 */
import { Errno, SystemCallError } from "./errno.ts";
import { closeFile, openFile, readAt } from "./files.ts";
import { systemCall } from "./system_call.ts";

const PATH = "/proc/self/task";

/** `struct linux_dirent64`: its length, and its name behind a byte of type. */
const Entry = { length: 16, name: 19 } as const;

/** Room for a few hundred entries. */
const ROOM_BYTES = 16384;

/** How the kernel's own threads of a process with virtual machines are called. */
const KERNELS = /^kvm-/;

/** Room for a thread's name: 15 characters at most. */
const NAME_BYTES = 16;

/** Also where the thread has ended meanwhile. */
function isKernels(id: number): boolean {
  const path = `${PATH}/${id}/comm`;
  let descriptor: number;
  try {
    descriptor = openFile(path, "read");
  } catch (error) {
    if (error instanceof SystemCallError && error.errno === Errno.ENOENT) return true;
    throw error;
  }
  try {
    const name = new Uint8Array(NAME_BYTES);
    const length = readAt(descriptor, 0, name, path);
    return KERNELS.test(new TextDecoder().decode(name.subarray(0, length)));
  } finally {
    closeFile(descriptor);
  }
}

/**
 * Lists the threads that run this program's code, by number (man 2 getdents64);
 * KVM's own worker is none.
 *
 * @throws {SystemCallError} where `/proc` is missing
 */
export function threadIds(): number[] {
  const directory = openFile(PATH, "read");
  const bytes = new Uint8Array(ROOM_BYTES), view = new DataView(bytes.buffer);
  const decoder = new TextDecoder();
  const ids: number[] = [];
  try {
    for (;;) {
      const end = systemCall("getdents64", PATH, directory, bytes, bytes.length);
      if (end === 0) return ids;
      for (let at = 0; at < end; at += view.getUint16(at + Entry.length, true)) {
        const start = at + Entry.name;
        const name = decoder.decode(bytes.subarray(start, bytes.indexOf(0, start)));
        if (/^[0-9]+$/.test(name) && !isKernels(Number(name))) ids.push(Number(name));
      }
    }
  } finally {
    closeFile(directory);
  }
}
