/**
 * A guest's place among those of its user: a file that others can look at, held
 * by a lock for as long as the tender lives.
 *
 * @module
 */
import { Errno, SystemCallError } from "../../ffi/errno.ts";
import { closeFile, openFile, readToEnd } from "../../ffi/files.ts";
import { fillFile, holdFile, openOwnedFolder } from "../../ffi/held_file.ts";
import { effectiveUser } from "../../ffi/rights.ts";
import { OperatorError } from "../errors.ts";
import { encodeFigures, FigureTable, type GuestDescription } from "./table.ts";

/** Names of files in it, by what they begin with: a guest's name, or a number. */
export const NAMED = "name.", UNNAMED = "slot.";

/** The folder of root's guests. */
const OF_ROOT = "/run/solo5";

/** What it is called in a user's own runtime directory. */
const OWN = "solo5";

/** The variable that says it outright. */
const VARIABLE = "SOLO5_RUNTIME_DIR";

/** Where systemd and others have a folder for each user who is logged in. */
const XDG_VARIABLE = "XDG_RUNTIME_DIR";

/**
 * The folder of a user.
 *
 * @param user effective user id
 * @param environment variables as the kernel has them: `NAME=VALUE`, a NUL behind each
 * @returns its path; it need not be there
 */
export function figuresFolder(user: number, environment: string): string {
  const given = absolute(environment, VARIABLE);
  if (given !== undefined) return given;
  // Of root there is one, whoever became root where.
  if (user === 0) return OF_ROOT;
  return `${absolute(environment, XDG_VARIABLE) ?? `/run/user/${user}`}/${OWN}`;
}

function absolute(environment: string, name: string): string | undefined {
  const value = environment.split("\0").find((each) => each.startsWith(`${name}=`))
    ?.slice(name.length + 1);
  return value?.startsWith("/") ? value : undefined;
}

/** How long a name that is held is waited for, each time. */
const PAUSE_MS = 5;

/** How often a place is looked for among twice as many as before. */
const ATTEMPTS = 14;

/**
 * Takes a place.
 *
 * @param name what the guest is called; undefined where that is nothing
 * @returns the file's descriptor; undefined where there is no folder for it, and
 * the guest has no name
 * @throws {OperatorError} where a guest that has a name cannot have a place
 */
export function holdPlace(name: string | undefined): number | undefined {
  const user = effectiveUser();
  const path = ownFolder(user);
  const folder = openOwnedFolder(path, user, true);
  if (folder === undefined) {
    if (name === undefined) return undefined;
    throw new OperatorError(
      `--name=${name}`,
      `${path} is no folder that only this user can write to, and cannot be made`,
      "give one in SOLO5_RUNTIME_DIR, or drop the name",
    );
  }
  try {
    return name === undefined
      ? holdAny(folder, user)
      : holdNamed(folder, name, user) ?? refuseName(name);
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error;
    if (name === undefined) return undefined;
    throw new OperatorError(
      `--name=${name}`,
      `${path}/${error.message}`,
      "look at that folder, or drop the name",
      error,
    );
  } finally {
    closeFile(folder);
  }
}

/** A reader that takes away what is left holds it for a moment. */
function holdNamed(folder: number, name: string, user: number): number | undefined {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let attempt = 0; attempt < 3; attempt++) {
    if (attempt > 0) Atomics.wait(pause, 0, 0, PAUSE_MS);
    const file = holdFile(folder, NAMED + name, user);
    if (file !== undefined) return file;
  }
  return undefined;
}

function refuseName(name: string): never {
  throw new OperatorError(
    `--name=${name}`,
    "another guest of this user has this name",
    "give another, or end that guest (solo5 ps shows it)",
    new SystemCallError("fcntl", name, Errno.EAGAIN),
  );
}

/**
 * Holds one of the places without a name. Those that are left are taken again, so
 * that there are never many more than guests have run at once.
 */
function holdAny(folder: number, user: number): number | undefined {
  for (let attempt = 2; attempt < ATTEMPTS; attempt++) {
    const slot = Math.floor(Math.random() * 2 ** attempt);
    const file = tryHold(folder, UNNAMED + slot, user);
    if (file !== undefined) return file;
  }
  return undefined;
}

/** Something else may have that name: then another place is as good. */
function tryHold(folder: number, name: string, user: number): number | undefined {
  try {
    return holdFile(folder, name, user);
  } catch (error) {
    if (error instanceof SystemCallError) return undefined;
    throw error;
  }
}

/** The folder of this user's guests. */
export function ownFolder(user: number): string {
  return figuresFolder(user, environment());
}

const ENVIRONMENT = "/proc/self/environ";

function environment(): string {
  try {
    const file = openFile(ENVIRONMENT, "read");
    const bytes = readToEnd(file, ENVIRONMENT);
    closeFile(file);
    return new TextDecoder().decode(bytes);
  } catch (error) {
    if (error instanceof SystemCallError) return "";
    throw error;
  }
}

/**
 * Starts counting for a guest.
 *
 * @param file where, as {@link holdPlace} gave it; undefined where nobody can look
 * @throws {OperatorError} where a guest that has a name cannot be counted there
 */
export function keepFigures(
  guest: GuestDescription,
  file: number | undefined,
): FigureTable {
  if (file !== undefined) {
    try {
      const bytes = encodeFigures(guest);
      fillFile(file, bytes, "figures");
      return FigureTable.inFile(file, bytes.length);
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      closeFile(file);
      if (guest.name !== undefined) {
        throw new OperatorError(
          `--name=${guest.name}`,
          error.message,
          "make room where the figures of guests are",
          error,
        );
      }
    }
  }
  return FigureTable.unseen(guest.devices.length);
}
