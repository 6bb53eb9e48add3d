/**
 * NET_WRITE and NET_READ: one Ethernet frame each.
 *
 * @module
 */
import { describeErrno, Errno, lastErrno } from "../../../ffi/errno.ts";
import { ETHERNET_HEADER_BYTES } from "../../../ffi/linux/tun.ts";
import { rawReadv, rawWritev, Vector } from "../../../ffi/vectors.ts";
import { CONTINUE, type Hypercall, NetBlock, Result } from "../../contract/hypercalls.ts";
import type { GuestMemory } from "../../contract/memory.ts";
import { byHandle } from "../../contract/module.ts";
import { GuestFault, OperatorError } from "../../errors.ts";
import type { NetDevice } from "./attach.ts";

/** Makes the handler of NET_WRITE. */
export function netWrite(
  devices: readonly NetDevice[],
  memory: GuestMemory,
): Hypercall {
  const attached = byHandle(devices);
  const writev = rawWritev();
  const vector = new Vector();
  return (block) => {
    memory.range(block, NetBlock.size, "write");
    const device = attached[memory.u64(block + NetBlock.handle)];
    if (device === undefined) {
      memory.setI32(block + NetBlock.result, Result.EINVAL);
      return CONTINUE;
    }
    const length = memory.u64(block + NetBlock.length);
    const data = memory.range(memory.u64(block + NetBlock.data), length, "read");
    if (length < ETHERNET_HEADER_BYTES) {
      throw new GuestFault(
        `it sent a frame of ${length} bytes, less than an Ethernet header's ${ETHERNET_HEADER_BYTES}`,
      );
    }
    memory.locate(vector, data, length);
    const count = writev(device.tap, vector.pointer, 1);
    if (count !== length) refuseWrite(device, length, count);
    memory.setI32(block + NetBlock.result, Result.OK);
    return CONTINUE;
  };
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
  const attached = byHandle(devices);
  const readv = rawReadv();
  const vector = new Vector();
  return (block) => {
    memory.range(block, NetBlock.size, "write");
    const device = attached[memory.u64(block + NetBlock.handle)];
    if (device === undefined) {
      memory.setI32(block + NetBlock.result, Result.EINVAL);
      return CONTINUE;
    }
    const room = memory.u64(block + NetBlock.length);
    const data = memory.range(memory.u64(block + NetBlock.data), room, "write");
    memory.locate(vector, data, room);
    const count = readv(device.tap, vector.pointer, 1);
    let result: number = Result.AGAIN;
    if (count > 0) {
      memory.setU64(block + NetBlock.length, count, 0);
      result = Result.OK;
    } else if (count < 0) refuseRead(device, lastErrno());
    memory.setI32(block + NetBlock.result, result);
    return CONTINUE;
  };
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
