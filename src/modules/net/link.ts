/**
 * What becomes of frames that an interface does not take: dropped and counted,
 * as at a cable that is pulled out, or the end of the guest.
 *
 * One thread sends, and one that can speak to the operator tells: they need not
 * be the same, and share a {@link Tally} only.
 *
 * @module
 */
import { describeErrno, Errno } from "../../../ffi/errno.ts";
import type { Say } from "../../contract/watch.ts";
import { GuestFault, OperatorError, printable } from "../../errors.ts";

/**
 * What the sender knows: why frames are dropped now (an errno, 0 where none
 * are), and how many were so far, modulo 2³². May be shared between threads.
 */
export type Tally = Int32Array<ArrayBufferLike>;

/** Where in a {@link Tally}. */
const WHY = 0, DROPPED = 1;

/** How many words a tally has. */
export const TALLY_WORDS = 2;

/**
 * Why a tap refuses a frame for now. EIO is an interface that is down, the
 * others one whose queue is full; tried on Linux 6.18 (docs/decisions/0010).
 */
const PASSING: readonly number[] = [
  Errno.EIO,
  Errno.EAGAIN,
  Errno.ENOBUFS,
  Errno.ENOMEM,
];

/** What a tap answers to a frame that is too long for it. */
const REFUSED_FRAMES: readonly number[] = [Errno.EINVAL, Errno.E2BIG, Errno.EMSGSIZE];

/** The sending side of an interface. */
export class Link {
  /**
   * @param name the interface's
   * @param tally where drops are counted
   * @param changed called when there is something to tell
   */
  constructor(
    readonly name: string,
    readonly tally: Tally = new Int32Array(TALLY_WORDS),
    readonly changed: () => void = () => {},
  ) {}

  /** Whether the latest frame was dropped. */
  get dropping(): boolean {
    return Atomics.load(this.tally, WHY) !== 0;
  }

  /**
   * Takes note of a frame that the tap did not take whole.
   *
   * @param length the frame's, in bytes
   * @param count what `writev` returned
   * @param errno its errno, where that was negative
   * @throws {GuestFault} when no interface would take such a frame
   * @throws {OperatorError} when this one takes none any more
   */
  refused(length: number, count: number, errno: number): void {
    if (count >= 0) {
      throw this.#unusable(`of a frame of ${length} bytes only ${count} were sent`);
    }
    if (PASSING.includes(errno)) return this.#drop(errno);
    if (REFUSED_FRAMES.includes(errno)) {
      throw new GuestFault(
        `it sent a frame of ${length} bytes, which the kernel refuses: ${
          describeErrno(errno)
        }`,
      );
    }
    if (errno === Errno.EBADFD) throw this.gone();
    throw this.#unusable(
      `a frame of ${length} bytes cannot be sent: ${describeErrno(errno)}`,
    );
  }

  #drop(errno: number): void {
    Atomics.store(this.tally, WHY, errno);
    Atomics.add(this.tally, DROPPED, 1);
    this.changed();
  }

  /** A frame went out after one that was dropped. */
  sent(): void {
    Atomics.store(this.tally, WHY, 0);
    this.changed();
  }

  /**
   * Returns where there is just no frame to be read.
   *
   * @throws {OperatorError} when there will be none any more
   */
  unread(errno: number): void {
    if (errno === Errno.EAGAIN || errno === Errno.EINTR) return;
    if (errno === Errno.EBADFD) throw this.gone();
    throw this.#unusable(`no frames can be received: ${describeErrno(errno)}`);
  }

  /** What to say when the tap has lost its interface (EBADFD, POLLERR). */
  gone(): OperatorError {
    const { name } = this;
    return new OperatorError(
      name,
      "the interface is gone: it, or its network namespace, was deleted",
      `make it again (ip tuntap add ${name} mode tap && ip link set ${name} up), and start again`,
    );
  }

  #unusable(problem: string): OperatorError {
    return new OperatorError(
      this.name,
      problem,
      "look at the interface, and start again",
    );
  }
}

/** How long after a sentence the next interruption of a link is left unsaid. */
const QUIET_MS = 10_000;

/**
 * Tells the operator of the frames that a {@link Link} dropped: when it begins,
 * and how many when it is over. An interface that comes and goes makes at most
 * two lines in ten seconds; the counts leave out nothing.
 */
export class LinkReport {
  readonly #name: string;
  readonly #tally: Tally;
  readonly #say: Say;
  readonly #now: () => number;
  #toldDrops: number;
  #toldBeginning = false;
  #quietUntil = -Infinity;

  /**
   * @param name the interface's
   * @param tally the link's
   * @param say takes the sentences
   * @param now a clock, in milliseconds
   */
  constructor(
    name: string,
    tally: Tally,
    say: Say,
    now: () => number = () => performance.now(),
  ) {
    this.#name = name;
    this.#tally = tally;
    this.#say = (sentence) => say(printable(sentence));
    this.#now = now;
    this.#toldDrops = Atomics.load(tally, DROPPED);
  }

  /** Says what is new and not too soon after the last. */
  tell(): void {
    const why = Atomics.load(this.#tally, WHY);
    if (why !== 0) {
      if (!this.#toldBeginning && this.#mayTell()) {
        this.#toldBeginning = true;
        this.#say(`${this.#name}: ${this.#beginning(why)}`);
      }
    } else if (this.#toldBeginning || (this.#untold > 0 && this.#mayTell())) {
      this.#toldBeginning = false;
      this.#quietUntil = this.#now() + QUIET_MS;
      this.#say(`${this.#name}: frames are sent again; dropped: ${this.#takeUntold()}`);
    }
  }

  /** Says what has not been said yet: the guest has ended. */
  end(): void {
    if (this.#untold > 0) {
      this.#say(`${this.#name}: frames dropped: ${this.#takeUntold()}`);
    }
  }

  #beginning(why: number): string {
    return why === Errno.EIO
      ? `the interface is down: frames are dropped until it is up (ip link set ${this.#name} up)`
      : `the interface takes no frame: ${
        describeErrno(why)
      }: frames are dropped until it does`;
  }

  #mayTell(): boolean {
    return this.#now() >= this.#quietUntil;
  }

  get #untold(): number {
    return (Atomics.load(this.#tally, DROPPED) - this.#toldDrops) >>> 0;
  }

  #takeUntold(): number {
    const untold = this.#untold;
    this.#toldDrops += untold;
    return untold;
  }
}
