/**
 * Taking hold of a disk.
 *
 * @module
 */
import { lockFile } from "../../../ffi/disk.ts";
import { Errno, SystemCallError } from "../../../ffi/errno.ts";
import {
  closeFile,
  type FileAccess,
  fileSizeBytes,
  openFileQuietly,
  readAt,
} from "../../../ffi/files.ts";
import { describeDescriptor } from "../../../ffi/passed.ts";
import { type Counts, type DeviceCounts, uncounted } from "../../contract/figures.ts";
import type { AttachedDevice, BlockBinding } from "../../contract/module.ts";
import { encodeRaw } from "../../contract/raw_text.ts";
import { spellSource } from "../../contract/source.ts";
import type { Say } from "../../contract/watch.ts";
import { OperatorError, printable, SizeMismatch } from "../../errors.ts";
import { adoptFile } from "./adopt.ts";
import { DiskCondition } from "./condition.ts";

/** A block device that holds its file. */
export interface BlockDevice extends AttachedDevice {
  /** The file or block device. */
  readonly file: number;
  /** What the operator calls it. */
  readonly path: string;
  /** What can be wrong with it. */
  readonly condition: DiskCondition;
  /** Size in bytes, as found at the start. */
  readonly capacityBytes: number;
  /** Whether writing is refused. */
  readonly readOnly: boolean;
  /** Whether each write has to be asked to reach the disk before it returns. */
  readonly writeThrough: boolean;
  /** Whether what was written is brought to the disk when the guest has ended. */
  readonly syncedAtEnd: boolean;
  /** Where reads and writes are counted. */
  readonly counts: Counts;
}

/**
 * Opens or takes over, locks and measures the file that a device is bound to.
 * Changes nothing in it.
 *
 * @throws {OperatorError} when it cannot be had or has an impossible size
 */
export function attach(
  binding: BlockBinding,
  say: Say,
  { main: counts }: DeviceCounts = uncounted(),
): BlockDevice {
  const { file: source, readOnly } = binding;
  const flag = `--block:${binding.name}=${spellSource(source)}`;
  let opened: number | undefined;
  try {
    if ("descriptor" in source) {
      adoptFile(source.descriptor, readOnly, flag);
      return { ...hold(binding, source.descriptor, flag, say), counts };
    }
    opened = source.held ?? openFileQuietly(encodeRaw(source.path), accessOf(binding));
    return { ...hold(binding, opened, flag, say), counts };
  } catch (error) {
    if (opened !== undefined) closeFile(opened);
    if (!(error instanceof SystemCallError)) throw error;
    const problem = "descriptor" in source ? error.message : error.problem;
    throw new OperatorError(flag, problem, remedyFor(error, binding), error);
  }
}

function accessOf({ readOnly, sync }: BlockBinding): FileAccess {
  if (readOnly) return "read";
  return sync === "write" ? "write-through" : "read-write";
}

/** Makes a device of an open file that proves to be a disk. */
function hold(
  binding: BlockBinding,
  file: number,
  flag: string,
  say: Say,
): Omit<BlockDevice, "counts"> {
  const { file: source, readOnly, sync, handle, sectorSizeBytes } = binding;
  const path = "path" in source ? source.path : describeDescriptor(file);
  const capacityBytes = fileSizeBytes(file, path);
  // A directory can be opened and has a size, but cannot be read.
  readAt(file, 0, new Uint8Array(1), path);
  checkCapacity(binding, flag, capacityBytes);
  lock(binding, flag, { file, path }, say);
  const condition = new DiskCondition({ file, path, capacityBytes, readOnly, sync });
  return {
    handle,
    descriptor: file,
    file,
    path,
    condition,
    capacityBytes,
    readOnly,
    // A file that was opened here was opened for that.
    syncedAtEnd: sync === "end",
    writeThrough: sync === "write" && "descriptor" in source,
    properties: { capacityBytes, blockSizeBytes: sectorSizeBytes },
    check: () => condition.check(),
    end: () => condition.end(),
    close: () => closeFile(file),
  };
}

/** Takes the file's lock, where it can be had or is insisted on. */
function lock(
  binding: BlockBinding,
  flag: string,
  { file, path }: { readonly file: number; readonly path: string },
  say: Say,
): void {
  try {
    lockFile(file, binding.readOnly, path);
  } catch (error) {
    if (!(error instanceof SystemCallError) || binding.whenLocked === "refuse") {
      throw error;
    }
    const why = error.errno === Errno.EAGAIN
      ? "another process, or another disk of this guest, holds it"
      : error.problem;
    say(
      printable(
        `${flag}: ${why}; the guest runs without its lock: two writers ruin a file system`,
      ),
    );
  }
}

function checkCapacity(binding: BlockBinding, flag: string, bytes: number): void {
  const { sectorSizeBytes, name } = binding;
  if (bytes > Number.MAX_SAFE_INTEGER) {
    throw new OperatorError(flag, "it is larger than 8 PiB", "give a smaller one");
  }
  if (bytes >= sectorSizeBytes && bytes % sectorSizeBytes === 0) return;
  const room = bytes - bytes % sectorSizeBytes + sectorSizeBytes;
  const mismatch = new SizeMismatch(bytes, sectorSizeBytes);
  throw new OperatorError(
    flag,
    mismatch.message,
    `make it larger (truncate --size=${room} FILE) or give --block-sector-size:${name}`,
    mismatch,
  );
}

function remedyFor(error: SystemCallError, binding: BlockBinding): string {
  if (error.call === "flock") {
    return error.errno === Errno.EAGAIN
      ? "another process, or another disk of this guest, holds it: give each writer a file of its own, or bind it with ,ro everywhere"
      : "put the file on a file system that has locks";
  }
  if ("descriptor" in binding.file) {
    return "pass an open descriptor of a regular file or a block device";
  }
  switch (error.errno) {
    case Errno.ENOENT:
      return `make it: truncate --size=1M ${binding.file.path}`;
    case Errno.EACCES:
    case Errno.EPERM:
    case Errno.EROFS:
      return binding.readOnly
        ? "let this user read it"
        : "let this user write it, or bind it with ,ro";
    default:
      return "give a regular file or a block device";
  }
}
