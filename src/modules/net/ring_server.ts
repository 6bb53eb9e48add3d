/**
 * Who serves a guest's ring: a thread, where the guest looks as if it was going
 * to use the ring and the host has one; else the main thread, at each kick.
 *
 * @module
 */
import { CONTINUE } from "../../contract/hypercalls.ts";
import { byHandle } from "../../contract/module.ts";
import { RingLayout, type RingServer } from "../../contract/ring.ts";
import type { NetDevice } from "./attach.ts";
import { Ring } from "./ring.ts";
import { failureOfRing } from "./ring_failure.ts";
import { RingFrames } from "./ring_frames.ts";
import type { SharedPort } from "./ring_order.ts";
import { mayStartThread, RingThread } from "./ring_thread.ts";

/**
 * Makes the server of the one ring that all network devices share.
 *
 * @param likely whether the guest is going to use it: then a thread starts now
 */
export function ringServer(devices: readonly NetDevice[], likely: boolean): RingServer {
  const thread = likely && mayStartThread() ? startThread() : undefined;
  return {
    async begin(guest) {
      const { memory, host } = guest;
      const bytes = host.part(memory.sizeBytes, RingLayout.size);
      const ring = new Ring(bytes, new RingFrames(memory, byHandle(devices)));
      ring.askForKicks(true);
      if (thread !== undefined && await thread.serve(guest, devices.map(share))) {
        return () => {
          thread.kick();
          return CONTINUE;
        };
      }
      return () => {
        try {
          ring.serve();
        } catch (error) {
          throw failureOfRing(error);
        }
        return CONTINUE;
      };
    },
    needs: () => thread?.needs() ?? { permits: [] },
    end(drain) {
      thread?.end(drain);
      return thread?.failure;
    },
    close: () => thread?.close(),
  };
}

function share(device: NetDevice): SharedPort {
  const { handle, tap, link: { name, tally }, otherCounts } = device;
  return { handle, tap, name, tally, counts: otherCounts };
}

/** Where there is no thread to be had the main thread serves the ring. */
function startThread(): RingThread | undefined {
  try {
    return new RingThread();
  } catch {
    return undefined;
  }
}
