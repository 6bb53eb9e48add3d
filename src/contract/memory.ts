/**
 * Guest memory: the one way to get from a guest physical address to a byte.
 *
 * @module
 */
import { GuestFault } from "../errors.ts";
import { hex } from "./hex.ts";

/** What a caller wants to do with a range. */
export type Access = "read" | "write";

/** A part of guest memory that the guest's image protects. */
export interface ProtectedRange {
  /** First byte (gpa). */
  readonly start: number;
  /** Behind the last byte (gpa). */
  readonly end: number;
  /** Whether it may be read. */
  readonly readable: boolean;
}

/** Something to point at host memory; `ffi/vectors.ts` has the one in use. */
export interface HostVector {
  /** Points at `lengthBytes` from an address in two halves of 32 bits. */
  set(addressLow: number, addressHigh: number, lengthBytes: number): void;
}

/** Host memory that stands for guest memory. */
export interface HostMemory {
  /** Host virtual address of gpa 0; page-aligned. */
  readonly address: bigint;
  /** Size in bytes. */
  readonly sizeBytes: number;
  /** The bytes, gpa 0 first. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Some of the bytes, where the view of all is not needed yet. */
  part(gpa: number, length: number): Uint8Array<ArrayBuffer>;
}

/**
 * A guest's memory as its hypercalls may use it. A gpa is a `number`; it has to
 * go through {@link range} before any view is touched, and only what that let
 * through may be given to the unchecked accessors.
 */
export class GuestMemory {
  /** Size in bytes (`M` of the guest ABI). */
  readonly sizeBytes: number;
  readonly #host: HostMemory;
  #view = new DataView(new ArrayBuffer(0));
  readonly #addressLow: number;
  readonly #addressHigh: number;
  #protected: readonly ProtectedRange[] = [];
  #protectedEnd = 0;

  /** @param sizeBytes the guest's part, from gpa 0 on, where that is not all */
  constructor(host: HostMemory, sizeBytes: number = host.sizeBytes) {
    this.#host = host;
    this.sizeBytes = sizeBytes;
    this.#addressLow = Number(host.address & 0xffff_ffffn);
    this.#addressHigh = Number(host.address >> 32n);
  }

  /**
   * Makes the view that the accessors read and write through. The last thing
   * before the guest runs: V8 counts the view's size, and the next allocation
   * collects garbage on its account.
   */
  open(): void {
    const { buffer, byteOffset, byteLength } = this.#host.bytes;
    this.#view = new DataView(buffer, byteOffset, byteLength);
  }

  /**
   * Sets the ranges that a hypercall must not write, or not even read, because
   * the image has them read-only or without any right: the host's own page
   * protection would end the tender instead of the guest.
   */
  protect(ranges: readonly ProtectedRange[]): void {
    this.#protected = ranges;
    this.#protectedEnd = ranges.reduce((end, range) => Math.max(end, range.end), 0);
  }

  /**
   * Checks a range from the guest (Solo5 hvt ABI: `gpa < M` and
   * `gpa + length < M`; a range that ends exactly at M is refused).
   *
   * @param gpa first byte, as the guest gave it
   * @param length bytes, as the guest gave it
   * @returns the gpa, now good for `length` bytes
   * @throws {GuestFault} when the range is not the guest's
   */
  range(gpa: number, length: number, access: Access): number {
    if (!(gpa + length < this.sizeBytes)) this.#refuse(gpa, length);
    if (gpa < this.#protectedEnd && length > 0) {
      this.#checkProtection(gpa, length, access);
    }
    return gpa;
  }

  #checkProtection(gpa: number, length: number, access: Access): void {
    for (const range of this.#protected) {
      if (gpa >= range.end || gpa + length <= range.start) continue;
      if (access === "read" && range.readable) continue;
      throw new GuestFault(
        `invalid guest access: gpa=${address(gpa)}, ${size(length)} to ${access}, ` +
          `in its ${range.readable ? "read-only" : "inaccessible"} segment ` +
          `${hex(range.start)} to ${hex(range.end)}`,
      );
    }
  }

  #refuse(gpa: number, length: number): never {
    throw new GuestFault(
      `invalid guest access: gpa=${address(gpa)}, ${size(length)}, ` +
        `not within its ${hex(this.sizeBytes)} bytes of memory`,
    );
  }

  /** Reads a byte. */
  u8(gpa: number): number {
    return this.#view.getUint8(gpa);
  }

  /** Reads a u32. */
  u32(gpa: number): number {
    return this.#view.getUint32(gpa, true);
  }

  /**
   * Reads a u64. Beyond 2⁵³ the number is rounded: far more than any address,
   * length or offset that a check lets through.
   */
  u64(gpa: number): number {
    return this.#view.getUint32(gpa, true) +
      this.#view.getUint32(gpa + 4, true) * 0x1_0000_0000;
  }

  /** Writes an i32. */
  setI32(gpa: number, value: number): void {
    this.#view.setInt32(gpa, value, true);
  }

  /** Writes a u64, given as two halves of 32 bits. */
  setU64(gpa: number, low: number, high: number): void {
    this.#view.setUint32(gpa, low, true);
    this.#view.setUint32(gpa + 4, high, true);
  }

  /** Points a host vector at a checked range. */
  locate(vector: HostVector, gpa: number, length: number): void {
    const low = this.#addressLow + gpa;
    const carry = low > 0xffff_ffff ? 1 : 0;
    vector.set(low >>> 0, this.#addressHigh + carry, length);
  }
}

/** A gpa as messages show it. */
function address(gpa: number): string {
  return `${about(gpa)}${hex(gpa)}`;
}

/** A length as messages show it. */
function size(bytes: number): string {
  return `${about(bytes)}${bytes} bytes`;
}

/** Marks what {@link GuestMemory.u64} had to round. */
function about(value: number): string {
  return value > Number.MAX_SAFE_INTEGER ? "about " : "";
}
