/**
 * Files by descriptor: what the image, the disks and `/dev/kvm` are opened
 * and read with.
 *
 * @module
 */
import { checked } from "./errno.ts";
import { AccessMode, OpenFlag, Seek } from "./linux/fcntl.ts";
import { AT_FDCWD } from "./linux/stat.ts";
import { systemCall, trySystemCall } from "./system_call.ts";

/**
 * How a file is opened; with `write-through` for both, and what is written is on
 * the disk when the call returns (`O_DSYNC`).
 */
export type FileAccess = "read" | "read-write" | "write-through";

/** A file's name: text, or, where that may not be UTF-8, its bytes. */
export type FileName = string | Uint8Array;

/** A name as C takes it: with a NUL behind it, and cut at one inside. */
export function cString(name: FileName): Uint8Array<ArrayBuffer> {
  const bytes = typeof name === "string" ? new TextEncoder().encode(name) : name;
  const string = new Uint8Array(bytes.length + 1);
  string.set(bytes);
  return string;
}

/** A name as messages show it. */
export function shown(name: FileName): string {
  return typeof name === "string" ? name : new TextDecoder().decode(name);
}

/**
 * Opens a file without waiting for anything (a FIFO without a writer does not
 * block) and without passing it on to other programs.
 *
 * @returns the descriptor
 * @throws {SystemCallError} when it cannot be opened
 */
export function openFile(path: FileName, access: FileAccess): number {
  return checked(open(path, flagsOf(access)), "open", shown(path));
}

/**
 * Opens a file as {@link openFile} does, and leaves its access time alone, where
 * this user may ask for that (man 2 open: the file's owner): reading is then
 * about a hundredth cheaper, and writes nothing.
 *
 * @returns the descriptor
 * @throws {SystemCallError} when it cannot be opened
 */
export function openFileQuietly(path: FileName, access: FileAccess): number {
  const descriptor = open(path, flagsOf(access) | OpenFlag.NOATIME);
  return descriptor >= 0 ? descriptor : openFile(path, access);
}

function open(path: FileName, flags: number): number {
  return trySystemCall("openat", AT_FDCWD, cString(path), flags);
}

function flagsOf(access: FileAccess): number {
  const mode = access === "read" ? AccessMode.RDONLY : AccessMode.RDWR;
  const through = access === "write-through" ? OpenFlag.DSYNC : 0;
  return mode | through | OpenFlag.CLOEXEC | OpenFlag.NONBLOCK;
}

/** Closes a descriptor. */
export function closeFile(descriptor: number): void {
  trySystemCall("close", descriptor);
}

/**
 * Measures a file or block device by seeking to its end.
 *
 * @returns its size in bytes
 * @throws {SystemCallError} when it cannot seek (a FIFO, a socket, a terminal)
 */
export function fileSizeBytes(descriptor: number, path: string): number {
  return systemCall("lseek", path, descriptor, 0, Seek.END);
}

/**
 * Fills `target` from the file's bytes at `offset`, as far as there are any. Not
 * for a sealed process, which may not look up where `target` is.
 *
 * @returns the number of bytes read; less than asked for at the file's end
 * @throws {SystemCallError} when reading fails
 */
export function readAt(
  descriptor: number,
  offset: number,
  target: Uint8Array<ArrayBuffer>,
  path: string,
): number {
  let done = 0;
  while (done < target.length) {
    const rest = target.subarray(done);
    const at = offset + done;
    const count = trySystemCall("pread64", descriptor, rest, rest.length, at);
    if (checked(count, "pread", path) === 0) break;
    done += count;
  }
  return done;
}

/** Room for most files of the kernel's; one that is longer takes several readings. */
const STEP_BYTES = 16384;

/**
 * Reads a file from its start to its end.
 *
 * @param mostBytes about how much is read of one that is longer
 * @throws {SystemCallError} when reading fails
 */
export function readToEnd(
  descriptor: number,
  path: string,
  mostBytes = Infinity,
): Uint8Array<ArrayBuffer> {
  let bytes = new Uint8Array(STEP_BYTES);
  for (let length = 0;;) {
    length += readAt(descriptor, length, bytes.subarray(length), path);
    if (length < bytes.length || length >= mostBytes) return bytes.subarray(0, length);
    const larger = new Uint8Array(2 * bytes.length);
    larger.set(bytes);
    bytes = larger;
  }
}
