/**
 * WALLTIME: nanoseconds since 1970.
 *
 * @module
 */
import { WallClock } from "../../../ffi/clock.ts";
import { CONTINUE, type Hypercall, WalltimeBlock } from "../../contract/hypercalls.ts";
import type { GuestMemory } from "../../contract/memory.ts";

const NANOSECONDS_A_SECOND = 1_000_000_000;
const HALF = 0x1_0000;

/** Makes the handler. */
export function walltime(memory: GuestMemory): Hypercall {
  const clock = new WallClock();
  return (block) => {
    memory.range(block, WalltimeBlock.size, "write");
    clock.read();
    // seconds × 10⁹ + nanoseconds needs 61 bits: in steps of 16 bits, of which
    // each is exact in a double.
    const { seconds, nanoseconds } = clock;
    const lower = (seconds % HALF) * NANOSECONDS_A_SECOND + nanoseconds;
    const upper = Math.floor(seconds / HALF) * NANOSECONDS_A_SECOND +
      Math.floor(lower / HALF);
    memory.setU64(
      block + WalltimeBlock.nanoseconds,
      (upper % HALF) * HALF + lower % HALF,
      Math.floor(upper / HALF),
    );
    return CONTINUE;
  };
}
