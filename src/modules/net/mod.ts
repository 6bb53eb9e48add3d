/**
 * Network devices: each is a tap of the host.
 *
 * @module
 */
import { HypercallNumber } from "../../contract/hypercalls.ts";
import type { DeviceModule, NetBinding } from "../../contract/module.ts";
import { isAtMost, onDescriptors } from "../../contract/policy.ts";
import { attach, type NetDevice } from "./attach.ts";
import { netRead, netWrite } from "./frames.ts";
import { ringServer } from "./ring_server.ts";

const net: DeviceModule<NetBinding, NetDevice> = {
  name: "net",
  type: "NET_BASIC",
  attach,
  hypercalls: (devices, memory) =>
    new Map([
      [HypercallNumber.NET_WRITE, netWrite(devices, memory)],
      [HypercallNumber.NET_READ, netRead(devices, memory)],
    ]),
  needs: (devices) => {
    const taps = devices.map(({ tap, link }) => ({ descriptor: tap, name: link.name }));
    const rules = [onDescriptors(taps), isAtMost(2, "iovcnt", 1)];
    return {
      descriptors: taps,
      permits: [
        { call: "readv", rules, reason: "NET_READ" },
        { call: "writev", rules, reason: "NET_WRITE" },
      ],
    };
  },
  ring: ringServer,
};

export default net;
