/**
 * The timer that interrupts whatever the main thread is doing, by SIGALRM. It
 * is the process's: any thread can set it.
 *
 * @module
 */
import { checked } from "./errno.ts";
import { symbolGroup } from "./libc.ts";

const libc = symbolGroup("tick", {
  // int setitimer(int which, const struct itimerval *new, struct itimerval *old)
  setitimer: { parameters: ["i32", "buffer", "pointer"], result: "i32" },
});

/** `sys/time.h`. */
const ITIMER_REAL = 0;

/** `struct itimerval`: interval, then value, each seconds and microseconds. */
const ITIMERVAL = {
  size: 32,
  intervalSeconds: 0,
  intervalMicroseconds: 8,
  valueSeconds: 16,
  valueMicroseconds: 24,
} as const;

/** Has SIGALRM come every so many seconds, or, with 0, no more. */
export function tickEvery(seconds: bigint): void {
  setTimer({ intervalSeconds: seconds, valueSeconds: seconds });
}

/** Has SIGALRM come at once, and again 100 times a second. */
export function tickNow(): void {
  setTimer({ intervalMicroseconds: 10_000n, valueMicroseconds: 1n });
}

function setTimer(fields: Partial<Record<keyof typeof ITIMERVAL, bigint>>): void {
  const timer = new Uint8Array(ITIMERVAL.size);
  const view = new DataView(timer.buffer);
  for (const [field, value] of Object.entries(fields)) {
    view.setBigInt64(ITIMERVAL[field as keyof typeof ITIMERVAL], value, true);
  }
  checked(libc().setitimer(ITIMER_REAL, timer, null), "setitimer", "tender");
}

/** Opens the symbol, for a thread that must open nothing later. */
export function openTick(): void {
  libc();
}
