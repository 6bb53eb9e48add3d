/**
 * What every guest needs: the wall clock, the console, waiting, and the end.
 *
 * @module
 */
import { HypercallNumber } from "../../contract/hypercalls.ts";
import type { AttachedDevice, CoreModule } from "../../contract/module.ts";
import { isAtMost, isNull, isOneOf } from "../../contract/policy.ts";
import { halt } from "./halt.ts";
import { poll } from "./poll.ts";
import { consoleWriter, puts, STDOUT } from "./puts.ts";
import { walltime } from "./walltime.ts";

function isPolled({ pollDescriptor }: AttachedDevice): boolean {
  return pollDescriptor !== undefined;
}

const core: CoreModule = {
  name: "core",
  needs: (devices) => ({
    permits: [
      {
        call: "writev",
        rules: [
          isOneOf(0, "fd", { value: STDOUT, name: "standard output" }),
          isAtMost(2, "iovcnt", 1),
        ],
        reason: "PUTS",
      },
      {
        call: "ppoll",
        rules: [
          // The tender's own, and the device's.
          isAtMost(1, "nfds", 1 + devices.filter(isPolled).length),
          isNull(3, "sigmask"),
        ],
        reason: "POLL, a console whose reader is slow, rates",
      },
    ],
  }),
  consoleWriter,
  hypercalls: ({ memory, polls, devices, counts }) =>
    new Map([
      [HypercallNumber.WALLTIME, walltime(memory)],
      [HypercallNumber.PUTS, puts(memory, consoleWriter(polls), counts)],
      [HypercallNumber.POLL, poll(memory, polls, devices, counts)],
      [HypercallNumber.HALT, halt(memory)],
    ]),
};

export default core;
