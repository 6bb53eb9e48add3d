/**
 * Descriptors that were open when this program started, passed to it by
 * whoever did that: asking what they are, and keeping them.
 *
 * @module
 */
import { checked } from "./errno.ts";
import { symbolGroup } from "./libc.ts";
import { AccessMode, FcntlCommand, FD_CLOEXEC, OpenFlag } from "./linux/fcntl.ts";

const libc = symbolGroup("passed descriptors", {
  // int fcntl(int fd, int op, int arg)
  fcntl: { parameters: ["i32", "i32", "i32"], result: "i32" },
});

/** How messages call a descriptor that has no name of its own. */
export function describeDescriptor(descriptor: number): string {
  return `descriptor ${descriptor}`;
}

function ask(
  descriptor: number,
  command: keyof typeof FcntlCommand,
  argument = 0,
): number {
  return checked(
    libc().fcntl(descriptor, FcntlCommand[command], argument),
    `F_${command}`,
    describeDescriptor(descriptor),
  );
}

/** How an open file was opened (man 2 open). */
export interface OpenFile {
  /**
   * Whether it is this process's own: a passed descriptor is not close-on-exec,
   * or it would not be there.
   */
  readonly own: boolean;
  /** Whether it can be read. */
  readonly reads: boolean;
  /** Whether it can be written. */
  readonly writes: boolean;
  /** Whether it is open for appending: every write then goes to its end. */
  readonly appends: boolean;
  /** Whether it bypasses the page cache, which takes aligned transfers only. */
  readonly direct: boolean;
}

/**
 * Asks how a descriptor's file was opened.
 *
 * @throws {SystemCallError} EBADF where it is not open
 */
export function openFileOf(descriptor: number): OpenFile {
  const status = ask(descriptor, "GETFL");
  const mode = status & AccessMode.MASK;
  return {
    own: (ask(descriptor, "GETFD") & FD_CLOEXEC) !== 0,
    reads: mode === AccessMode.RDONLY || mode === AccessMode.RDWR,
    writes: mode === AccessMode.WRONLY || mode === AccessMode.RDWR,
    appends: (status & OpenFlag.APPEND) !== 0,
    direct: (status & OpenFlag.DIRECT) !== 0,
  };
}

/**
 * Sees to it that no further program gets a descriptor.
 *
 * @throws {SystemCallError} EBADF where it is not open
 */
export function keepToThisProcess(descriptor: number): void {
  ask(descriptor, "SETFD", FD_CLOEXEC);
}

/**
 * Has the program that this process becomes next find a descriptor open.
 *
 * @throws {SystemCallError} EBADF where it is not open
 */
export function passOn(descriptor: number): void {
  ask(descriptor, "SETFD", 0);
}

/**
 * Makes reading and writing not wait, for everybody who has this open file.
 *
 * @throws {SystemCallError} EBADF where it is not open
 */
export function makeNonblocking(descriptor: number): void {
  ask(descriptor, "SETFL", ask(descriptor, "GETFL") | OpenFlag.NONBLOCK);
}
