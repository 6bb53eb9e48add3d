/**
 * Memory outside of JavaScript's heap. This file alone makes views onto it;
 * everybody else gets typed arrays from here and, for guest memory, checked
 * ranges from `src/contract/memory.ts`.
 *
 * @module
 */
import { MapFlag, Protection } from "./linux/mman.ts";
import { addressOf, systemCall, trySystemCall } from "./system_call.ts";

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
   * @param place the bytes, where it lies in memory of the runtime's
   */
  constructor(
    readonly address: bigint,
    readonly sizeBytes: number,
    readonly place?: Uint8Array<ArrayBuffer>,
  ) {
    this.#bytes = place;
  }

  /**
   * All bytes. The view is made when it is first asked for: V8 counts its size,
   * and collects garbage on its account ({@link mapCheaplyViewed} is without).
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

/** Memory of one's own, without swap reserved for it. */
const UNRESERVED = MapFlag.PRIVATE | MapFlag.ANONYMOUS | MapFlag.NORESERVE;

/**
 * Maps zero-filled private memory of `sizeBytes`, without reserving swap for
 * it: pages that nobody touches cost nothing.
 *
 * @throws {SystemCallError} when the kernel has no room for it
 */
export function mapAnonymous(sizeBytes: number, what: string): Mapping {
  return map(0n, sizeBytes, UNRESERVED, -1, what);
}

/** What {@link mapCheaplyViewed} is aligned to: a large page's size on x86_64. */
const LARGE_PAGE_BYTES = 0x20_0000;

/**
 * Maps memory as {@link mapAnonymous} does, for a view of all of it. V8 collects
 * garbage when it is shown 64 MiB or more that are not its own (2 to 3 ms of a
 * start), but does not count a SharedArrayBuffer: so one is the place.
 *
 * @throws {SystemCallError} when the kernel has no room for it
 */
export function mapCheaplyViewed(sizeBytes: number, what: string): Mapping {
  let place: SharedArrayBuffer;
  try {
    place = new SharedArrayBuffer(sizeBytes + LARGE_PAGE_BYTES);
  } catch (error) {
    // V8 reserves swap, as the mapping below does not: that may have more room.
    if (error instanceof RangeError) return mapAnonymous(sizeBytes, what);
    throw error;
  }
  const first = addressOf(new Uint8Array(place));
  const offset = LARGE_PAGE_BYTES - Number(first % BigInt(LARGE_PAGE_BYTES));
  const start = first + BigInt(offset);
  const { address } = map(start, sizeBytes, UNRESERVED | MapFlag.FIXED, -1, what);
  // Only V8's own operations tell it from an ArrayBuffer.
  const bytes = new Uint8Array(place, offset, sizeBytes) as Uint8Array;
  return new Mapping(address, sizeBytes, bytes as Uint8Array<ArrayBuffer>);
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
 * Maps the first `sizeBytes` of a file, shared: what is stored there is in the
 * file at once.
 *
 * @throws {SystemCallError} when the kernel has no room for it
 */
export function mapShared(descriptor: number, sizeBytes: number, what: string): Mapping {
  return map(0n, sizeBytes, MapFlag.SHARED, descriptor, what);
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
export function unmap({ address, sizeBytes, place }: Mapping): void {
  // The runtime's addresses are its own to give back, writable as they were: only
  // the pages go.
  if (place) map(address, sizeBytes, UNRESERVED | MapFlag.FIXED, -1, "guest memory");
  else trySystemCall("munmap", address, sizeBytes);
}
