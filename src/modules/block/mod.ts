/**
 * Block devices: each is a file or block device of the host.
 *
 * @module
 */
import { HypercallNumber } from "../../contract/hypercalls.ts";
import type { BlockBinding, DeviceModule } from "../../contract/module.ts";
import {
  isOneOf,
  type KeptDescriptor,
  type Needs,
  onDescriptors,
  type Permit,
} from "../../contract/policy.ts";
import { attach, type BlockDevice } from "./attach.ts";
import { blockRead, blockWrite } from "./blocks.ts";

function needs(devices: readonly BlockDevice[]): Needs {
  const disks = devices.map(kept);
  const writable = devices.filter(({ readOnly }) => !readOnly);
  const onWritable = () => onDescriptors(writable.map(kept));
  const one = isOneOf(2, "iovcnt", 1);
  const writing: Permit[] = writable.length === 0 ? [] : [
    { call: "pwritev", rules: [onWritable(), one], reason: "BLOCK_WRITE" },
    {
      call: "sync_file_range",
      rules: [onWritable(), isOneOf(3, "flags", { value: 1, name: "WAIT_BEFORE" })],
      reason: "whether something written was lost",
    },
  ];
  return {
    descriptors: disks,
    permits: [
      { call: "preadv", rules: [onDescriptors(disks), one], reason: "BLOCK_READ" },
      {
        call: "lseek",
        rules: [
          onDescriptors(disks),
          isOneOf(2, "whence", { value: 2, name: "SEEK_END" }),
        ],
        reason: "whether a disk has become shorter",
      },
      ...writing,
    ],
    fileBytes: Math.max(0, ...writable.map(({ capacityBytes }) => capacityBytes)),
  };
}

function kept({ file, path }: BlockDevice): KeptDescriptor {
  return { descriptor: file, name: path };
}

const block: DeviceModule<BlockBinding, BlockDevice> = {
  name: "block",
  type: "BLOCK_BASIC",
  attach,
  hypercalls: (devices, memory) =>
    new Map([
      [HypercallNumber.BLOCK_WRITE, blockWrite(devices, memory)],
      [HypercallNumber.BLOCK_READ, blockRead(devices, memory)],
    ]),
  needs,
};

export default block;
