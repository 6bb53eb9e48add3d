/**
 * `solo5 run`, described.
 *
 * @module
 */
import { RUN_FLAGS, TRACES } from "../../binding/run_flags.ts";
import { SANDBOX_LEVELS } from "../../contract/sandbox.ts";
import type { CommandDescription, FlagDescription, Operand } from "./command.ts";
import { RUNTIME_FOLDER } from "./figures.ts";

/** What the values of flags are, where a shell can complete them. */
const VALUES: Readonly<Record<string, Operand>> = {
  "--net": "tap",
  "--block": "file",
  "--block-sector-size": ["512", "1024", "2048", "4096"],
  "--console": ["raw", "visible"],
  "--dumpcore": "directory",
  "--gdb": "file",
  "--sandbox": SANDBOX_LEVELS,
  "--user": "user",
  "--report": "file",
  "--trace": TRACES,
  "--config": "file",
};

/** Its flags, with what a shell completes. */
const FLAGS: readonly FlagDescription[] = RUN_FLAGS.map((flag) => ({
  ...flag,
  ...(Object.hasOwn(VALUES, flag.name) ? { completes: VALUES[flag.name]! } : {}),
  ...(flag.device
    ? { deviceType: flag.name.startsWith("--net") ? "NET_BASIC" : "BLOCK_BASIC" }
    : {}),
}));

/** Runs a unikernel. */
export const RUN: CommandDescription = {
  name: "run",
  summary: "run a unikernel",
  usage: [
    "app.elf [FLAGS] [--] [ARGS…]",
    "--config=FILE [app.elf] [FLAGS] [-- ARGS…]",
  ],
  text: `Runs a unikernel. Every device that its manifest declares has to be bound, and
nothing else can be. DEVICE is a device's name, or its position among the devices of its
type, from 0. Flags may also stand before the unikernel; ARGS are given to it, and need --
before them where the first one looks like a flag.`,
  flags: FLAGS,
  operand: "image",
  status:
    `the unikernel's own; 1 for everything that solo5 refuses or that fails, and after
SIGINT and SIGTERM.`,
  examples: [
    ["solo5 run hello.elf", "one that needs no device"],
    ["solo5 run app.elf --net:0=tap0 -- ARGS…", "one with a network device"],
    ["solo5 run app.elf --block:storage=disk.img", "one with a disk"],
    ["solo5 run --config=service.json", "one that a file says all about"],
  ],
  environment: [
    ...RUNTIME_FOLDER,
    [
      "LISTEN_FDS, LISTEN_FDNAMES, LISTEN_PID",
      "Descriptors that a service manager passes, for --net:DEVICE=@listen:NAME and --block:DEVICE=@listen:NAME.",
    ],
  ],
  files: [
    ["/dev/kvm", "Virtual machines; members of the group kvm may open it."],
    ["/dev/net/tun", "Taps; opened for a guest with a network device."],
    ["/etc/passwd", "The user that root's tender becomes."],
  ],
  seeAlso: ["gdb(1)", "ip-tuntap(8)", "sd_listen_fds(3)"],
};
