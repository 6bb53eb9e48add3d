/**
 * The ring's protocol, from the tender's side. Pure: bytes of the ring in, calls
 * of a {@link FrameMover} out.
 *
 * The guest can write every byte of the ring at any time. So the counters that
 * are the tender's live here, and the ring only gets copies of them; every word
 * of the guest's is read once, into a local, and checked and used there.
 *
 * @module
 */
import { Result } from "../../contract/hypercalls.ts";
import {
  RING_ENTRIES,
  RingCommit,
  RingEntry,
  RingLayout,
  RingOperation,
} from "../../contract/ring.ts";
import { GuestFault } from "../../errors.ts";

/** Moves the frames that entries name. Throws where the guest cannot go on. */
export interface FrameMover {
  /** Sends a frame. */
  send(handle: number, gpa: number, length: number): void;
  /**
   * Takes a frame.
   *
   * @returns its length, 0 where there is none, or {@link NO_DEVICE}
   */
  receive(handle: number, gpa: number, length: number): number;
}

/** What {@link FrameMover.receive} returns where no device has the handle. */
export const NO_DEVICE = -1;

/** Offsets in words of 32 bits. */
const WORD = 4;
const ENTRY_TAIL = RingLayout.entryTail / WORD;
const ENTRY_HEAD = RingLayout.entryHead / WORD;
const COMMIT_TAIL = RingLayout.commitTail / WORD;
const NEEDS_KICK = RingLayout.needsKick / WORD;
const ENTRIES = RingLayout.entries / WORD, ENTRY_WORDS = RingEntry.size / WORD;
const COMMITS = RingLayout.commits / WORD, COMMIT_WORDS = RingCommit.size / WORD;
const OPERATION = RingEntry.operation / WORD;
const HANDLE = RingEntry.handle / WORD;
const DATA = RingEntry.data / WORD;
const LENGTH = RingEntry.length / WORD;
const ID = RingEntry.id / WORD;
const COMMIT_ID = RingCommit.id / WORD;
const COMMIT_RESULT = RingCommit.result / WORD;
const COMMIT_LENGTH = RingCommit.length / WORD;

const INDEX = RING_ENTRIES - 1;

/** So many frames go out before the guest is told that their slots are free. */
const PUBLISH_EVERY = 32;

/** The tender's side of a ring. */
export class Ring {
  readonly #words: Int32Array<ArrayBuffer>;
  readonly #frames: FrameMover;
  /** Counters modulo 2³², as signed words. */
  #entryHead: number;
  #commitTail: number;

  /**
   * @param bytes the ring's, at an address that is a multiple of 4
   * @param counter where all counters stand: 0 in a ring that is new
   */
  constructor(bytes: Uint8Array<ArrayBuffer>, frames: FrameMover, counter = 0) {
    this.#words = new Int32Array(bytes.buffer, bytes.byteOffset, RingLayout.size / WORD);
    this.#frames = frames;
    this.#entryHead = this.#commitTail = counter | 0;
  }

  /** Whether the guest has filled in entries that were not served yet. */
  get waiting(): boolean {
    return Atomics.load(this.#words, ENTRY_TAIL) !== this.#entryHead;
  }

  /**
   * Says whether the guest has to kick after it has filled in an entry. Where
   * {@link waiting} is false after this was asked for, the guest has seen it
   * before it filled in the next: this store and that load are in one order for
   * everybody (a full barrier), like the guest's store and load.
   */
  askForKicks(wanted: boolean): void {
    Atomics.store(this.#words, NEEDS_KICK, wanted ? 1 : 0);
  }

  /**
   * Serves the entries that are there now, in their order. Not to be called
   * again when it has thrown.
   *
   * @throws {GuestFault} when there cannot be as many
   * @throws what the frame mover throws
   */
  serve(): void {
    const words = this.#words;
    let head = this.#entryHead;
    const tail = Atomics.load(words, ENTRY_TAIL);
    const entries = tail - head >>> 0;
    if (entries > RING_ENTRIES) {
      throw new GuestFault(`${entries} entries, more than the ${RING_ENTRIES} there are`);
    }
    let unpublished = 0;
    while (head !== tail) {
      const at = ENTRIES + (head & INDEX) * ENTRY_WORDS;
      const operation = words[at + OPERATION]!;
      const handle = words[at + HANDLE]! >>> 0;
      const data = (words[at + DATA]! >>> 0) +
        (words[at + DATA + 1]! >>> 0) * 0x1_0000_0000;
      const length = words[at + LENGTH]! >>> 0;
      const id = words[at + ID]!;
      head = head + 1 | 0;
      if (operation === RingOperation.NET_WRITE) {
        this.#frames.send(handle, data, length);
      } else if (operation === RingOperation.NET_READ) {
        const count = this.#frames.receive(handle, data, length);
        // First, so that a guest that has its answer never finds the ring full.
        Atomics.store(words, ENTRY_HEAD, head);
        unpublished = 0;
        this.#commit(id, count);
        continue;
      }
      if (++unpublished >= PUBLISH_EVERY) {
        Atomics.store(words, ENTRY_HEAD, head);
        unpublished = 0;
      }
    }
    this.#entryHead = head;
    Atomics.store(words, ENTRY_HEAD, head);
  }

  /** Answers a NET_READ; the counter is stored last, so the guest sees it whole. */
  #commit(id: number, count: number): void {
    const words = this.#words;
    const at = COMMITS + (this.#commitTail & INDEX) * COMMIT_WORDS;
    words[at + COMMIT_ID] = id;
    words[at + COMMIT_RESULT] = count > 0
      ? Result.OK
      : count === 0
      ? Result.AGAIN
      : Result.EINVAL;
    words[at + COMMIT_LENGTH] = count > 0 ? count : 0;
    this.#commitTail = this.#commitTail + 1 | 0;
    Atomics.store(words, COMMIT_TAIL, this.#commitTail);
  }
}
