/**
 * `ioctl`, for everything that is asked of a device by request number.
 *
 * @module
 */
import { checked } from "./errno.ts";
import { symbolGroup } from "./libc.ts";
import type { Request } from "./linux/request.ts";

const libc = symbolGroup("ioctl", {
  // int ioctl(int fd, unsigned long request, void *argp); the kernel takes the
  // request as 32 bits, and a pointer lets null stand for "no argument".
  ioctl: { parameters: ["i32", "u32", "pointer"], result: "i32" },
});

/** The raw function, for the run loop: result −1 leaves the reason in errno. */
export type Ioctl = (
  descriptor: number,
  request: number,
  argument: Deno.PointerValue,
) => number;

/** Hands out the raw function. */
export function rawIoctl(): Ioctl {
  return libc().ioctl;
}

/** A structure of its own memory, whose address was looked up early. */
export class KernelStructure {
  /** Its bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Good for as long as this object lives. */
  readonly pointer: Deno.PointerValue;

  /** Makes one of zeros. */
  constructor(sizeBytes: number) {
    this.bytes = new Uint8Array(sizeBytes);
    this.pointer = Deno.UnsafePointer.of(this.bytes);
  }
}

/**
 * Issues a request whose argument is a structure that the kernel reads, fills
 * in, or both.
 *
 * @returns what the request returns, never negative
 * @throws {SystemCallError} when it fails; `object` is what was asked
 */
export function ioctlWithStructure(
  descriptor: number,
  request: Request,
  structure: Uint8Array<ArrayBuffer> | KernelStructure,
  object: string,
): number {
  // Safe: the structure stays referenced, so its memory stays in place, until
  // the call has returned; each request's size is checked by its caller's
  // layout table.
  const pointer = structure instanceof KernelStructure
    ? structure.pointer
    : Deno.UnsafePointer.of(structure);
  const result = libc().ioctl(descriptor, request.number, pointer);
  return checked(result, request.name, object);
}

/**
 * Issues a request whose argument is a number (0 where it takes none).
 *
 * @returns what the request returns, never negative
 * @throws {SystemCallError} when it fails
 */
export function ioctlWithValue(
  descriptor: number,
  request: Request,
  value: number,
  object: string,
): number {
  const argument = Deno.UnsafePointer.create(BigInt(value));
  const result = libc().ioctl(descriptor, request.number, argument);
  return checked(result, request.name, object);
}
