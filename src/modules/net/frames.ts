/**
 * NET_WRITE and NET_READ: one Ethernet frame each.
 *
 * @module
 */
import { lastErrno } from "../../../ffi/errno.ts";
import { ETHERNET_HEADER_BYTES } from "../../../ffi/linux/tun.ts";
import { rawReadv, rawWritev, Vector } from "../../../ffi/vectors.ts";
import { CONTINUE, type Hypercall, NetBlock, Result } from "../../contract/hypercalls.ts";
import type { Access, GuestMemory } from "../../contract/memory.ts";
import { byHandle } from "../../contract/module.ts";
import { GuestFault } from "../../errors.ts";
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
    if (count !== length) device.link.refused(length, count);
    else if (device.link.dropping) device.link.sent();
    // Dropped is sent, to the guest: as on any Ethernet.
    return Result.OK;
  });
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
    if (count < 0) device.link.unread(lastErrno());
    return Result.AGAIN;
  });
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
