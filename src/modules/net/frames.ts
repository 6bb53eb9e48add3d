/**
 * NET_WRITE and NET_READ: one Ethernet frame each.
 *
 * @module
 */
import { Vector } from "../../../ffi/vectors.ts";
import { CONTINUE, type Hypercall, NetBlock, Result } from "../../contract/hypercalls.ts";
import type { Access, GuestMemory } from "../../contract/memory.ts";
import { byHandle } from "../../contract/module.ts";
import type { NetDevice } from "./attach.ts";
import { frameReceiver, frameSender } from "./port.ts";

/** Makes the handler of NET_WRITE. */
export function netWrite(
  devices: readonly NetDevice[],
  memory: GuestMemory,
): Hypercall {
  const send = frameSender();
  return frameCall(devices, memory, "read", (device, frame, length) => {
    send(device, frame, length);
    return Result.OK;
  });
}

/** Makes the handler of NET_READ. */
export function netRead(
  devices: readonly NetDevice[],
  memory: GuestMemory,
): Hypercall {
  const receive = frameReceiver();
  return frameCall(devices, memory, "write", (device, room, _length, block) => {
    const count = receive(device, room);
    if (count === 0) return Result.AGAIN;
    memory.setU64(block + NetBlock.length, count, 0);
    return Result.OK;
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
