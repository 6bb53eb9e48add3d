/**
 * Rates: a guest that is over one waits in its hypercall, before it is served.
 * Nothing is dropped: what it does not fetch meanwhile stays in the tap's queue.
 *
 * @module
 */
import {
  BlockBlock,
  type Hypercall,
  HypercallNumber,
  NetBlock,
  PutsBlock,
  Result,
} from "../../contract/hypercalls.ts";
import type { InterposedGuest, InterposerModule } from "../../contract/interposer.ts";
import type { GuestMemory } from "../../contract/memory.ts";
import type { DeviceType } from "../../contract/module.ts";
import { Limiter } from "./bucket.ts";
import { type Wait, waiting } from "./wait.ts";

/** Limiters at the index of their device's handle. */
type Limiters = readonly (Limiter | undefined)[];

const rate: InterposerModule = {
  name: "rate",
  interpose(guest) {
    const { memory, hypercalls, consoleRate } = guest;
    const wait = waiting(guest.polls, guest.devices);
    const handlers = new Map<number, Hypercall>();
    const replace = (number: number, make: (inner: Hypercall) => Hypercall) => {
      const inner = hypercalls[number];
      if (inner !== undefined) handlers.set(number, make(inner));
    };
    if (consoleRate !== undefined) {
      const limiter = new Limiter(consoleRate, performance.now());
      replace(HypercallNumber.PUTS, (inner) => limitPuts(inner, memory, limiter, wait));
    }
    // Each direction has its own, as each end of a cable does.
    for (const number of [HypercallNumber.NET_WRITE, HypercallNumber.NET_READ]) {
      const limiters = limitersOf(guest, "NET_BASIC");
      if (limiters.length === 0) break;
      replace(number, (inner) => limit(inner, memory, limiters, NetBlock, wait));
    }
    const disks = limitersOf(guest, "BLOCK_BASIC");
    for (const number of [HypercallNumber.BLOCK_WRITE, HypercallNumber.BLOCK_READ]) {
      if (disks.length === 0) break;
      replace(number, (inner) => limit(inner, memory, disks, BlockBlock, wait));
    }
    return handlers;
  },
};

/** A limiter for each device of a type that has a rate; none where none has. */
function limitersOf({ bindings }: InterposedGuest, type: DeviceType): Limiters {
  const limiters: (Limiter | undefined)[] = [];
  for (const binding of bindings) {
    if (binding.type !== type || binding.rate === undefined) continue;
    limiters[binding.handle] = new Limiter(binding.rate, performance.now());
  }
  return limiters;
}

/** Limits calls whose argument block has these fields. */
function limit(
  inner: Hypercall,
  memory: GuestMemory,
  limiters: Limiters,
  fields: typeof NetBlock | typeof BlockBlock,
  wait: Wait,
): Hypercall {
  // A frame's length is known when it is there; what is read from a disk may be
  // read over the argument block.
  const lengthIsResult = fields === NetBlock;
  return (block) => {
    memory.range(block, fields.size, "write");
    const limiter = limiters[memory.u64(block + fields.handle)];
    if (limiter === undefined) return inner(block);
    wait(limiter);
    const asked = memory.u64(block + fields.length);
    const status = inner(block);
    if (memory.u32(block + fields.result) === Result.OK) {
      limiter.take(lengthIsResult ? memory.u64(block + fields.length) : asked);
    }
    return status;
  };
}

function limitPuts(
  inner: Hypercall,
  memory: GuestMemory,
  limiter: Limiter,
  wait: Wait,
): Hypercall {
  return (block) => {
    memory.range(block, PutsBlock.size, "read");
    wait(limiter);
    const length = memory.u64(block + PutsBlock.length);
    const status = inner(block);
    limiter.take(length);
    return status;
  };
}

export default rate;
