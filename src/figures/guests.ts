/**
 * The guests of this user: looking at what their tenders count, and taking away
 * what those have left that are no more.
 *
 * @module
 */
import { SystemCallError } from "../../ffi/errno.ts";
import { closeFile, readAt } from "../../ffi/files.ts";
import {
  isLocked,
  namesIn,
  openOwnFile,
  removeUnheld,
  writeUnheld,
} from "../../ffi/owned_folder.ts";
import { openOwnedFolder, statusOf } from "../../ffi/held_file.ts";
import { effectiveUser } from "../../ffi/rights.ts";
import { GuestCount } from "../contract/figures.ts";
import { NAMED, ownFolder, UNNAMED } from "./entry.ts";
import { guestAt } from "./table.ts";
import { decodeFigures, type FiguresSeen, MOST_FIGURES_BYTES } from "./seen.ts";
import { type ProcessUse, useOf } from "./processes.ts";

/** A guest, as it was at one moment. */
export interface GuestSeen extends FiguresSeen {
  /** Whether its tender lives. */
  readonly alive: boolean;
  /** What its tender takes, where it lives and the kernel says so. */
  readonly use: ProcessUse | undefined;
  /** When that was, in milliseconds since 1970. */
  readonly seen: number;
}

/** How long it is remembered how a guest with a name ended: a day. */
const MEMORY_MS = 24 * 3600 * 1000;

/**
 * Looks at every guest of this user, also at those with a name that have ended
 * lately. What others have left is taken away.
 *
 * @param now milliseconds since 1970
 */
export function lookAround(now: number = Date.now()): GuestSeen[] {
  const self = effectiveUser();
  const folder = openOwnedFolder(ownFolder(self), self, false);
  if (folder === undefined) return [];
  const user = statusOf(folder)?.user ?? self;
  try {
    return namesIn(folder).flatMap((file) => look({ folder, user, file, now }) ?? []);
  } catch (error) {
    if (error instanceof SystemCallError) return [];
    throw error;
  } finally {
    closeFile(folder);
  }
}

/** A file of the folder. */
interface Place {
  readonly folder: number;
  readonly user: number;
  readonly file: string;
  readonly now: number;
}

function look(place: Place): GuestSeen | undefined {
  const { folder, user, file, now } = place;
  // Somebody else's, it may be.
  if (!file.startsWith(NAMED) && !file.startsWith(UNNAMED)) return undefined;
  const found = openOwnFile(folder, file, user);
  if (found === undefined) return undefined;
  let alive: boolean, seen: FiguresSeen | undefined;
  try {
    alive = isLocked(found.file);
    const bytes = new Uint8Array(Math.min(found.sizeBytes, MOST_FIGURES_BYTES + 1));
    const count = readAt(found.file, 0, bytes, file);
    seen = decodeFigures(bytes.subarray(0, count));
  } finally {
    closeFile(found.file);
  }
  const { name } = seen?.description ?? {};
  const belongs = seen !== undefined &&
    (name === undefined ? file.startsWith(UNNAMED) : file === NAMED + name);
  if (!alive) return lookBack(place, belongs ? seen : undefined);
  if (!belongs) return undefined;
  return { ...seen!, alive, use: useOf(seen!.description.pid), seen: now };
}

/** Looks at what a tender has left. */
function lookBack(
  { folder, user, file, now }: Place,
  left: FiguresSeen | undefined,
): GuestSeen | undefined {
  const ended = left?.guest[GuestCount.ended] ?? 0;
  if (left?.description.name === undefined || (ended > 0 && ended < now - MEMORY_MS)) {
    removeUnheld(folder, file, user);
    return undefined;
  }
  // One that was killed could not say when: it is told from when that was seen.
  if (ended === 0) {
    const bytes = new Uint8Array(new Float64Array([now]).buffer);
    writeUnheld(folder, file, user, bytes, guestAt() + 8 * GuestCount.ended);
  }
  return { ...left, alive: false, use: undefined, seen: now };
}
