/**
 * Memory outside of JavaScript's heap. This file alone makes views onto it;
 * everybody else gets typed arrays from here and, for guest memory, checked
 * ranges from `src/contract/memory.ts`.
 *
 * @module
 */
import { MapFlag, Protection } from "./linux/mman.ts";
import { systemCall, trySystemCall } from "./system_call.ts";

/**
 * A mapping of this process: where it is and the bytes in it. Views are invalid
 * after {@link unmap}.
 */
export class Mapping {
  #bytes: Uint8Array<ArrayBuffer> | undefined;

  /**
   * Describes memory that the kernel has mapped.
   *
   * @param address host virtual address of the first byte; page-aligned
   * @param sizeBytes its size
   */
  constructor(readonly address: bigint, readonly sizeBytes: number) {}

  /**
   * All bytes. The view is made when it is first asked for: V8 counts its size,
   * and collects garbage on its account.
   */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes ??= this.part(0, this.sizeBytes);
  }

  /** Some of the bytes. */
  part(offset: number, length: number): Uint8Array<ArrayBuffer> {
    if (offset < 0 || length < 0 || offset + length > this.sizeBytes) {
      throw new RangeError(`${length} bytes at ${offset} are not in the mapping`);
    }
    // Later, the process may have given up making views.
    if (this.#bytes !== undefined) return this.#bytes.subarray(offset, offset + length);
    const pointer = Deno.UnsafePointer.create(this.address + BigInt(offset))!;
    // Safe: the range was just checked, and the mapping is readable and writable.
    return new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(pointer, length));
  }
}

function map(
  address: bigint,
  sizeBytes: number,
  flags: number,
  descriptor: number,
  what: string,
): Mapping {
  const protection = Protection.READ | Protection.WRITE;
  // Exact: user space ends below 2⁴⁷, and below 2⁵² everywhere.
  const result = systemCall(
    "mmap",
    what,
    address,
    sizeBytes,
    protection,
    flags,
    descriptor,
    0,
  );
  return new Mapping(BigInt(result), sizeBytes);
}

/**
 * Maps zero-filled private memory of `sizeBytes`, without reserving swap for
 * it: pages that nobody touches cost nothing.
 *
 * @throws {SystemCallError} when the kernel has no room for it
 */
export function mapAnonymous(sizeBytes: number, what: string): Mapping {
  return map(
    0n,
    sizeBytes,
    MapFlag.PRIVATE | MapFlag.ANONYMOUS | MapFlag.NORESERVE,
    -1,
    what,
  );
}

/**
 * Maps the first `sizeBytes` of a descriptor, shared, with one page of private
 * memory directly before them.
 *
 * @throws {SystemCallError} when either mapping fails
 */
export function mapSharedBehindPage(
  descriptor: number,
  sizeBytes: number,
  what: string,
): Mapping {
  const whole = mapAnonymous(PAGE_BYTES + sizeBytes, what);
  map(
    whole.address + BigInt(PAGE_BYTES),
    sizeBytes,
    MapFlag.SHARED | MapFlag.FIXED,
    descriptor,
    what,
  );
  return whole;
}

/**
 * Size of a small page where this program runs (x86_64; aarch64 hosts may have
 * larger ones).
 */
export const PAGE_BYTES = 4096;

/**
 * Sets what this process, and a guest that the memory belongs to, may do with
 * part of a mapping. `protection` is a union of {@link Protection} bits.
 *
 * @throws {SystemCallError} when the kernel refuses
 */
export function protect(
  mapping: Mapping,
  range: { readonly start: number; readonly end: number },
  protection: number,
): void {
  const start = mapping.address + BigInt(range.start);
  systemCall("mprotect", "guest memory", start, range.end - range.start, protection);
}

/** Gives a mapping back. Its `bytes` must not be used any more. */
export function unmap(mapping: Mapping): void {
  trySystemCall("munmap", mapping.address, mapping.sizeBytes);
}
