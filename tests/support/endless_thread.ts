/**
 * A fuzz thread whose reader never returns from the case with number 7.
 *
 * @module
 */
import { Count, type Task } from "../../scripts/fuzz/task.ts";

const thread = globalThis as unknown as {
  onmessage?: (event: MessageEvent<Task>) => void;
};

thread.onmessage = ({ data: { counts } }) => {
  Atomics.store(counts, Count.cases, 7);
  Atomics.store(counts, Count.judgements, 8);
  for (;;);
};
