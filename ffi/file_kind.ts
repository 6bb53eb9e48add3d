/**
 * What is behind a descriptor: `statx` (man 2 statx).
 *
 * @module
 */
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  FileMode,
  Statx,
  STATX_BASIC_STATS,
} from "./linux/stat.ts";
import { Family, OptionLevel, SocketOption } from "./linux/socket.ts";
import { cString } from "./files.ts";
import type { UserIds } from "./identity.ts";
import { systemCall, trySystemCall } from "./system_call.ts";

function statusOf(descriptor: number): DataView | undefined {
  const status = new Uint8Array(Statx.size);
  const empty = cString("");
  const result = trySystemCall(
    "statx",
    descriptor,
    empty,
    AT_EMPTY_PATH,
    STATX_BASIC_STATS,
    status,
  );
  return result < 0 ? undefined : new DataView(status.buffer);
}

/** The part of a mode that says what a descriptor is open on; 0 where it is not. */
function typeOf(descriptor: number): number {
  const mode = statusOf(descriptor)?.getUint16(Statx.mode, true) ?? 0;
  return mode & FileMode.TYPE;
}

/** Whether a descriptor is open on a regular file. */
export function isRegularFile(descriptor: number): boolean {
  return typeOf(descriptor) === FileMode.REGULAR;
}

/** Whose a file is, and what others may do with it. */
export interface FileOwner {
  /** User. */
  readonly uid: number;
  /** Group. */
  readonly gid: number;
  /** The nine bits of rights. */
  readonly rights: number;
}

/** Asks whose a file is, without opening it; undefined where it is not there. */
export function ownerOf(path: string): FileOwner | undefined {
  const bytes = new Uint8Array(Statx.size);
  const name = cString(path);
  const result = trySystemCall("statx", AT_FDCWD, name, 0, STATX_BASIC_STATS, bytes);
  if (result < 0) return undefined;
  const status = new DataView(bytes.buffer);
  return {
    uid: status.getUint32(Statx.uid, true),
    gid: status.getUint32(Statx.gid, true),
    rights: status.getUint16(Statx.mode, true) & FileMode.RIGHTS,
  };
}

/** Whether a descriptor is open on a socket of this host alone (man 7 unix). */
export function isLocalSocket(descriptor: number): boolean {
  const [domain, length] = [new Uint8Array(4), new Uint8Array(4)];
  length[0] = domain.length;
  const { SOL_SOCKET } = OptionLevel;
  const { DOMAIN } = SocketOption;
  const asked = trySystemCall(
    "getsockopt",
    descriptor,
    SOL_SOCKET,
    DOMAIN,
    domain,
    length,
  );
  return asked === 0 && domain[0] === Family.UNIX;
}

/** Whether a descriptor is open on a folder. */
export function isFolder(descriptor: number): boolean {
  return typeOf(descriptor) === FileMode.FOLDER;
}

/** Write and search permission, in one of the three groups of a mode. */
const CHANGE = 0o3;

/** Whether a user without privileges may make and remove files in a directory. */
export function mayChange(directory: number, { uid, gid }: UserIds): boolean {
  const status = statusOf(directory);
  if (status === undefined) return false;
  const mode = status.getUint16(Statx.mode, true);
  const shift = status.getUint32(Statx.uid, true) === uid
    ? 6
    : status.getUint32(Statx.gid, true) === gid
    ? 3
    : 0;
  return (mode >> shift & CHANGE) === CHANGE;
}

/**
 * Gives an open file to a user.
 *
 * @throws {SystemCallError} when that is not allowed
 */
export function giveFile(descriptor: number, { uid, gid }: UserIds): void {
  systemCall("fchown", `descriptor ${descriptor}`, descriptor, uid, gid);
}
