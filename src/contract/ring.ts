/**
 * The network ring of Solo5's hvt ABI version 2: its layout in guest memory
 * (reference: `docs/abi.md`), and what serves it. All integers are
 * little-endian, offsets and sizes in bytes.
 *
 * @module
 */
import type { Hypercall } from "./hypercalls.ts";
import type { Needs } from "./policy.ts";
import type { GuestMemory, HostMemory, ProtectedRange } from "./memory.ts";

/** Entries, and commits; an index is a counter modulo this. */
export const RING_ENTRIES = 1024;

/**
 * The ring: counters of 32 bits that only count up (the guest writes the first
 * two), then entries, then commits.
 */
export const RingLayout = {
  entryTail: 0,
  commitHead: 4,
  entryHead: 64,
  commitTail: 68,
  needsKick: 72,
  entries: 128,
  commits: 32896,
  size: 49280,
} as const;

/** An entry, written by the guest: u32 each, but for `data` (gpa, u64). */
export const RingEntry = {
  size: 32,
  operation: 0,
  handle: 4,
  data: 8,
  length: 16,
  id: 20,
} as const;

/** A commit, the answer to a NET_READ: u32 each, `result` an i32. */
export const RingCommit = { size: 16, id: 0, result: 4, length: 8 } as const;

/** Operations of an entry. */
export const RingOperation = { NET_WRITE: 1, NET_READ: 2 } as const;

/** A guest that is offered a ring, built and not started. */
export interface RingGuest {
  /** Its memory as hypercalls may use it; the ring's area is directly behind. */
  readonly memory: GuestMemory;
  /** The bytes behind it, and behind the ring. */
  readonly host: HostMemory;
  /** The parts of its memory that a frame must not come from, or go to. */
  readonly protectedRanges: readonly ProtectedRange[];
  /** Where another thread of this process can end the guest from. */
  readonly stopAddress: bigint;
  /**
   * From now on a kick is no exit, but is counted by an eventfd.
   *
   * @returns whether this host can do that
   */
  divertKicks(eventfd: number): boolean;
}

/** What serves the ring of one guest. */
export interface RingServer {
  /**
   * Takes its place, as the last step before the guest runs.
   *
   * @returns the handler of kicks that are exits
   */
  begin(guest: RingGuest): Promise<Hypercall>;
  /** What it calls from {@link begin} on. */
  needs(): Needs;
  /**
   * The guest has ended: sends what it left in the ring, or, where it did not
   * end itself, just stops.
   *
   * @returns what the guest did, or the host failed in, beside the run loop
   */
  end(drain: boolean): Error | undefined;
  /** Gives everything back; may come without {@link begin} or {@link end}. */
  close(): void;
}
