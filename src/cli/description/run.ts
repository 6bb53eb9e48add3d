/**
 * `solo5 run`, described.
 *
 * @module
 */
import { RUN_FLAGS } from "../../binding/run_flags.ts";
import type { CommandDescription } from "./command.ts";

/** Runs a unikernel. */
export const RUN: CommandDescription = {
  name: "run",
  summary: "run a unikernel",
  usage: ["app.elf [FLAGS] [--] [ARGS…]"],
  text: `Runs a unikernel. Every device that its manifest declares has to be bound, and
nothing else can be. DEVICE is a device's name, or its position among the
devices of its type, from 0. Flags may also stand before the unikernel; ARGS are
given to it, and need -- before them where the first one looks like a flag.`,
  flags: RUN_FLAGS,
  operand: "image",
  status:
    `the unikernel's own; 1 for everything that solo5 refuses or that fails, and after
SIGINT and SIGTERM.`,
  examples: [
    ["solo5 run hello.elf", "one that needs no device"],
    ["solo5 run app.elf --net:0=tap0 -- ARGS…", "one with a network device"],
    ["solo5 run app.elf --block:storage=disk.img", "one with a disk"],
  ],
};
