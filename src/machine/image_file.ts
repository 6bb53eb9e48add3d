/**
 * An image in a file of the host, read piece by piece.
 *
 * @module
 */
import { SystemCallError } from "../../ffi/errno.ts";
import { closeFile, fileSizeBytes, openFile, readAt } from "../../ffi/files.ts";
import { encodeRaw } from "../contract/raw_text.ts";
import { OperatorError } from "../errors.ts";
import { type ImageSource, truncated } from "../image/source.ts";

/**
 * Opens a unikernel's file.
 *
 * @param path its path, as the operator gave it
 * @param held its descriptor, where it is open already
 * @throws {OperatorError} when it cannot be opened or has no size (a FIFO)
 */
export function openImageFile(path: string, held?: number): ImageSource {
  return described(path, () => {
    const descriptor = held ?? openFile(encodeRaw(path), "read");
    try {
      const sizeBytes = fileSizeBytes(descriptor, path);
      const exact = Math.min(sizeBytes, Number.MAX_SAFE_INTEGER);
      return new ImageFile(path, descriptor, exact);
    } catch (error) {
      closeFile(descriptor);
      throw error;
    }
  });
}

/** An open file with an image. */
export class ImageFile implements ImageSource {
  #open = true;

  constructor(
    readonly name: string,
    readonly descriptor: number,
    readonly sizeBytes: number,
  ) {}

  read(offset: number, target: Uint8Array<ArrayBuffer>): void {
    if (!this.#open) throw new Error(`${this.name} was closed; open it again`);
    const count = described(
      this.name,
      () => readAt(this.descriptor, offset, target, this.name),
    );
    if (count < target.length) {
      throw truncated(this.name, offset, target.length, offset + count);
    }
  }

  close(): void {
    if (this.#open) closeFile(this.descriptor);
    this.#open = false;
  }
}

function described<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error;
    throw new OperatorError(
      path === "" ? '""' : path,
      error.problem,
      "give the path of a unikernel's file that can be read",
      error,
    );
  }
}
