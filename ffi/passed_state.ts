/**
 * Leaving descriptors that were passed to this program as they were: others may
 * have the same open file.
 *
 * @module
 */
import { restoreLock } from "./disk.ts";
import { closeFile } from "./files.ts";
import { hostText } from "./kernel_text.ts";
import { FcntlCommand, FileLock, Seek } from "./linux/fcntl.ts";
import { systemCall, trySystemCall } from "./system_call.ts";

/**
 * Where copies go: where nobody passes one, or, where this process may have fewer
 * descriptors, anywhere.
 */
const LOWEST_COPIES = [500, 3] as const;

/** Locks as `/proc` has them (man 5 proc_pid_fdinfo), strongest first. */
const LOCKS = [
  [/^lock:.*\bFLOCK\b.*\bWRITE\b/m, FileLock.EXCLUSIVE],
  [/^lock:.*\bFLOCK\b.*\bREAD\b/m, FileLock.SHARED],
] as const;

/** How a descriptor is, and the open file behind it, which others may have too. */
export interface PassedState {
  /** Its number. */
  readonly descriptor: number;
  /** Its own flags (`F_GETFD`). */
  readonly ownFlags: number;
  /** The open file's flags (`F_GETFL`). */
  readonly flags: number;
  /** Where it is read next; negative where it cannot seek. */
  readonly position: number;
  /** Its lock; undefined where nobody says. */
  readonly lock?: (typeof FileLock)["SHARED" | "EXCLUSIVE" | "NONE"];
}

/** Asks how a descriptor is; undefined where it is not open. */
export function stateOf(descriptor: number): PassedState | undefined {
  const ownFlags = trySystemCall("fcntl", descriptor, FcntlCommand.GETFD);
  if (ownFlags < 0) return undefined;
  const flags = trySystemCall("fcntl", descriptor, FcntlCommand.GETFL);
  const position = trySystemCall("lseek", descriptor, 0, Seek.CUR);
  const state = { descriptor, ownFlags, flags, position };
  const text = hostText(`/proc/self/fdinfo/${descriptor}`);
  if (text === undefined) return state;
  const lock = LOCKS.find(([pattern]) => pattern.test(text))?.[1] ?? FileLock.NONE;
  return { ...state, lock };
}

/** Puts an open descriptor, and its file, back as they were. */
export function restoreState(
  { descriptor, ownFlags, flags, position, lock }: PassedState,
): void {
  trySystemCall("fcntl", descriptor, FcntlCommand.SETFD, ownFlags);
  trySystemCall("fcntl", descriptor, FcntlCommand.SETFL, flags);
  if (position >= 0) trySystemCall("lseek", descriptor, position, Seek.SET);
  if (lock !== undefined) restoreLock(descriptor, lock);
}

/**
 * Remembers how an open descriptor is.
 *
 * @returns puts everything back: the descriptor itself, where it was closed, its
 * flags, position and lock
 */
export function rememberPassed(descriptor: number): () => void {
  const state = stateOf(descriptor);
  const copy = copyOf(descriptor);
  if (state === undefined || copy === undefined) return () => {};
  return () => {
    systemCall("dup3", `descriptor ${descriptor}`, copy, descriptor, 0);
    restoreState(state);
    closeFile(copy);
  };
}

function copyOf(descriptor: number): number | undefined {
  for (const lowest of LOWEST_COPIES) {
    const copy = trySystemCall("fcntl", descriptor, FcntlCommand.DUPFD_CLOEXEC, lowest);
    if (copy >= 0) return copy;
  }
  return undefined;
}
