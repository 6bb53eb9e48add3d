/**
 * An image source that remembers what was read.
 *
 * @module
 */
import { type ImageSource, sourceFromBytes } from "../../src/image/source.ts";

/** A range that was read: offsets in the file, `end` excluded. */
export interface ReadRange {
  /** First byte. */
  readonly start: number;
  /** Behind the last byte. */
  readonly end: number;
}

/** A file of `sizeBytes` of which only the first bytes are not zero. */
export class RecordingSource implements ImageSource {
  readonly #head: Uint8Array;
  /** Every range that was asked for, in order. */
  readonly ranges: ReadRange[] = [];

  constructor(
    readonly name: string,
    head: Uint8Array,
    readonly sizeBytes: number = head.length,
  ) {
    this.#head = head;
  }

  /** Bytes that were read, counted as often as they were. */
  get bytesRead(): number {
    return this.ranges.reduce((sum, { start, end }) => sum + end - start, 0);
  }

  read(offset: number, target: Uint8Array<ArrayBuffer>): void {
    this.ranges.push({ start: offset, end: offset + target.length });
    if (offset + target.length > this.sizeBytes) {
      sourceFromBytes(this.name, this.#head).read(offset, target);
      return;
    }
    target.fill(0);
    target.set(this.#head.subarray(offset, offset + target.length));
  }

  close(): void {}
}
