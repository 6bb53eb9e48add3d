/**
 * A root folder that has a few files of the host, and nothing else.
 *
 * @module
 */
import { currentFolderPath } from "./current_folder.ts";
import { lastErrno, SystemCallError } from "./errno.ts";
import { cString } from "./files.ts";
import { MountFlag } from "./linux/mount.ts";
import { FileMode } from "./linux/stat.ts";
import { systemCall, trySystemCall } from "./system_call.ts";

/**
 * Folders that something can be mounted on where nothing that is in them is
 * wanted: seen by this process only.
 */
const PLACES = ["/sys", "/mnt", "/media", "/srv"];

/** For everybody to pass through. */
const MODE = 0o755;

/**
 * Has `/` be a new folder with only these files and folders in it, at the paths
 * that they have: for the calling thread, which has to have a mount namespace of
 * its own, and for what it executes. Mounts that the host makes or takes away
 * stay in step below, out of reach.
 *
 * @param paths files and folders that exist, none inside another
 * @param current the current directory: what it is called is there as well, empty
 * unless it is among `paths`
 * @throws {SystemCallError} EPERM without CAP_SYS_ADMIN and CAP_SYS_CHROOT
 */
export function enterRootOf(paths: readonly Host[], current: string): void {
  const { BIND, NODEV, NOSUID, RDONLY, REC, REMOUNT, SLAVE } = MountFlag;
  mount("/", "/", 0, REC | SLAVE);
  const place = PLACES.filter((place) =>
    !paths.some(({ path }) => path.startsWith(`${place}/`))
  ).find(mountEmpty);
  if (place === undefined) throw new SystemCallError("mount", "tmpfs", lastErrno());
  for (const { path, isFolder } of paths) {
    const target = place + path;
    makeFolders(isFolder ? target : target.slice(0, target.lastIndexOf("/")), place);
    if (!isFolder) trySystemCall("mknod", cString(target), FileMode.REGULAR, 0);
    mount(path, target, 0, BIND | REC);
  }
  makeFolders(place + current, place);
  mount(place, place, 0, REMOUNT | BIND | RDONLY | NOSUID | NODEV);
  systemCall("chdir", place, cString(place));
  systemCall("chroot", place, cString("."));
  systemCall("chdir", current, cString(current));
}

/** A file or folder of the host. */
export interface Host {
  /** Its path, from `/`. */
  readonly path: string;
  /** Whether it is a folder. */
  readonly isFolder: boolean;
}

/** Mounts an empty folder there; false where that cannot be. */
function mountEmpty(place: string): boolean {
  const flags = MountFlag.NOSUID | MountFlag.NODEV;
  const result = trySystemCall(
    "mount",
    cString("solo5"),
    cString(place),
    cString("tmpfs"),
    flags,
    cString("mode=755"),
  );
  return result === 0;
}

function mount(source: string, target: string, type: number, flags: number): void {
  systemCall("mount", source, cString(source), cString(target), type, flags, 0);
}

/** Makes a folder with those above it, below `from`; those that exist stay. */
function makeFolders(path: string, from: string): void {
  for (let end = from.length; end >= 0;) {
    end = path.indexOf("/", end + 1);
    trySystemCall("mkdir", cString(end < 0 ? path : path.slice(0, end)), MODE);
  }
}

/** The current directory; `/` where it has no path. */
export function currentFolder(): string {
  const path = currentFolderPath();
  return path === undefined ? "/" : new TextDecoder().decode(path);
}
