/**
 * How much memory a guest gets, and how much of it is the network ring's.
 *
 * @module
 */
import {
  MEBIBYTE,
  MEMORY_STEP_BYTES,
  MOST_MEMORY_BYTES,
  RING_AREA_BYTES,
} from "../contract/limits.ts";
import type { DeviceBinding } from "../contract/module.ts";
import { type Image, requireFit } from "../image/image.ts";

const STEP_MEBIBYTES = MEMORY_STEP_BYTES / MEBIBYTE;

/** A guest's memory. */
export interface MemoryPlan {
  /** Guest memory in bytes, a multiple of 2 MiB. */
  readonly memoryBytes: number;
  /** What the network ring takes directly behind it, in bytes; 0 without one. */
  readonly ringBytes: number;
  /** What the operator should see of it. */
  readonly warnings: readonly string[];
}

/**
 * Divides what the operator gives. A guest with network devices is offered the
 * ring, if its ABI has one; that is on top of its memory, as far as the most that
 * a guest can have leaves room.
 *
 * @param mebibytes what the operator gives
 * @param lenient as {@link requireFit} takes it
 * @param devices what is bound: with a rate on one the guest is not offered the
 * ring, whose server knows of none
 * @throws {ImageError} when the image does not fit
 */
export function planMemory(
  image: Image,
  mebibytes: number,
  lenient: boolean,
  devices: readonly DeviceBinding[] = [],
): MemoryPlan {
  const warnings: string[] = [];
  const rounded = mebibytes - mebibytes % STEP_MEBIBYTES;
  if (rounded !== mebibytes) {
    warnings.push(
      `--mem=${mebibytes}: guest memory comes in steps of ${STEP_MEBIBYTES} MiB; the guest gets ${rounded} MiB`,
    );
  }
  const ring = !devices.some(isLimitedNet) && image.abi.hasRing &&
    image.manifest.devices.some(({ type }) => type === "NET_BASIC");
  const ringBytes = ring ? RING_AREA_BYTES : 0;
  const memoryBytes = Math.min(rounded * MEBIBYTE, MOST_MEMORY_BYTES - ringBytes);
  if (memoryBytes < rounded * MEBIBYTE) {
    warnings.push(
      `--mem=${mebibytes}: the network ring takes ${
        ringBytes / MEBIBYTE
      } MiB of these; the guest gets ${memoryBytes / MEBIBYTE} MiB`,
    );
  }
  requireFit(image, memoryBytes, lenient);
  return { memoryBytes, ringBytes, warnings };
}

function isLimitedNet({ type, rate }: DeviceBinding): boolean {
  return type === "NET_BASIC" && rate !== undefined;
}
