/**
 * An empty folder as the root of the whole process.
 *
 * @module
 */
import { cString } from "./files.ts";
import { systemCall, trySystemCall } from "./system_call.ts";

/** Where a folder can be made for a moment; the first that lets itself be used. */
const PLACES = ["/run", "/dev/shm", "/tmp", "/var/tmp"];

/** Empty wherever `/proc` is, and nobody can make anything in it. */
const ALWAYS_EMPTY = "/proc/tty/ldisc";

/** For its owner to enter, with or without privileges. */
const MODE = 0o100;

/**
 * Has `/` be an empty folder, in every thread (threads share it): one that was
 * made and removed, so that nothing can be put into it, nor left behind.
 *
 * @throws {SystemCallError} EPERM without CAP_SYS_CHROOT, or ENOENT where there is
 * no such folder to be had
 */
export function enterEmptyRoot(): void {
  if (!PLACES.some(enterRemovedFolder)) {
    systemCall("chdir", ALWAYS_EMPTY, cString(ALWAYS_EMPTY));
  }
  systemCall("chroot", "/", cString("."));
}

/** Makes a folder, goes there, removes it; false where that cannot be. */
function enterRemovedFolder(place: string): boolean {
  const random = crypto.getRandomValues(new Uint8Array(8)).toHex();
  const path = `${place}/.solo5-${random}`;
  if (trySystemCall("mkdir", cString(path), MODE) < 0) return false;
  const entered = trySystemCall("chdir", cString(path)) === 0;
  systemCall("rmdir", path, cString(path));
  return entered;
}
