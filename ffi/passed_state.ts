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

/** The lowest number of a copy: none that somebody passes. */
const LOWEST_COPY = 500;

/** Locks as `/proc` has them (man 5 proc_pid_fdinfo), strongest first. */
const LOCKS = [
  [/^lock:.*\bFLOCK\b.*\bWRITE\b/m, FileLock.EXCLUSIVE],
  [/^lock:.*\bFLOCK\b.*\bREAD\b/m, FileLock.SHARED],
] as const;

/**
 * Remembers how an open descriptor is.
 *
 * @returns puts everything back: the descriptor itself, where it was closed, its
 * flags, position and lock
 */
export function rememberPassed(descriptor: number): () => void {
  const copy = trySystemCall(
    "fcntl",
    descriptor,
    FcntlCommand.DUPFD_CLOEXEC,
    LOWEST_COPY,
  );
  if (copy < 0) return () => {};
  const own = trySystemCall("fcntl", copy, FcntlCommand.GETFL);
  const closeOnExec = trySystemCall("fcntl", descriptor, FcntlCommand.GETFD);
  const position = trySystemCall("lseek", copy, 0, Seek.CUR);
  const state = hostText(`/proc/self/fdinfo/${descriptor}`);
  return () => {
    systemCall("dup3", `descriptor ${descriptor}`, copy, descriptor, 0);
    trySystemCall("fcntl", descriptor, FcntlCommand.SETFD, closeOnExec);
    trySystemCall("fcntl", descriptor, FcntlCommand.SETFL, own);
    if (position >= 0) trySystemCall("lseek", descriptor, position, Seek.SET);
    if (state !== undefined) {
      const lock = LOCKS.find(([pattern]) => pattern.test(state))?.[1];
      restoreLock(descriptor, lock ?? FileLock.NONE);
    }
    closeFile(copy);
  };
}
