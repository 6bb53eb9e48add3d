/**
 * Network devices: each is a tap of the host.
 *
 * @module
 */
import { HypercallNumber } from "../../contract/hypercalls.ts";
import type { DeviceModule, NetBinding } from "../../contract/module.ts";
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
  ring: ringServer,
};

export default net;
