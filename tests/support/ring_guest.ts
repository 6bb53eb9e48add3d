/**
 * The guest's side of a network ring, for tests without a hypervisor.
 *
 * @module
 */
import {
  RING_ENTRIES,
  RingCommit,
  RingEntry,
  RingLayout,
  RingOperation,
} from "../../src/contract/ring.ts";

/** What an entry says; what is not given is 0. */
export type Entry = Partial<
  Record<"operation" | "handle" | "data" | "length" | "id", number>
>;

/** A guest that can do with its ring whatever it likes. */
export class RingGuestSide {
  /** The ring's bytes. */
  readonly bytes: Uint8Array<ArrayBuffer> = new Uint8Array(RingLayout.size);
  readonly #view = new DataView(this.bytes.buffer);

  /** @param counter where all counters stand */
  constructor(counter = 0) {
    for (const field of ["entryTail", "entryHead", "commitTail", "commitHead"] as const) {
      this.set(field, counter);
    }
  }

  /** Reads a counter or flag. */
  get(field: keyof typeof RingLayout): number {
    return this.#view.getUint32(RingLayout[field], true);
  }

  /** Writes a counter or flag, modulo 2³². */
  set(field: keyof typeof RingLayout, value: number): void {
    this.#view.setUint32(RingLayout[field], value, true);
  }

  /** Writes the entry that a counter means, without saying so. */
  fill(counter: number, entry: Entry): void {
    const at = RingLayout.entries + (counter >>> 0) % RING_ENTRIES * RingEntry.size;
    const { operation = 0, handle = 0, data = 0, length = 0, id = 0 } = entry;
    this.#view.setUint32(at + RingEntry.operation, operation, true);
    this.#view.setUint32(at + RingEntry.handle, handle, true);
    this.#view.setBigUint64(at + RingEntry.data, BigInt(data), true);
    this.#view.setUint32(at + RingEntry.length, length, true);
    this.#view.setUint32(at + RingEntry.id, id, true);
  }

  /** Fills in entries and hands them over. */
  submit(...entries: Entry[]): void {
    const tail = this.get("entryTail");
    for (const [index, entry] of entries.entries()) this.fill(tail + index, entry);
    this.set("entryTail", tail + entries.length);
  }

  /** Reads the commit that a counter means. */
  commit(counter: number): { id: number; result: number; length: number } {
    const at = RingLayout.commits + (counter >>> 0) % RING_ENTRIES * RingCommit.size;
    return {
      id: this.#view.getUint32(at + RingCommit.id, true),
      result: this.#view.getInt32(at + RingCommit.result, true),
      length: this.#view.getUint32(at + RingCommit.length, true),
    };
  }
}

/** An entry that sends. */
export function write(data: number, length = 60, handle = 1): Entry {
  return { operation: RingOperation.NET_WRITE, handle, data, length };
}

/** An entry that receives. */
export function read(id: number, data = 0x2000, length = 1514, handle = 1): Entry {
  return { operation: RingOperation.NET_READ, handle, data, length, id };
}
