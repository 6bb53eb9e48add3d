/**
 * Guest memory in JavaScript's heap, for tests without a hypervisor.
 *
 * @module
 */
import type { HostMemory } from "../../src/contract/memory.ts";

/** Makes host memory of these bytes, as if they stood at an address. */
export function hostMemory(bytes: Uint8Array<ArrayBuffer>, address = 0n): HostMemory {
  return {
    address,
    sizeBytes: bytes.length,
    bytes,
    part: (gpa, length) => bytes.subarray(gpa, gpa + length),
  };
}
