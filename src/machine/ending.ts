/**
 * What is asked of everybody when a guest has ended.
 *
 * @module
 */
import type { AttachedDevice } from "../contract/module.ts";
import type { RingServer } from "../contract/ring.ts";
import type { Vcpu } from "../contract/vcpu.ts";
import type { GuestEnd, Say, Watch } from "../contract/watch.ts";

/**
 * Ends every device. What has failed there is how the guest ended, unless that
 * was a failure already: then it is said.
 */
export function lastLook(
  devices: readonly AttachedDevice[],
  end: GuestEnd,
  say: Say,
): GuestEnd {
  for (const device of devices) {
    try {
      device.end?.();
    } catch (error) {
      if ("status" in end) end = { error };
      else say((error as Error).message);
    }
  }
  return end;
}

/** What fails in a watch is said, and keeps neither the others nor the guest's end. */
export function tellEnd(watch: Watch, end: GuestEnd, say: Say): void {
  try {
    watch.end(end);
  } catch (error) {
    say((error as Error).message);
  }
}

/**
 * Ends the service of the ring. What the guest, or the host, did wrong there is
 * how the guest ended.
 */
export function endRing(
  ring: RingServer | undefined,
  vcpu: Vcpu,
  end: GuestEnd,
): GuestEnd {
  const error = ring?.end("status" in end);
  if (error === undefined) return end;
  // To end the guest it may have set the timer after the run loop had put it off.
  vcpu.rest();
  return { error };
}
