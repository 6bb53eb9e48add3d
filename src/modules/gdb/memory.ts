/**
 * Guest memory for the debugger: it may read and write what the guest's image
 * protects even from this process.
 *
 * @module
 */
import { PAGE_BYTES } from "../../contract/limits.ts";
import type { ProtectedRange } from "../../contract/memory.ts";
import type { WatchedGuest } from "../../contract/watch.ts";
import type { WatchedRange } from "./breakpoints.ts";

/** `hlt`: in the guest it ends `KVM_RUN`, with rip behind it. */
const HALT = 0xf4;

/** A guest's memory. Ranges have been checked against its size. */
export class DebuggerMemory {
  readonly #guest: WatchedGuest;
  /** The instructions' first bytes that {@link HALT} stands for. */
  readonly #replaced = new Map<number, number>();

  constructor(guest: WatchedGuest) {
    this.#guest = guest;
  }

  /** Size in bytes. */
  get sizeBytes(): number {
    return this.#guest.memory.sizeBytes;
  }

  /** Copies bytes out. */
  read(gpa: number, length: number): Uint8Array<ArrayBuffer> {
    const lifted = this.#lift(gpa, length, ({ readable }) => !readable);
    try {
      return this.#guest.host.part(gpa, length).slice();
    } finally {
      this.#restore(lifted);
    }
  }

  /** Copies bytes in. */
  write(gpa: number, bytes: Uint8Array): void {
    const lifted = this.#lift(gpa, bytes.length, () => true);
    try {
      this.#guest.host.part(gpa, bytes.length).set(bytes);
    } finally {
      this.#restore(lifted);
    }
  }

  /** Says whether these bytes are still there. */
  equals({ address, length }: WatchedRange, bytes: Uint8Array): boolean {
    const now = this.read(address, length);
    return now.every((byte, index) => byte === bytes[index]);
  }

  /** Lets this process read and write a range; returns what has to come back. */
  #lift(
    gpa: number,
    length: number,
    concerns: (range: ProtectedRange) => boolean,
  ): ProtectedRange[] {
    const end = gpa + length;
    const lifted = this.#guest.protectedRanges
      .filter((range) => range.start < end && range.end > gpa && concerns(range))
      .map((range) => ({
        start: Math.max(range.start, gpa - gpa % PAGE_BYTES),
        end: Math.min(range.end, Math.ceil(end / PAGE_BYTES) * PAGE_BYTES),
        readable: range.readable,
      }));
    for (const range of lifted) {
      this.#guest.protectMemory(range, { readable: true, writable: true });
    }
    return lifted;
  }

  #restore(lifted: readonly ProtectedRange[]): void {
    for (const range of lifted) {
      this.#guest.protectMemory(range, { readable: range.readable, writable: false });
    }
  }

  /**
   * Puts {@link HALT} in the place of these instructions, so that the guest
   * stops before them. All that were replaced before have to be put back first.
   */
  replace(addresses: readonly number[]): void {
    for (const address of addresses) {
      this.#replaced.set(address, this.read(address, 1)[0]!);
      this.write(address, Uint8Array.of(HALT));
    }
  }

  /** Says whether an instruction is replaced now. */
  isReplaced(address: bigint): boolean {
    return this.#replaced.has(Number(address));
  }

  /** Puts every instruction back that the guest has not written over itself. */
  putBack(): void {
    for (const [address, byte] of this.#replaced) {
      if (this.read(address, 1)[0] === HALT) this.write(address, Uint8Array.of(byte));
    }
    this.#replaced.clear();
  }
}
