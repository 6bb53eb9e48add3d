/**
 * A tap for the benchmark's guests, and frames for those that receive.
 *
 * @module
 */
import { ETHERNET_HEADER_BYTES } from "../../ffi/linux/tun.ts";
import {
  enterOwnNetwork,
  frameSocket,
  makeTap,
  waitUntilRunning,
} from "../../tests/support/network.ts";

/** The tap's name. */
export const TAP = "bench0";

/** What Linux 6.1 lets a tap have, and more does not. */
const QUEUE_FRAMES = 10_000;

/**
 * The most frames that can be sent at once, with some room for the host's own
 * (IPv6, say): none gets lost, and nobody sends while the guest takes them.
 */
export const MOST_FRAMES = 9_000;

/** Makes the tap, in a network namespace of this program's own. */
export function makeBenchTap(): void {
  enterOwnNetwork();
  makeTap(TAP, { queueFrames: QUEUE_FRAMES });
}

/** Sends so many frames of the local experimental type (IEEE 802) to the tap. */
export function sendFrames(count: number, bytes: number): void {
  const frame = new Uint8Array(bytes).fill(0xff, 0, 6);
  frame[6] = 2;
  frame.set([0x88, 0xb5], ETHERNET_HEADER_BYTES - 2);
  const socket = frameSocket(TAP);
  waitUntilRunning(TAP);
  for (let sent = 0; sent < count; sent++) socket.send(frame);
  socket.close();
}
