/**
 * NET_WRITE and NET_READ: one Ethernet frame each.
 *
 * @module
 */
import { describeErrno, Errno, lastErrno } from "../../../ffi/errno.ts";
import { ETHERNET_HEADER_BYTES } from "../../../ffi/linux/tun.ts";
import { rawReadv, rawWritev, Vector } from "../../../ffi/vectors.ts";
import { CONTINUE, type Hypercall, NetBlock, Result } from "../../contract/hypercalls.ts";
import type { Access, GuestMemory } from "../../contract/memory.ts";
import { byHandle } from "../../contract/module.ts";
import { GuestFault, OperatorError } from "../../errors.ts";
import type { NetDevice } from "./attach.ts";

/** Makes the handler of NET_WRITE. */
export function netWrite(
  devices: readonly NetDevice[],
  memory: GuestMemory,
): Hypercall {
  const writev = rawWritev();
  return frameCall(devices, memory, "read", (device, frame, length) => {
    if (length < ETHERNET_HEADER_BYTES) {
      throw new GuestFault(
        `it sent a frame of ${length} bytes, less than an Ethernet header's ${ETHERNET_HEADER_BYTES}`,
      );
    }
    const count = writev(device.tap, frame, 1);
    if (count !== length) refuseWrite(device, length, count);
    return Result.OK;
  });
}

/** What a tap answers to a frame that is too long for it. */
const REFUSED_FRAMES: readonly number[] = [Errno.EINVAL, Errno.E2BIG, Errno.EMSGSIZE];

/** Says why a frame did not go out. Reads errno first. */
function refuseWrite(device: NetDevice, length: number, count: number): never {
  const errno = lastErrno();
  if (count < 0 && REFUSED_FRAMES.includes(errno)) {
    throw new GuestFault(
      `it sent a frame of ${length} bytes, which the kernel refuses: ${
        describeErrno(errno)
      }`,
    );
  }
  throw new OperatorError(
    device.interface,
    count < 0
      ? `a frame of ${length} bytes cannot be sent: ${describeErrno(errno)}`
      : `of a frame of ${length} bytes only ${count} were sent`,
    errno === Errno.EIO
      ? `the interface is down: ip link set ${device.interface} up, and start again`
      : "look at the interface, and start again",
  );
}

/** Makes the handler of NET_READ. */
export function netRead(
  devices: readonly NetDevice[],
  memory: GuestMemory,
): Hypercall {
  const readv = rawReadv();
  return frameCall(devices, memory, "write", (device, room, _length, block) => {
    const count = readv(device.tap, room, 1);
    if (count > 0) {
      memory.setU64(block + NetBlock.length, count, 0);
      return Result.OK;
    }
    if (count < 0) refuseRead(device, lastErrno());
    return Result.AGAIN;
  });
}

/** Returns where there is just no frame. */
function refuseRead(device: NetDevice, errno: number): void {
  if (errno === Errno.EAGAIN || errno === Errno.EINTR) return;
  throw new OperatorError(
    device.interface,
    `no frames can be received: ${describeErrno(errno)}`,
    "look at the interface, and start again",
  );
}

/**
 * Moves a frame between a device and a checked range, which `vector` points at.
 *
 * @returns the hypercall's result
 */
type Move = (
  device: NetDevice,
  vector: Deno.PointerValue,
  length: number,
  block: number,
) => number;

/** What both calls have in common: the argument block, the device, the range. */
function frameCall(
  devices: readonly NetDevice[],
  memory: GuestMemory,
  access: Access,
  move: Move,
): Hypercall {
  const attached = byHandle(devices);
  const vector = new Vector();
  return (block) => {
    memory.range(block, NetBlock.size, "write");
    const device = attached[memory.u64(block + NetBlock.handle)];
    let result: number = Result.EINVAL;
    if (device !== undefined) {
      const length = memory.u64(block + NetBlock.length);
      const data = memory.range(memory.u64(block + NetBlock.data), length, access);
      memory.locate(vector, data, length);
      result = move(device, vector.pointer, length, block);
    }
    memory.setI32(block + NetBlock.result, result);
    return CONTINUE;
  };
}
