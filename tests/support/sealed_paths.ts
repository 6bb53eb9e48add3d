/**
 * Paths that the runtime takes while a guest runs, and on which it makes system
 * calls: of V8, of Rust's standard library, of the C library. Taken on purpose.
 *
 * @module
 */
import { symbolGroup } from "../../ffi/libc.ts";
import { doNothing, setAction, Signal } from "../../ffi/signals.ts";

const libc = symbolGroup("test paths", {
  malloc: { parameters: ["usize"], result: "usize" },
  // A thread that sleeps, and ends.
  usleep: { type: "pointer" },
  pthread_create: {
    parameters: ["buffer", "usize", "pointer", "usize"],
    result: "i32",
  },
  pthread_join: { parameters: ["u64", "usize"], result: "i32" },
  realloc: { parameters: ["usize", "usize"], result: "usize" },
  free: { parameters: ["usize"], result: "void" },
  sched_setaffinity: { parameters: ["i32", "usize", "buffer"], result: "i32" },
  sched_setscheduler: { parameters: ["i32", "i32", "buffer"], result: "i32" },
});

/** Functions that other threads call. */
const elsewhere = symbolGroup("test threads", {
  memset: {
    parameters: ["buffer", "i32", "usize"],
    result: "pointer",
    nonblocking: true,
  },
  usleep: { parameters: ["u32"], result: "i32", nonblocking: true },
});

const cell = new Int32Array(new SharedArrayBuffer(4));

function wait(milliseconds: number): void {
  Atomics.wait(cell, 0, 0, milliseconds);
}

/** Says a word on standard error. */
export function say(word: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${word}\n`));
}

/** A `pthread_t`. */
const thread = new BigUint64Array(1);

/** When a thread that has nothing to do has ended: tokio's ends after 10 s. */
const IDLE_MS = 10_600;

let kept: unknown;

/** A path, and what has to happen before the seal. */
export interface Path {
  /** Before the seal. */
  readonly before?: () => void;
  /** Where it stays root, since becoming another user waits for every thread. */
  readonly stays?: true;
  /** The path. */
  readonly after: () => void;
}

/** Objects that live for a while, and many that do not. */
function allocateMuch(): void {
  for (let round = 0; round < 3; round++) {
    let list: unknown = null;
    for (let index = 0; index < 400_000; index++) {
      list = { index, list: index % 5000 === 0 ? null : list, more: [index] };
      if (index % 3 === 0) kept = { list, kept: index % 100_000 === 0 ? null : kept };
    }
    kept = undefined;
  }
}

/** Functions that are optimized, and whose assumptions then fail. */
function compileMuch(count: number): void {
  for (let round = 0; round < count; round++) {
    const code = `let s=${round};for(let i=0;i<20000;i++)s+=a.x*i+b;return s`;
    const made = new Function("a", "b", code);
    for (const a of [{ x: 1 }, { y: 1, x: 2.5 }, { x: "s" }]) made(a, 2);
  }
}

/** Has four other threads do something at once, and waits for them. */
function meet(): void {
  const done = new Uint8Array(4);
  for (let index = 0; index < done.length; index++) {
    elsewhere().memset(done.subarray(index), 1, 1n);
  }
  while (done.includes(0)) wait(0.05);
}

const ALL = {
  "the end": { after: () => {} },
  "objects": { after: allocateMuch },
  "code": { after: () => compileMuch(60) },
  "waits": {
    after() {
      say("waiting");
      wait(300);
    },
  },
  "threads meet": {
    before() {
      for (let index = 0; index < 16; index++) elsewhere().usleep(20_000);
      wait(60);
    },
    after() {
      for (let round = 0; round < 400; round++) meet();
    },
  },
  "a thread ends": {
    stays: true,
    before() {
      const { pthread_create, usleep } = libc();
      pthread_create(thread, 0n, usleep, 100_000n);
    },
    after() {
      libc().pthread_join(thread[0]!, 0n);
      wait(20);
    },
  },
  "idle threads": {
    after() {
      say("waiting");
      wait(IDLE_MS);
      say("idle");
      wait(500);
    },
  },
  "a signal": {
    before: () => void setAction(Signal.ALRM, { handler: doNothing() }),
    after() {
      say("waiting");
      wait(200);
    },
  },
  "the linker speaks": { after: () => {} },
  "a large allocation grows": {
    after() {
      const { malloc, realloc, free } = libc();
      free(realloc(malloc(1n << 20n), 1n << 24n));
      const many = Array.from({ length: 64 }, () => malloc(100_000n));
      many.forEach((each) => free(each));
    },
  },
  "threads start": {
    stays: true,
    before() {
      const { sched_setaffinity, sched_setscheduler } = libc();
      sched_setaffinity(0, 8n, new Uint8Array([1, 0, 0, 0, 0, 0, 0, 0]));
      sched_setscheduler(0, 1, new Uint8Array([1, 0, 0, 0]));
      for (let index = 0; index < 8; index++) elsewhere().usleep(1);
    },
    after: () => wait(50),
  },
} satisfies Record<string, Path>;

/** A path of the runtime's. */
export type SealedPath = keyof typeof ALL;

/** Every path. */
export const PATHS: Readonly<Record<SealedPath, Path>> = ALL;

/** Opens what the paths call. */
export function openPaths(): void {
  libc();
  elsewhere();
}
