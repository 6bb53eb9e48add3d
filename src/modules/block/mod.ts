/**
 * Block devices: each is a file or block device of the host.
 *
 * @module
 */
import { HypercallNumber } from "../../contract/hypercalls.ts";
import type { BlockBinding, DeviceModule } from "../../contract/module.ts";
import { attach, type BlockDevice } from "./attach.ts";
import { blockRead, blockWrite } from "./blocks.ts";
import { diskNeeds } from "./needs.ts";

const block: DeviceModule<BlockBinding, BlockDevice> = {
  name: "block",
  type: "BLOCK_BASIC",
  attach,
  hypercalls: (devices, memory) =>
    new Map([
      [HypercallNumber.BLOCK_WRITE, blockWrite(devices, memory)],
      [HypercallNumber.BLOCK_READ, blockRead(devices, memory)],
    ]),
  needs: diskNeeds,
};

export default block;
