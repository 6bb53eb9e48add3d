/**
 * SIGINT and SIGTERM, noticed by a thread that never returns to the event loop.
 *
 * A JavaScript listener would not run, and a handler of our own would have to
 * be native code. So libc's `srandom` is the handler: it stores its argument,
 * the signal's number, in the state that `initstate` was given (man 3 random;
 * with 8 bytes of state, glibc keeps the seed in the second word). That word is
 * laid over two things at once:
 *
 * - its low byte is `immediate_exit` of `struct kvm_run` (offset 1): the next
 *   `KVM_RUN` returns at once with EINTR;
 * - as a whole it is the descriptor of the last `struct pollfd` of every
 *   `ppoll` that the tender makes: negative, and so ignored, before a signal;
 *   2 or 15, which is either ready for writing or not open, after one.
 *
 * Both are read by the kernel after the call has begun, so a signal that comes
 * between our last look and the system call is not lost either.
 *
 * The kernel gives a signal of the process to its main thread wherever that can
 * take it. Where the whole process had been stopped, another thread may run the
 * handler, and nothing would wake the main thread. So a timer interrupts
 * whatever the main thread is doing once a second (its handler is `abs`, which
 * does nothing); that also bounds a console write that began to block just
 * after the signal.
 *
 * @module
 */
import { checked, Errno, openErrno } from "./errno.ts";
import { symbolGroup } from "./libc.ts";
import { KvmRun } from "./linux/kvm.ts";
import { PollEntry, PollEvent } from "./linux/poll.ts";
import { type Mapping, PAGE_BYTES } from "./memory.ts";
import {
  addressOfFunction,
  doNothing,
  IGNORE,
  setAction,
  Signal,
  type SignalAction,
} from "./signals.ts";

const libc = symbolGroup("stop signal", {
  // int setitimer(int which, const struct itimerval *new, struct itimerval *old)
  setitimer: { parameters: ["i32", "buffer", "pointer"], result: "i32" },
  // char *initstate(unsigned int seed, char *state, size_t n)
  initstate: { parameters: ["u32", "usize", "usize"], result: "usize" },
  // int ppoll(struct pollfd *fds, nfds_t nfds, const struct timespec *timeout,
  //           const sigset_t *sigmask)
  ppoll: {
    parameters: ["buffer", "u32", "buffer", "pointer"],
    result: "i32",
  },
  // void srandom(unsigned int seed): only its address is taken
  srandom: { type: "pointer" },
});

const ending = symbolGroup("stop signal's end", {
  // char *setstate(char *state)
  setstate: { parameters: ["usize"], result: "usize" },
});

/** `sys/time.h`. */
const ITIMER_REAL = 0;

/** `struct itimerval`: interval, then value, each seconds and microseconds. */
const ITIMERVAL = { size: 32, intervalSeconds: 0, valueSeconds: 16 } as const;

/** How often the main thread is interrupted, in seconds. */
const TICK_SECONDS = 1n;

/** Smallest state `initstate` takes: a word of its own, then the seed. */
const STATE_BYTES = 8, SEED_OFFSET = 4;

/**
 * The word while no signal has come: a descriptor that `ppoll` ignores, with
 * the byte of `immediate_exit` clear.
 */
const NO_SIGNAL = -0x100;

/** How long {@link StopWord.waitWritable} waits at a time, in nanoseconds. */
const WRITABLE_NANOSECONDS = 20_000_000;

/** Room for entries before the stop word, in one page. */
const MOST_ENTRIES = 256;

let inUse = false;

/** Whether this process has a stop word; it cannot have two. */
export function hasStopWord(): boolean {
  return inUse;
}

