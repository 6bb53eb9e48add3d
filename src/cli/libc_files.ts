/**
 * Files through libc: on Linux.
 *
 * @module
 */
import { readWholeFile, writeWholeFile } from "../../ffi/whole_files.ts";
import { encodeRaw } from "../contract/raw_text.ts";
import { openImageFile } from "../machine/image_file.ts";
import type { HostFiles } from "./host_files.ts";

/** Files through libc. */
export const LIBC_FILES: HostFiles = {
  openImage: (path) => openImageFile(path),
  readWhole: (path, mostBytes) =>
    readWholeFile(path === undefined ? undefined : encodeRaw(path), mostBytes),
  writeWhole: (path, bytes) => writeWholeFile(encodeRaw(path), bytes),
};
