/**
 * The ring's thread: looks at the ring for a while, then sleeps until the guest
 * kicks. It starts by opening whatever it will need, says that it is there, and
 * then waits for its one {@link RingOrder}.
 *
 * @module
 */
import { openErrno } from "../../../ffi/errno.ts";
import { Eventfd } from "../../../ffi/eventfd.ts";
import { Mapping } from "../../../ffi/memory.ts";
import { StopRaiser } from "../../../ffi/stop_raiser.ts";
import { rawReadv, rawWritev } from "../../../ffi/vectors.ts";
import { type Counts, DEVICE_COUNTS, uncounted } from "../../contract/figures.ts";
import { GuestMemory } from "../../contract/memory.ts";
import { RING_AREA_BYTES } from "../../contract/limits.ts";
import { RingLayout } from "../../contract/ring.ts";
import { Link } from "./link.ts";
import type { Port } from "./port.ts";
import { Ring } from "./ring.ts";
import { failureOfRing } from "./ring_failure.ts";
import { RingFrames } from "./ring_frames.ts";
import { Patience } from "./ring_patience.ts";
import { RingControl, type RingOrder, Wish } from "./ring_order.ts";

/** A thread's side of what it shares with the thread that made it. */
interface Thread {
  onmessage: (message: { readonly data: RingOrder }) => void;
  postMessage(message: string): void;
  close(): void;
}

const thread = globalThis as unknown as Thread;

function serve(order: RingOrder): void {
  const control = new RingControl(order.shared);
  const raiser = new StopRaiser(order.stopAddress);
  try {
    const host = new Mapping(order.address, order.memoryBytes + RING_AREA_BYTES);
    const memory = new GuestMemory(host, order.memoryBytes);
    memory.protect(order.protectedRanges);
    const ports: Port[] = [];
    for (const { handle, tap, name, tally, counts } of order.ports) {
      ports[handle] = { tap, link: new Link(name, tally), counts: countsAt(counts) };
    }
    const bytes = host.part(order.memoryBytes, RingLayout.size);
    const ring = new Ring(bytes, new RingFrames(memory, ports));
    const kicks = new Eventfd(order.eventfd);
    control.setServing();
    serveUntilTold(ring, control, kicks);
  } catch (error) {
    control.fail(failureOfRing(error));
    if (control.wish === Wish.SERVE) raiser.raise();
  } finally {
    control.setEnded();
    control.waitForRelease();
    thread.close();
  }
}

/** The numbers of a device that are this thread's. */
function countsAt(address: bigint): Counts {
  if (address === 0n) return uncounted().main;
  const bytes = DEVICE_COUNTS * Float64Array.BYTES_PER_ELEMENT;
  return new Float64Array(new Mapping(address, bytes).bytes.buffer);
}

/** Returns when it is told to end; throws when the guest cannot go on. */
function serveUntilTold(ring: Ring, control: RingControl, kicks: Eventfd): void {
  const patience = new Patience();
  for (;;) {
    if (!looksUntilWaiting(ring, patience.looks)) {
      ring.askForKicks(true);
      if (!ring.waiting && control.wish === Wish.SERVE) {
        const start = performance.now();
        kicks.wait();
        patience.slept(performance.now() - start);
      }
      ring.askForKicks(false);
    }
    const { wish } = control;
    if (wish === Wish.STOP) return;
    ring.serve();
    if (wish === Wish.DRAIN) return;
  }
}

function looksUntilWaiting(ring: Ring, most: number): boolean {
  for (let looks = 0; looks < most; looks++) {
    if (ring.waiting) return true;
    Atomics.pause();
  }
  return false;
}

openErrno();
StopRaiser.open();
rawReadv();
rawWritev();
thread.onmessage = ({ data }) => serve(data);
thread.postMessage("ready");
