/**
 * Files on whatever system this is: for commands that run no guest.
 *
 * @module
 */
import type { ImageSource } from "../image/source.ts";

/** What these commands do with files. */
export interface HostFiles {
  /**
   * Opens a unikernel's file.
   *
   * @throws {OperatorError} when it cannot be opened, or has no size
   */
  openImage(path: string): ImageSource;
  /**
   * Reads a file to its end.
   *
   * @param path where it is; undefined for standard input
   * @param mostBytes how much is read of a file that does not end before
   * @throws {SystemCallError} when it cannot be opened or read
   */
  readWhole(path: string | undefined, mostBytes: number): Uint8Array<ArrayBuffer>;
  /**
   * Writes a file as a whole, or leaves what was there.
   *
   * @throws {SystemCallError} when it cannot be written
   */
  writeWhole(path: string, bytes: Uint8Array<ArrayBuffer>): void;
}

/**
 * Files through libc on Linux, where paths may be any bytes and no permission to
 * read is needed; through the runtime elsewhere.
 */
export async function hostFiles(): Promise<HostFiles> {
  return Deno.build.os === "linux"
    ? (await import("./libc_files.ts")).LIBC_FILES
    : (await import("./runtime_files.ts")).RUNTIME_FILES;
}
