/**
 * PUTS: the guest's console is standard output, byte for byte.
 *
 * @module
 */
import { describeErrno, Errno, openErrno } from "../../../ffi/errno.ts";
import { LARGEST_TRANSFER_BYTES, rawWritev, Vector } from "../../../ffi/vectors.ts";
import { type Counts, GuestCount } from "../../contract/figures.ts";
import { CONTINUE, type Hypercall, PutsBlock } from "../../contract/hypercalls.ts";
import type { ConsoleWriter } from "../../contract/interposer.ts";
import type { GuestMemory } from "../../contract/memory.ts";
import type { PollSet } from "../../contract/module.ts";
import { EndedBySignal, OperatorError } from "../../errors.ts";

/** The descriptor of the guest's console. */
export const STDOUT = 1;

/** Makes the handler. */
export function puts(
  memory: GuestMemory,
  write: ConsoleWriter,
  counts: Counts,
): Hypercall {
  const vector = new Vector();
  return (block) => {
    memory.range(block, PutsBlock.size, "read");
    const length = memory.u64(block + PutsBlock.length);
    const start = memory.range(memory.u64(block + PutsBlock.data), length, "read");
    for (let done = 0; done < length;) {
      const piece = Math.min(length - done, LARGEST_TRANSFER_BYTES);
      memory.locate(vector, start + done, piece);
      done += write(vector.pointer, piece);
    }
    counts[GuestCount.consoleBytes]! += length;
    return CONTINUE;
  };
}

/** Hands out the way to standard output. */
export function consoleWriter(polls: PollSet): ConsoleWriter {
  const writev = rawWritev();
  // Read as it is: a call could be compiled first, which calls libc itself.
  const lastErrno = openErrno();
  return (vector, length) => {
    // A reader that is slow makes the guest wait; no byte is dropped.
    for (;;) {
      const count = writev(STDOUT, vector, 1);
      if (count === length) return count;
      if (count < 0) waitForReader(polls, lastErrno[0]!);
      else if (polls.signal === 0) return count;
      else throw new EndedBySignal(polls.signal);
    }
  };
}

/** Returns when it is worth trying again. */
function waitForReader(polls: PollSet, errno: number): void {
  const signal = errno === Errno.EAGAIN ? polls.waitWritable(STDOUT) : polls.signal;
  if (signal !== 0) throw new EndedBySignal(signal);
  if (errno === Errno.EAGAIN || errno === Errno.EINTR) return;
  throw new OperatorError(
    "standard output",
    `the guest's console cannot be written: ${describeErrno(errno)}`,
    "give it a reader that stays, or a file system with room",
  );
}
