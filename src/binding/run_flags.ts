/**
 * The flags of `solo5 run`, in one table.
 *
 * @module
 */
import { isGuestName, type ReportTarget } from "../contract/figures.ts";
import type { Rate } from "../contract/interposer.ts";
import type { SandboxLevel } from "../contract/sandbox.ts";
import type { WatchBinding } from "../contract/watch.ts";
import { LIMIT_FLAGS } from "./limits.ts";
import type { BlockRequest, ConsoleMode, NamedRequest, NetRequest } from "./request.ts";
import {
  EXPECTED,
  isNamed,
  isPath,
  isUser,
  parseBlock,
  parseGdbEndpoint,
  parseMac,
  parseMemory,
  parseSandboxLevel,
  parseSectorSize,
  parseTap,
} from "./values.ts";

/** What `--trace=` can show. */
export const TRACES = ["modules", "sandbox"] as const;

/** The parts of a command line that flags make up, while it is read. */
export interface Draft {
  net: NetRequest[];
  block: BlockRequest[];
  watches: WatchBinding[];
  named: NamedRequest[];
  memoryMebibytes?: number;
  console?: ConsoleMode;
  consoleRate?: Rate;
  sandbox: { level: SandboxLevel; user?: string };
  keeping: { name?: string; report?: ReportTarget };
  traces: Set<string>;
  config?: string;
  printConfig: boolean;
  help: boolean;
}

/** A flag: its spelling, and what it adds to the draft. */
export interface Flag {
  /** Before the device or value: `--net`. */
  readonly name: string;
  /** Another spelling: `-h`. */
  readonly short?: string;
  /** Whether it names a device: `--net:DEVICE=VALUE`. */
  readonly device: boolean;
  /** Its value for the usage text; undefined where it takes none. */
  readonly value?: string;
  /** What it does, for the usage text. */
  readonly help: string;
  /** What the value has to be, for messages. */
  readonly expected: string;
  /** Adds the value; returns false where it is malformed. */
  add(draft: Draft, value: string, device: string): boolean;
}

