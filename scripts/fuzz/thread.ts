/**
 * The thread that judges, so that another one can see whether it comes to an end.
 *
 * @module
 */
import { readOriginals } from "./cases.ts";
import { type Outcome, runCases } from "./run.ts";
import { Count, type Task } from "./task.ts";

/** Does a task. */
function work({ counts, ...task }: Task): Outcome {
  return runCases({
    ...task,
    originals: readOriginals(),
    onCase: (done) => Atomics.store(counts, Count.cases, done),
    onJudgement: () => Atomics.add(counts, Count.judgements, 1),
  });
}

// Deno's types have no such scope beside the one of windows.
const thread = globalThis as unknown as {
  onmessage: (event: MessageEvent<Task>) => void;
  postMessage(outcome: Outcome): void;
};

thread.onmessage = ({ data }) => thread.postMessage(work(data));
