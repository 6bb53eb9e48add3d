/**
 * Reading and writing through `struct iovec`, which holds addresses as data:
 * the calls get the same small buffer each time, so that the run loop moves
 * bytes between guest memory and a descriptor without making an object.
 *
 * @module
 */
import { symbolGroup } from "./libc.ts";

const IOVEC_BYTES = 16;

/** One `struct iovec`: address u64 at 0, length u64 at 8. */
export class Vector {
  readonly #words = new Uint32Array(IOVEC_BYTES / 4);
  /**
   * What the calls below are given; good for as long as this object lives. (A
   * pointer costs less at each call than a buffer does.)
   */
  readonly pointer: Deno.PointerValue = Deno.UnsafePointer.of(this.#words);

  /**
   * Points at memory of this process, the address in two halves.
   * The caller has checked that these bytes exist and stay.
   */
  set(addressLow: number, addressHigh: number, lengthBytes: number): void {
    this.#words[0] = addressLow;
    this.#words[1] = addressHigh;
    this.#words[2] = lengthBytes;
    this.#words[3] = 0;
  }
}

/** Bytes of the tender's own that a vector can point at. */
export class OwnBytes {
  /** The bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Exact: user space ends below 2⁴⁷, and below 2⁵² everywhere. */
  readonly #address: number;

  /** @param length how many */
  constructor(length: number) {
    this.bytes = new Uint8Array(length);
    // Safe: they stay in place for as long as this object lives.
    const pointer = Deno.UnsafePointer.of(this.bytes);
    this.#address = Number(Deno.UnsafePointer.value(pointer));
  }

  /** Points a vector at some of them. */
  locate(vector: Vector, start: number, length: number): void {
    const address = this.#address + start;
    vector.set(address % HALF, Math.floor(address / HALF), length);
  }
}

const HALF = 0x1_0000_0000;

/** Result in bytes, or −1 with the reason in errno. */
export type VectorCall = (
  descriptor: number,
  vector: Deno.PointerValue,
  count: number,
) => number;

const writing = symbolGroup("writing", {
  // ssize_t writev(int fd, const struct iovec *iov, int iovcnt). One vector of
  // less than 2 GiB: the kernel's largest transfer, so that 32 bits hold the
  // result.
  writev: { parameters: ["i32", "pointer", "i32"], result: "i32" },
});

const receiving = symbolGroup("receiving", {
  // ssize_t readv(int fd, const struct iovec *iov, int iovcnt)
  readv: { parameters: ["i32", "pointer", "i32"], result: "i32" },
});

/** Hands out `writev`. */
export function rawWritev(): VectorCall {
  return writing().writev;
}

/** Hands out `readv`. */
export function rawReadv(): VectorCall {
  return receiving().readv;
}

/** The most that Linux moves in one call (`MAX_RW_COUNT`), in bytes. */
export const LARGEST_TRANSFER_BYTES = 0x7fff_f000;
