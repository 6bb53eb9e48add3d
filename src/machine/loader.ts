/**
 * Putting an image's segments into guest memory.
 *
 * @module
 */
import type { ProtectedRange } from "../contract/memory.ts";
import type { VirtualMachine } from "../hypervisor/hypervisor.ts";
import type { Image } from "../image/image.ts";

/**
 * Reads every segment from the file straight into guest memory, and protects
 * it as its program header says (code counts as readable: hosts do not make
 * guest memory executable).
 *
 * @returns the ranges that a hypercall must respect as well
 * @throws {ImageError} when the file has become shorter
 */
export function loadSegments(
  image: Image,
  machine: VirtualMachine,
): ProtectedRange[] {
  const guarded: ProtectedRange[] = [];
  for (const segment of image.layout.segments) {
    const { start, end, readable, writable, address, fileBytes } = segment;
    const target = machine.memory.part(address, fileBytes);
    image.source.read(segment.fileOffset, target);
    machine.protectMemory({ start, end }, { readable: readable || writable, writable });
    if (!writable) guarded.push({ start, end, readable });
  }
  return guarded;
}
