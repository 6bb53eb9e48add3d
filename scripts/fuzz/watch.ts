/**
 * Judging in a thread, and noticing where a reader never returns.
 *
 * @module
 */
import { Count, type Task } from "./task.ts";
import type { Outcome } from "./run.ts";

/** Which cases are judged, and what is told meanwhile. */
export interface Watched extends Omit<Task, "counts"> {
  /** Told about once a second how many cases are done. */
  readonly onProgress: (done: number) => void;
  /** The thread's module; {@link THREAD} if not given. */
  readonly thread?: URL;
  /** How long the thread is waited for between two looks; a second if not given. */
  readonly tickMilliseconds?: number;
}

/** The module that judges the project's readers. */
export const THREAD: URL = new URL("./thread.ts", import.meta.url);

/** How many looks a single judgement may take; it takes milliseconds. */
const MOST_LOOKS = 20;

/**
 * Judges cases in a thread.
 *
 * @returns what came of them, or the seed of the case at which a reader hangs
 * @throws {Error} where the judge itself fails
 */
export function judgeWatched(
  { onProgress, thread: module = THREAD, tickMilliseconds = 1000, ...task }: Watched,
): Promise<Outcome | { readonly stuckAt: number }> {
  const counts = new Int32Array(new SharedArrayBuffer(8));
  const thread = new Worker(module, { type: "module" });
  return new Promise((resolve, reject) => {
    let seen = 0, since = 0;
    const timer = setInterval(() => {
      const judgements = Atomics.load(counts, Count.judgements);
      const done = Atomics.load(counts, Count.cases);
      onProgress(done);
      // Until the first one it only starts.
      since = judgements === seen && judgements > 0 ? since + 1 : 0;
      seen = judgements;
      if (since < MOST_LOOKS) return;
      clearInterval(timer);
      thread.terminate();
      resolve({ stuckAt: (task.seed + done) >>> 0 });
    }, tickMilliseconds);
    thread.onmessage = ({ data }: MessageEvent<Outcome>) => {
      clearInterval(timer);
      thread.terminate();
      resolve(data);
    };
    thread.onerror = (event) => {
      event.preventDefault();
      clearInterval(timer);
      reject(new Error(event.message));
    };
    thread.postMessage({ ...task, counts });
  });
}
