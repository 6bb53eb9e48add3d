import { assertEquals, assertThrows } from "@std/assert";
import { uncounted } from "../../../../src/contract/figures.ts";
import { GuestMemory } from "../../../../src/contract/memory.ts";
import { GuestFault, OperatorError } from "../../../../src/errors.ts";
import { Link } from "../../../../src/modules/net/link.ts";
import { NO_DEVICE } from "../../../../src/modules/net/ring.ts";
import { RingFrames } from "../../../../src/modules/net/ring_frames.ts";
import { hostMemory } from "../../../support/host_memory.ts";

/** Size of guest memory; the ring is behind it. */
const M = 0x10000;

/** A descriptor that is never open. */
const CLOSED = -1;

/** Frames of one port, with handle 1, whose tap is not there. */
function frames(): RingFrames {
  const memory = new GuestMemory(hostMemory(new Uint8Array(M + 0x1000)), M);
  memory.protect([{ start: 0x2000, end: 0x3000, readable: true }]);
  return new RingFrames(memory, [undefined, {
    tap: CLOSED,
    link: new Link("tap0"),
    counts: uncounted().main,
  }]);
}

const RANGES: readonly (readonly [gpa: number, length: number])[] = [
  [M - 60, 60],
  [M, 60],
  [M, 0],
  [2 ** 64 - 4096, 60],
  [0, 0xffff_ffff],
];

for (const [gpa, length] of RANGES) {
  Deno.test(`${length} bytes at 0x${gpa.toString(16)} are the guest's fault when an entry names them`, () => {
    const words = `${length} bytes, not within its 0x10000 bytes of memory`;
    assertThrows(() => frames().send(1, gpa, length), GuestFault, words);
    assertThrows(() => frames().receive(1, gpa, length), GuestFault, words);
  });
}

Deno.test("a frame is not received into what the image protects, and may be sent from there", () => {
  const words = "60 bytes to write, in its read-only segment 0x2000 to 0x3000";
  assertThrows(() => frames().receive(1, 0x2ff0, 60), GuestFault, words);
  // As far as the tap.
  assertThrows(() => frames().send(1, 0x2ff0, 60), OperatorError, "EBADF");
});

Deno.test("a frame that is too short is the guest's fault", () => {
  const words = "it sent a frame of 13 bytes, less than an Ethernet header's 14";
  assertThrows(() => frames().send(1, 0x1000, 13), GuestFault, words);
});

Deno.test("a handle of no device is passed over when sending, and refused when receiving", () => {
  for (const handle of [0, 2, 0xffff_ffff]) {
    frames().send(handle, 2 ** 63, 0xffff_ffff);
    assertEquals(frames().receive(handle, 2 ** 63, 0xffff_ffff), NO_DEVICE);
  }
});

Deno.test("a tap that fails is said with interface and errno", () => {
  const sending = "tap0: a frame of 60 bytes cannot be sent: EBADF";
  assertThrows(() => frames().send(1, 0x1000, 60), OperatorError, sending);
  const receiving = "tap0: no frames can be received: EBADF";
  assertThrows(() => frames().receive(1, 0x1000, 60), OperatorError, receiving);
});