/** The word that the signal handler writes, and the waits that notice it. */
export class StopWord {
  readonly #memory: DataView;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #wordOffset = PAGE_BYTES + KvmRun.immediateExit;
  readonly #stopAddress: bigint;
  readonly #timespec = new Uint32Array(4);
  readonly #timespecBytes = new Uint8Array(this.#timespec.buffer);
  #entries: Uint8Array<ArrayBuffer>;
  /** The last of them: the word's own. */
  readonly #ownEntry: Uint8Array<ArrayBuffer>;
  #count = 0;
  readonly #ppoll = libc().ppoll;
  /** Read as it is: a call could be compiled first, which calls libc itself. */
  readonly #lastErrno = openErrno();
  /** Taken early: nothing is opened once the guest runs. */
  readonly #interrupt = doNothing();
  readonly #earlierState: number | bigint;
  readonly #restore: (() => void)[] = [];

  /**
   * Lays the word over a mapping of `struct kvm_run` that has a page of private
   * memory before it, and checks that this C library writes it as expected.
   *
   * @throws {Error} when the C library keeps the seed elsewhere
   */
  constructor(kvmRun: Mapping) {
    this.#bytes = kvmRun.bytes;
    this.#memory = new DataView(kvmRun.bytes.buffer);
    this.#stopAddress = kvmRun.address + BigInt(this.#wordOffset);
    const probe = Signal.TERM;
    this.#earlierState = libc().initstate(
      probe,
      this.#stopAddress - BigInt(SEED_OFFSET),
      BigInt(STATE_BYTES),
    );
    if (this.#memory.getInt32(this.#wordOffset, true) !== probe) {
      throw new Error("this C library's srandom() keeps its seed elsewhere");
    }
    this.#memory.setInt32(this.#wordOffset, NO_SIGNAL, true);
    this.#entries = this.#ownEntry = this.#layEntries();
    inUse = true;
  }

  /**
   * From now on SIGINT and SIGTERM set the word, whatever was inherited for
   * them: like Solo5's tender, which a parent that ignores them cannot make
   * deaf.
   *
   * @param more further signals that set it
   */
  install(more: readonly number[] = []): void {
    const stopping = [Signal.INT, Signal.TERM, ...more];
    // srandom takes a lock, so it must not interrupt itself.
    const mask = stopping.reduce((bits, signal) => bits | 1n << BigInt(signal - 1), 0n);
    const handle = (signal: number, action: SignalAction) =>
      this.#restore.push(setAction(signal, action));
    const handler = addressOfFunction(libc().srandom);
    for (const signal of stopping) handle(signal, { handler, mask });
    handle(Signal.ALRM, { handler: this.#interrupt, mask });
    // A file that may not grow any more is EFBIG then, and a sentence.
    handle(Signal.XFSZ, { handler: IGNORE });
    setTick(TICK_SECONDS);
  }

  /** The guest has ended: no more interruptions. Signals stay caught. */
  rest(): void {
    setTick(0n);
  }

  /** Puts everything back as it was; the mapping may go then. */
  release(): void {
    if (this.#restore.length > 0) setTick(0n);
    for (const restore of this.#restore.splice(0)) restore();
    ending().setstate(BigInt(this.#earlierState));
    inUse = false;
  }

  /**
   * Has the `KVM_RUN` in `action` return before the guest's next instruction, as
   * it does after a signal.
   */
  holdBack(action: () => void): void {
    // The byte of `immediate_exit`, with its neighbours: the handler may write
    // the word at any moment, and what it wrote has to stay.
    const word = new Int32Array(this.#bytes.buffer, PAGE_BYTES, 1);
    Atomics.compareExchange(word, 0, NO_SIGNAL << 8, NO_SIGNAL + 1 << 8);
    action();
    Atomics.compareExchange(word, 0, NO_SIGNAL + 1 << 8, NO_SIGNAL << 8);
  }

  /** Where the word is, for another thread (`stop_raiser.ts`). */
  get stopAddress(): bigint {
    return this.#stopAddress;
  }

  /** The signal that has come, or 0; no signal's number where a thread has raised it. */
  get signal(): number {
    const word = this.#memory.getInt32(this.#wordOffset, true);
    return word === NO_SIGNAL ? 0 : word;
  }

  /** Entries in use, without the tender's own. */
  get count(): number {
    return this.#count;
  }

  /** Adds a descriptor to those that {@link wait} waits to read from. */
  watch(descriptor: number): void {
    if (this.#count === MOST_ENTRIES) throw new Error("too many descriptors");
    this.#count++;
    const entries = this.#layEntries();
    // The entries grow towards lower addresses: keep the earlier ones in order.
    entries.copyWithin(0, PollEntry.size, this.#count * PollEntry.size);
    const offset = entries.byteOffset + (this.#count - 1) * PollEntry.size;
    this.#memory.setInt32(offset + PollEntry.fd, descriptor, true);
    this.#memory.setInt16(offset + PollEntry.events, PollEvent.IN, true);
    this.#entries = entries;
  }

  /** The entries in use, the last being the word's own. */
  #layEntries(): Uint8Array<ArrayBuffer> {
    const own = this.#wordOffset + PollEntry.events;
    this.#memory.setInt16(own, PollEvent.OUT, true);
    const size = (this.#count + 1) * PollEntry.size;
    const start = this.#wordOffset + PollEntry.size - size;
    return this.#bytes.subarray(start, start + size);
  }

  /**
   * Waits until a watched descriptor can be read, a signal comes, or the time
   * is over. Returns early, with nothing ready, when interrupted.
   *
   * @returns the number of watched descriptors that are ready
   */
  wait(seconds: number, nanoseconds: number): number {
    return this.#wait(this.#entries, this.#count + 1, seconds, nanoseconds);
  }

  /**
   * Waits until a signal comes or the time is over. Returns early when
   * interrupted.
   */
  sleep(seconds: number, nanoseconds: number): void {
    this.#wait(this.#ownEntry, 1, seconds, nanoseconds);
  }

  #wait(
    entries: Uint8Array<ArrayBuffer>,
    count: number,
    seconds: number,
    nanoseconds: number,
  ): number {
    this.#timespec[0] = seconds;
    this.#timespec[1] = 0;
    this.#timespec[2] = nanoseconds;
    const ready = this.#ppoll(entries, count, this.#timespecBytes, null);
    if (ready < 0) {
      const errno = this.#lastErrno[0]!;
      if (errno !== Errno.EINTR) checked(ready, "ppoll", "devices");
      return 0;
    }
    return this.signal === 0 ? ready : 0;
  }

  /** Whether entry `index` was found ready, or in error, by the last wait. */
  ready(index: number): boolean {
    const offset = this.#entries.byteOffset + index * PollEntry.size;
    return this.#memory.getInt16(offset + PollEntry.revents, true) !== 0;
  }

  /** Whether entry `index` was found in error by the last wait. */
  failed(index: number): boolean {
    const offset = this.#entries.byteOffset + index * PollEntry.size;
    const events = this.#memory.getInt16(offset + PollEntry.revents, true);
    return (events & (PollEvent.ERR | PollEvent.HUP | PollEvent.NVAL)) !== 0;
  }

  /**
   * Waits until a descriptor takes data again or a signal comes.
   *
   * @returns the signal, or 0
   */
  waitWritable(descriptor: number): number {
    const entries = new Uint8Array(2 * PollEntry.size);
    const view = new DataView(entries.buffer);
    view.setInt32(PollEntry.fd, descriptor, true);
    view.setInt16(PollEntry.events, PollEvent.OUT, true);
    while (this.signal === 0) {
      this.#timespec.fill(0);
      this.#timespec[2] = WRITABLE_NANOSECONDS;
      if (this.#ppoll(entries, 1, this.#timespecBytes, null) > 0) break;
    }
    return this.signal;
  }
}

/** Has SIGALRM come every so many seconds, or, with 0, no more. */
function setTick(seconds: bigint): void {
  const timer = new Uint8Array(ITIMERVAL.size);
  const view = new DataView(timer.buffer);
  view.setBigUint64(ITIMERVAL.intervalSeconds, seconds, true);
  view.setBigUint64(ITIMERVAL.valueSeconds, seconds, true);
  checked(libc().setitimer(ITIMER_REAL, timer, null), "setitimer", "tender");
}
