/**
 * A console on a terminal: control characters of the guest's are shown, and do
 * nothing to the terminal. A character that has come in part only is written
 * when the rest of it comes, or the guest halts.
 *
 * @module
 */
import { OwnBytes, Vector } from "../../../ffi/vectors.ts";
import {
  CONTINUE,
  type Hypercall,
  HypercallNumber,
  PutsBlock,
} from "../../contract/hypercalls.ts";
import type { InterposerModule } from "../../contract/interposer.ts";
import { EndedBySignal } from "../../errors.ts";
import { roomFor, VisibleText } from "./text.ts";

/** So many bytes of the guest's are shown at a time. */
const PIECE_BYTES = 4096;

const visible: InterposerModule = {
  name: "visible",
  interpose({ memory, polls, hypercalls, writeConsole }) {
    const out = new OwnBytes(roomFor(PIECE_BYTES));
    const text = new VisibleText(out.bytes);
    const vector = new Vector();

    function write(): void {
      for (let done = 0; done < text.length;) {
        const rest = text.length - done;
        out.locate(vector, done, rest);
        done += writeConsole(vector.pointer, rest);
      }
      text.clear();
    }

    const puts: Hypercall = (block) => {
      memory.range(block, PutsBlock.size, "read");
      const length = memory.u64(block + PutsBlock.length);
      const start = memory.range(memory.u64(block + PutsBlock.data), length, "read");
      for (let done = 0; done < length;) {
        // A terminal that is quick enough takes all, and no write is cut short.
        if (polls.signal !== 0) throw new EndedBySignal(polls.signal);
        const end = Math.min(done + PIECE_BYTES, length);
        for (; done < end; done++) text.add(memory.u8(start + done));
        write();
      }
      return CONTINUE;
    };

    const ending = hypercalls[HypercallNumber.HALT]!;
    const halt: Hypercall = (block) => {
      text.finish();
      write();
      return ending(block);
    };

    return new Map([[HypercallNumber.PUTS, puts], [HypercallNumber.HALT, halt]]);
  },
};

export default visible;
