/**
 * Ending the guest from another thread than the one that runs it.
 *
 * @module
 */
import { checked } from "./errno.ts";
import { symbolGroup } from "./libc.ts";
import { Mapping } from "./memory.ts";

const libc = symbolGroup("stop raiser", {
  // int setitimer(int which, const struct itimerval *new, struct itimerval *old)
  setitimer: { parameters: ["i32", "buffer", "pointer"], result: "i32" },
});

/**
 * What is written over the stop word (`stop_signal.ts`): a descriptor that is
 * never open, so that every `ppoll` returns at once, with a byte of
 * `immediate_exit` that is set.
 */
const RAISED = 0x7fff_ffff;
const WORD_BYTES = 4;

/** `sys/time.h`. */
const ITIMER_REAL = 0;

/** `struct itimerval`, as words: seconds and microseconds, twice. */
const AT_ONCE_AND_EVERY_10_MS = [0n, 10_000n, 0n, 1n];

/** Another thread's hold on the stop word. */
export class StopRaiser {
  readonly #word: DataView;

  /** @param address the word's; good for as long as the virtual machine is */
  constructor(address: bigint) {
    const bytes = new Mapping(address, WORD_BYTES).part(0, WORD_BYTES);
    this.#word = new DataView(bytes.buffer, bytes.byteOffset, WORD_BYTES);
  }

  /** Opens what {@link raise} needs, for a thread that opens nothing later. */
  static open(): void {
    libc();
  }

  /**
   * Has every wait of the main thread end: those that follow by the word, and
   * the present one by the timer that interrupts it, which is the process's.
   */
  raise(): void {
    this.#word.setInt32(0, RAISED, true);
    const timer = new Uint8Array(new BigInt64Array(AT_ONCE_AND_EVERY_10_MS).buffer);
    checked(libc().setitimer(ITIMER_REAL, timer, null), "setitimer", "tender");
  }
}
