/**
 * WALLTIME: nanoseconds since 1970.
 *
 * @module
 */
import { WallClock } from "../../../ffi/clock.ts";
import { CONTINUE, type Hypercall, WalltimeBlock } from "../../contract/hypercalls.ts";
import type { GuestMemory } from "../../contract/memory.ts";
import { NANOSECONDS_A_SECOND } from "./units.ts";

const HALF = 0x1_0000;

/** Makes the handler. */
export function walltime(memory: GuestMemory): Hypercall {
  const clock = new WallClock();
  return (block) => {
    memory.range(block, WalltimeBlock.size, "write");
    clock.read();
    // seconds × 10⁹ + nanoseconds needs 61 bits: in two steps of 16 bits of the
    // seconds, each exact in a double. (A remainder of doubles would be a call.)
    const seconds = clock.seconds;
    const lower = (seconds & 0xffff) * NANOSECONDS_A_SECOND + clock.nanoseconds;
    const carry = Math.floor(lower / HALF);
    const upper = (seconds >>> 16) * NANOSECONDS_A_SECOND + carry;
    const high = Math.floor(upper / HALF);
    memory.setU64(
      block + WalltimeBlock.nanoseconds,
      (upper - high * HALF) * HALF + (lower - carry * HALF),
      high,
    );
    return CONTINUE;
  };
}
