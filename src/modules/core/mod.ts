/**
 * What every guest needs: the wall clock, the console, waiting, and the end.
 *
 * @module
 */
import { HypercallNumber } from "../../contract/hypercalls.ts";
import type { CoreModule } from "../../contract/module.ts";
import { halt } from "./halt.ts";
import { poll } from "./poll.ts";
import { puts } from "./puts.ts";
import { walltime } from "./walltime.ts";

const core: CoreModule = {
  name: "core",
  hypercalls: ({ memory, polls, devices }) =>
    new Map([
      [HypercallNumber.WALLTIME, walltime(memory)],
      [HypercallNumber.PUTS, puts(memory, polls)],
      [HypercallNumber.POLL, poll(memory, polls, devices)],
      [HypercallNumber.HALT, halt(memory)],
    ]),
};

export default core;
