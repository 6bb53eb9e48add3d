/**
 * POLL: wait until a device is readable or the time is over.
 *
 * @module
 */
import { type Counts, GuestCount } from "../../contract/figures.ts";
import { CONTINUE, type Hypercall, PollBlock } from "../../contract/hypercalls.ts";
import type { GuestMemory } from "../../contract/memory.ts";
import type { AttachedDevice, PollSet } from "../../contract/module.ts";
import { EndedBySignal } from "../../errors.ts";
import { NANOSECONDS_A_MILLISECOND, NANOSECONDS_A_SECOND } from "./units.ts";

/** The longest sleep at a time, in nanoseconds: a year, which fits everywhere. */
const LONGEST_SLEEP = 365 * 24 * 3600 * NANOSECONDS_A_SECOND;

function failureOf(device: AttachedDevice): Error {
  return device.pollFailure?.() ??
    new Error(`the descriptor of device ${device.handle} is in error`);
}

/** Makes the handler, and has the devices' descriptors watched. */
export function poll(
  memory: GuestMemory,
  polls: PollSet,
  devices: readonly AttachedDevice[],
  counts: Counts,
): Hypercall {
  const watched: AttachedDevice[] = [];
  for (const device of devices) {
    if (device.pollDescriptor === undefined) continue;
    polls.watch(device.pollDescriptor);
    watched.push(device);
  }

  /** Writes the ready set: a bit for the handle of each device that is ready. */
  function report(block: number, ready: number): void {
    let low = 0;
    let high = 0;
    for (let index = 0; ready > 0 && index < watched.length; index++) {
      if (!polls.ready(index)) continue;
      const { handle } = watched[index]!;
      // A guest that does not read it would wait busily from now on.
      if (polls.failed(index)) throw failureOf(watched[index]!);
      if (handle < 32) low |= 1 << handle;
      else high |= 1 << (handle - 32);
    }
    memory.setU64(block + PollBlock.readySet, low, high);
    memory.setI32(block + PollBlock.result, ready);
  }

  return (block) => {
    memory.range(block, PollBlock.size, "write");
    const timeout = memory.u64(block + PollBlock.timeoutNanoseconds);
    const begin = performance.now();
    const end = begin + timeout / NANOSECONDS_A_MILLISECOND;
    let now = begin;
    let rest = timeout;
    let ready = 0;
    do {
      const sleep = Math.min(rest, LONGEST_SLEEP);
      ready = polls.wait(
        Math.floor(sleep / NANOSECONDS_A_SECOND),
        Math.floor(sleep % NANOSECONDS_A_SECOND),
      );
      if (polls.signal !== 0) throw new EndedBySignal(polls.signal);
      now = performance.now();
      rest = (end - now) * NANOSECONDS_A_MILLISECOND;
      // Interrupted: by the tick, which comes once a second.
      if (ready === 0 && rest > 0) { for (const device of devices) device.check?.(); }
    } while (ready === 0 && rest > 0);
    if (timeout > 0) {
      counts[GuestCount.sleeps]! += 1;
      counts[GuestCount.sleptMilliseconds]! += now - begin;
    }
    report(block, ready);
    return CONTINUE;
  };
}
