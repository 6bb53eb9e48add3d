/**
 * HALT: the guest ends, with its exit status.
 *
 * @module
 */
import { COOKIE_BYTES, HaltBlock, type Hypercall } from "../../contract/hypercalls.ts";
import type { GuestMemory } from "../../contract/memory.ts";

/** Makes the handler. */
export function halt(memory: GuestMemory): Hypercall {
  return (block) => {
    memory.range(block, HaltBlock.size, "read");
    const cookie = memory.u64(block + HaltBlock.cookie);
    if (cookie !== 0) memory.range(cookie, COOKIE_BYTES, "read");
    return memory.u32(block + HaltBlock.exitStatus) & 0xff;
  };
}
