/**
 * The command line of Solo5's own tender, `solo5-hvt`, described.
 *
 * @module
 */
import type { CommandDescription, FlagDescription } from "./command.ts";

/** An option of that program. */
export interface HvtOption extends FlagDescription {
  /** What its usage text lists it under. */
  readonly part: "core" | "modules" | "debug";
  /** Whether the usage has it in brackets. */
  readonly bracketed?: boolean;
}

/** Every option, in the order and words of that program's usage text. */
export const HVT_OPTIONS: readonly HvtOption[] = [
  {
    name: "--mem",
    value: "512",
    help: "guest memory in MB",
    part: "core",
    bracketed: true,
  },
  { name: "--help", help: "display this help", part: "core" },
  { name: "--version", help: "display version information", part: "core" },
  {
    name: "--block",
    device: "NAME",
    value: "PATH",
    help: "attach block device/file at PATH as block storage NAME",
    part: "modules",
    completes: "file",
    deviceType: "BLOCK_BASIC",
  },
  {
    name: "--block-sector-size",
    device: "NAME",
    value: "SECTORSIZE",
    help:
      "set sector size for block device NAME; must be a power of two greater than or equal 512",
    part: "modules",
    bracketed: true,
    completes: ["512", "1024", "2048", "4096"],
    deviceType: "BLOCK_BASIC",
  },
  {
    name: "--net",
    device: "NAME",
    value: "IFACE | @NN",
    help: "attach tap at IFACE or at fd @NN as network NAME",
    part: "modules",
    completes: "tap",
    deviceType: "NET_BASIC",
  },
  {
    name: "--net-mac",
    device: "NAME",
    value: "HWADDR",
    help: "set HWADDR for network NAME",
    part: "modules",
    bracketed: true,
    deviceType: "NET_BASIC",
  },
  {
    name: "--gdb",
    help: "optional flag for running in a gdb debug session",
    part: "debug",
  },
  {
    name: "--gdb-port",
    value: "1234",
    help: "port to use",
    part: "debug",
    bracketed: true,
  },
  {
    name: "--dumpcore",
    value: "DIR",
    help: "enable guest core dump on abort/trap",
    part: "debug",
    completes: "directory",
  },
];

/** The command line of Solo5's own tender. */
export const HVT: CommandDescription = {
  name: "hvt",
  summary: "run a unikernel, with the command line of solo5-hvt",
  usage: ["[OPTIONS] [--] KERNEL [ARGS…]"],
  text:
    `Has the command line, messages and statuses of Solo5's own tender, and runs KERNEL
in the same seal as solo5 run. A link to the program whose name begins with solo5-hvt does
the same; --gdb, --gdb-port and --dumpcore are there where it begins with solo5-hvt-debug.
Everything behind KERNEL is the unikernel's.`,
  flags: HVT_OPTIONS,
  operand: "image",
  status:
    `the unikernel's own; 1 for everything that is refused or fails, for --help, and after
SIGINT and SIGTERM.`,
  examples: [
    ["solo5 hvt --mem=64 --net:service0=tap0 app.hvt ARGS…", "one with a network device"],
  ],
  files: [
    ["/dev/kvm", "Virtual machines; members of the group kvm may open it."],
    ["/dev/net/tun", "Taps; opened for a guest with a network device."],
  ],
  seeAlso: ["ip-tuntap(8)"],
};
