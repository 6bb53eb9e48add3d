/**
 * BLOCK_WRITE and BLOCK_READ.
 *
 * @module
 */
import { type BlockCall, rawBlockCalls, rawThroughWrite } from "../../../ffi/disk.ts";
import { describeErrno, Errno, openErrno } from "../../../ffi/errno.ts";
import { LARGEST_TRANSFER_BYTES, Vector } from "../../../ffi/vectors.ts";
import { BlockCount } from "../../contract/figures.ts";
import {
  BlockBlock,
  CONTINUE,
  type Hypercall,
  Result,
} from "../../contract/hypercalls.ts";
import type { Access, GuestMemory } from "../../contract/memory.ts";
import { byHandle } from "../../contract/module.ts";
import type { BlockDevice } from "./attach.ts";

/** Makes the handler of BLOCK_WRITE. */
export function blockWrite(
  devices: readonly BlockDevice[],
  memory: GuestMemory,
): Hypercall {
  // Writing only reads guest memory.
  return transfer(devices, memory, "write", "read", writing(devices));
}

/** The call that writes, which differs by device only where some need it. */
function writing(devices: readonly BlockDevice[]): BlockCall {
  const { pwritev } = rawBlockCalls(largest(devices));
  const through = devices.filter((each) => each.writeThrough).map(({ file }) => file);
  if (through.length === 0) return pwritev;
  const pwriteThrough = rawThroughWrite();
  return (file, vector, count, offset) =>
    (through.includes(file) ? pwriteThrough : pwritev)(file, vector, count, offset);
}

/** Makes the handler of BLOCK_READ. */
export function blockRead(
  devices: readonly BlockDevice[],
  memory: GuestMemory,
): Hypercall {
  return transfer(
    devices,
    memory,
    "read",
    "write",
    rawBlockCalls(largest(devices)).preadv,
  );
}

function largest(devices: readonly BlockDevice[]): number {
  return Math.max(...devices.map(({ capacityBytes }) => capacityBytes));
}

function transfer(
  devices: readonly BlockDevice[],
  memory: GuestMemory,
  direction: Access,
  access: Access,
  call: BlockCall,
): Hypercall {
  const attached = byHandle(devices);
  const [operations, bytes] = direction === "read"
    ? [BlockCount.reads, BlockCount.bytesRead]
    : [BlockCount.writes, BlockCount.bytesWritten];
  const vector = new Vector();
  // Read as it is: a call could be compiled first, which calls libc itself.
  const lastErrno = openErrno();

  return (block) => {
    memory.range(block, BlockBlock.size, "write");
    const device = attached[memory.u64(block + BlockBlock.handle)];
    const offset = memory.u64(block + BlockBlock.offset);
    const length = memory.u64(block + BlockBlock.length);
    // Also refuses whatever u64() had to round: a capacity is exact.
    if (
      device === undefined || offset >= device.capacityBytes ||
      offset + length > device.capacityBytes
    ) {
      memory.setI32(block + BlockBlock.result, Result.EINVAL);
      return CONTINUE;
    }
    const data = memory.range(memory.u64(block + BlockBlock.data), length, access);
    if (direction === "write" && device.readOnly) {
      memory.setI32(block + BlockBlock.result, Result.EUNSPEC);
      return CONTINUE;
    }
    for (let done = 0; done < length;) {
      memory.locate(vector, data + done, Math.min(length - done, LARGEST_TRANSFER_BYTES));
      const count = call(device.file, vector.pointer, 1, offset + done);
      if (count > 0) done += count;
      else refuse(device, direction, offset + done, count, lastErrno[0]!);
    }
    device.counts[operations]! += 1;
    device.counts[bytes]! += length;
    memory.setI32(block + BlockBlock.result, Result.OK);
    return CONTINUE;
  };
}

/** Says why a transfer failed; returns where it was only interrupted. */
function refuse(
  device: BlockDevice,
  direction: Access,
  offset: number,
  count: number,
  errno: number,
): void {
  if (count < 0 && errno === Errno.EINTR) return;
  const where = `${direction} at byte ${offset}`;
  throw count < 0
    ? device.condition.broken(`${where} failed: ${describeErrno(errno)}`, errno)
    : device.condition.shortened(`${where} found the end of the file: it`);
}
