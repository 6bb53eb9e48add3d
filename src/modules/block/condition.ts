/**
 * Whether a disk is still what the guest was told.
 *
 * @module
 */
import { failedWrite, openFailedWrite, openSync, syncFile } from "../../../ffi/disk.ts";
import { describeErrno, Errno } from "../../../ffi/errno.ts";
import { fileSizeBytes } from "../../../ffi/files.ts";
import type { SyncMode } from "../../contract/module.ts";
import { OperatorError } from "../../errors.ts";

/** The file or block device that is looked after. */
interface Disk {
  readonly file: number;
  readonly path: string;
  readonly capacityBytes: number;
  readonly readOnly: boolean;
  readonly sync: SyncMode;
}

/**
 * What can go wrong with a disk, as errors. A write only reaches the page cache,
 * and its file may be shortened behind a guest's back: neither fails a
 * hypercall, so that somebody has to ask.
 */
export class DiskCondition {
  readonly #disk: Disk;
  #failed = false;

  /** Opens what asking needs. */
  constructor(disk: Disk) {
    this.#disk = disk;
    if (!disk.readOnly) openFailedWrite();
    if (disk.sync === "end") openSync();
  }

  /**
   * Asks.
   *
   * @throws {OperatorError} when the disk is shorter than at the start, or lost
   * something that the guest wrote; once
   */
  check(): void {
    if (this.#failed) return;
    const { file, path, capacityBytes, readOnly } = this.#disk;
    if (fileSizeBytes(file, path) < capacityBytes) throw this.shortened("it");
    const errno = readOnly ? 0 : failedWrite(file, capacityBytes);
    if (errno !== 0) throw this.#lost(errno);
  }

  /**
   * The last time, which brings what was written to the disk where that is asked
   * for.
   *
   * @throws {OperatorError} as {@link check} does
   */
  end(): void {
    const errno = this.#disk.sync === "end" ? syncFile(this.#disk.file) : 0;
    if (errno !== 0 && !this.#failed) throw this.#lost(errno);
    this.check();
  }

  #lost(errno: number): OperatorError {
    return this.broken(
      `what the guest wrote earlier did not reach it: ${describeErrno(errno)}`,
      errno,
    );
  }

  /** @param how words before "has become shorter" */
  shortened(how: string): OperatorError {
    return this.broken(
      `${how} has become shorter than ${this.#disk.capacityBytes} bytes`,
    );
  }

  /** A failure with its way out, which is from now on not said again. */
  broken(problem: string, errno = 0): OperatorError {
    this.#failed = true;
    const full = errno === Errno.ENOSPC || errno === Errno.EDQUOT;
    return new OperatorError(
      this.#disk.path,
      problem,
      full ? "make room, and start again" : "look at the disk, and start again",
    );
  }
}
