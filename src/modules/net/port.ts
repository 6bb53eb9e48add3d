/**
 * A port: a tap, and what becomes of its frames. Frames go the same way for
 * hypercalls and for the ring, on whichever thread.
 *
 * @module
 */
import { openErrno } from "../../../ffi/errno.ts";
import { ETHERNET_HEADER_BYTES } from "../../../ffi/linux/tun.ts";
import { rawReadv, rawWritev } from "../../../ffi/vectors.ts";
import { GuestFault } from "../../errors.ts";
import { type Counts, NetCount } from "../../contract/figures.ts";
import type { Link } from "./link.ts";

/** Where frames come from and go to. */
export interface Port {
  /** The tap; reading and writing do not block. */
  readonly tap: number;
  /** What becomes of frames that it does not take. */
  readonly link: Link;
  /** Where they are counted, by the one thread that moves them. */
  readonly counts: Counts;
}

/**
 * Sends the frame that a vector points at, or drops it as {@link Link} does.
 *
 * @throws {GuestFault} when it is no frame
 * @throws {OperatorError} when the tap takes none any more
 */
export type SendFrame = (port: Port, frame: Deno.PointerValue, length: number) => void;

/**
 * Takes a frame to where a vector points.
 *
 * @returns its length, 0 where there is none
 * @throws {OperatorError} when there will be none any more
 */
export type ReceiveFrame = (port: Port, room: Deno.PointerValue) => number;

/** Hands out a way to send. */
export function frameSender(): SendFrame {
  const writev = rawWritev();
  const lastErrno = openErrno();
  return (port, frame, length) => {
    if (length < ETHERNET_HEADER_BYTES) {
      throw new GuestFault(
        `it sent a frame of ${length} bytes, less than an Ethernet header's ${ETHERNET_HEADER_BYTES}`,
      );
    }
    const count = writev(port.tap, frame, 1);
    // Dropped is sent, to the guest: as on any Ethernet.
    if (count !== length) {
      port.link.refused(length, count, lastErrno[0]!);
      port.counts[NetCount.dropped]! += 1;
      return;
    }
    port.counts[NetCount.framesOut]! += 1;
    port.counts[NetCount.bytesOut]! += length;
    if (port.link.dropping) port.link.sent();
  };
}

/** Hands out a way to receive. */
export function frameReceiver(): ReceiveFrame {
  const readv = rawReadv();
  // Read as it is: a call could be compiled first, which calls libc itself.
  const lastErrno = openErrno();
  return (port, room) => {
    const count = readv(port.tap, room, 1);
    if (count >= 0) {
      port.counts[NetCount.framesIn]! += 1;
      port.counts[NetCount.bytesIn]! += count;
      return count;
    }
    port.link.unread(lastErrno[0]!);
    return 0;
  };
}
