/**
 * Where an image's bytes come from.
 *
 * @module
 */
import { ImageError } from "../errors.ts";

/** A unikernel's file: its name, its size, and reading at an offset. */
export interface ImageSource {
  /** The name that messages use. */
  readonly name: string;
  /** Size in bytes, or 2^53 - 1 where there is more: no number is exact behind that. */
  readonly sizeBytes: number;
  /**
   * Fills the whole of `target` from `offset`.
   *
   * @throws {ImageError} when the file has fewer bytes
   */
  read(offset: number, target: Uint8Array<ArrayBuffer>): void;
  /** Gives the file back; reading is over. */
  close(): void;
}

/** An image that is already in memory. */
export function sourceFromBytes(name: string, bytes: Uint8Array): ImageSource {
  return {
    name,
    sizeBytes: bytes.length,
    read(offset, target) {
      const part = bytes.subarray(offset, offset + target.length);
      if (part.length < target.length) {
        throw truncated(name, offset, target.length, bytes.length);
      }
      target.set(part);
    },
    close() {},
  };
}

/** The error for a file that ends too early. */
export function truncated(
  file: string,
  offset: number,
  length: number,
  sizeBytes: number,
): ImageError {
  return new ImageError({
    file,
    structure: `${length} bytes`,
    offset,
    found: `the end of the file at ${sizeBytes} bytes`,
    expected: "all of them",
    remedy: "the file is cut short: fetch or build it again",
  });
}