/** Every flag of `solo5 run`, in the order of the usage text. */
export const RUN_FLAGS: readonly Flag[] = [
  {
    name: "--net",
    device: true,
    value: "TAP",
    help: "bind a network device to a tap interface, or an open one: @FD, @listen:NAME",
    expected: EXPECTED.tap,
    add(draft, value, device) {
      const tap = parseTap(value);
      if (tap === undefined) draft.net.push({ device, malformed: "--net" });
      else if (isNamed(tap)) draft.named.push({ type: "NET_BASIC", device, ...tap });
      else draft.net.push({ device, tap });
      return tap !== undefined;
    },
  },
  {
    name: "--net-mac",
    device: true,
    value: "MAC",
    help: "its MAC address (a random one if not given)",
    expected: EXPECTED.mac,
    add(draft, value, device) {
      const mac = parseMac(value);
      draft.net.push(mac ? { device, mac } : { device, malformed: "--net-mac" });
      return mac !== undefined;
    },
  },
  {
    name: "--block",
    device: true,
    value: "PATH[,ro][,sync=MODE]",
    help:
      "bind a block device to a file or disk, or an open one; with ,ro the guest cannot write; MODE is when its writes are synced: none, write, end",
    expected: EXPECTED.block,
    add(draft, value, device) {
      const file = parseBlock(value);
      if (file === undefined) draft.block.push({ device, malformed: "--block" });
      else if (isNamed(file)) draft.named.push({ type: "BLOCK_BASIC", device, ...file });
      else draft.block.push({ device, file });
      return file !== undefined;
    },
  },
  {
    name: "--block-sector-size",
    device: true,
    value: "BYTES",
    help: "its sector size, a power of two from 512 to 32768 (512)",
    expected: EXPECTED.sectorSize,
    add(draft, value, device) {
      const sectorSizeBytes = parseSectorSize(value);
      draft.block.push(
        sectorSizeBytes
          ? { device, sectorSizeBytes }
          : { device, malformed: "--block-sector-size" },
      );
      return sectorSizeBytes !== undefined;
    },
  },
  ...LIMIT_FLAGS,
  {
    name: "--mem",
    device: false,
    value: "MIB",
    help: "guest memory in MiB, from 2 to 4096, in steps of 2 (512)",
    expected: EXPECTED.memory,
    add(draft, value) {
      const mebibytes = parseMemory(value);
      if (mebibytes !== undefined) draft.memoryMebibytes = mebibytes;
      return mebibytes !== undefined;
    },
  },
  {
    name: "--dumpcore",
    device: false,
    value: "DIR",
    help: "where to write a core file that gdb opens if the guest aborts or faults",
    expected: EXPECTED.directory,
    add(draft, value) {
      draft.watches.push({ name: "dumpcore", directory: value });
      return isPath(value);
    },
  },
  {
    name: "--gdb",
    device: false,
    value: "PORT|SOCKET",
    help: "wait for gdb at this port of 127.0.0.1 (0: any), or at a socket of this path",
    expected: EXPECTED.gdb,
    add(draft, value) {
      const endpoint = parseGdbEndpoint(value);
      // First: before a core is dumped, the debugger's breakpoints have to go.
      if (endpoint !== undefined) draft.watches.unshift({ name: "gdb", endpoint });
      return endpoint !== undefined;
    },
  },
  {
    name: "--sandbox",
    device: false,
    value: "LEVEL",
    help:
      "how much of the seal is insisted on: best-effort (if not given), strict (refuse to run where a layer does not hold in every thread) or off",
    expected: EXPECTED.sandbox,
    add(draft, value) {
      const level = parseSandboxLevel(value);
      if (level !== undefined) draft.sandbox.level = level;
      return level !== undefined;
    },
  },
  {
    name: "--user",
    device: false,
    value: "USER",
    help: "whom the tender becomes when root starts it: a name, or UID:GID (nobody)",
    expected: EXPECTED.user,
    add(draft, value) {
      draft.sandbox.user = value;
      return isUser(value);
    },
  },
  {
    name: "--name",
    device: false,
    value: "NAME",
    help: "what ps, top, stats and metrics call the guest",
    expected:
      "1 to 64 letters, digits, dots, dashes and underscores, a letter or digit first, and no number",
    add(draft, value) {
      if (isGuestName(value)) draft.keeping.name = value;
      return draft.keeping.name !== undefined;
    },
  },
  {
    name: "--report",
    device: false,
    value: "FILE|@FD",
    help:
      "write as JSON who ended the guest, how, and what it did; valid at every moment",
    expected: "a path, or @ and an open descriptor from 1 on",
    add(draft, value) {
      const descriptor = /^@[1-9][0-9]{0,8}$/.test(value) ? Number(value.slice(1)) : 0;
      if (!value.startsWith("@")) {
        if (isPath(value)) draft.keeping.report = { path: value };
      } else if (descriptor > 0) draft.keeping.report = { descriptor };
      return draft.keeping.report !== undefined;
    },
  },
  {
    name: "--trace",
    device: false,
    value: "modules|sandbox",
    help:
      "show on stderr which modules were loaded and libc symbols opened, or what the process is sealed with",
    expected: TRACES.join(" or "),
    add(draft, value) {
      draft.traces.add(value);
      return (TRACES as readonly string[]).includes(value);
    },
  },
  {
    name: "--config",
    device: false,
    value: "FILE",
    help: "take from a JSON file what is not on the command line",
    expected: "the path of a file",
    add(draft, value) {
      if (!isPath(value)) return false;
      draft.config = value;
      return true;
    },
  },
  {
    name: "--print-config",
    device: false,
    help: "print such a file for this command line, and run nothing",
    expected: "no value",
    add(draft) {
      draft.printConfig = true;
      return true;
    },
  },
  {
    name: "--help",
    short: "-h",
    device: false,
    help: "show this",
    expected: "no value",
    add(draft) {
      draft.help = true;
      return true;
    },
  },
];
