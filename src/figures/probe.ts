/**
 * Seeing whether a guest's name is free.
 *
 * @module
 */
import { ownerOf } from "../../ffi/file_kind.ts";
import { closeFile } from "../../ffi/files.ts";
import { openOwnedFolder } from "../../ffi/held_file.ts";
import { removeFolder, removeUnheld } from "../../ffi/owned_folder.ts";
import { effectiveUser } from "../../ffi/rights.ts";
import { holdPlace, NAMED, ownFolder } from "./entry.ts";

/**
 * Takes the place of a guest of this name, and gives it back: folder and file are
 * there afterwards where they were there before.
 *
 * @throws {OperatorError} as {@link holdPlace} does
 */
export function tryPlace(name: string): void {
  const user = effectiveUser();
  const path = ownFolder(user);
  const hadFolder = ownerOf(path) !== undefined;
  const hadFile = ownerOf(`${path}/${NAMED}${name}`) !== undefined;
  try {
    const place = holdPlace(name);
    if (place !== undefined) closeFile(place);
  } finally {
    const folder = hadFile ? undefined : openOwnedFolder(path, user, false);
    if (folder !== undefined) {
      // Another guest may have it by now.
      removeUnheld(folder, NAMED + name, user);
      closeFile(folder);
    }
    if (!hadFolder) removeFolder(path);
  }
}
