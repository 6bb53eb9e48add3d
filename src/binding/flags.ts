/**
 * The flags of `solo5 run`: Solo5's own grammar, in one table.
 *
 * @module
 */
import type { WatchBinding } from "../contract/watch.ts";
import type {
  BindingRequest,
  BlockRequest,
  NamedRequest,
  NetRequest,
} from "./request.ts";
import {
  EXPECTED,
  isNamed,
  isPath,
  parseBlock,
  parseGdbEndpoint,
  parseMac,
  parseMemory,
  parseSectorSize,
  parseTap,
} from "./values.ts";

/** What `--trace=` can show. */
export const TRACES = ["modules"] as const;

/** The parts of a command line that flags make up, while it is read. */
interface Draft {
  net: NetRequest[];
  block: BlockRequest[];
  watches: WatchBinding[];
  named: NamedRequest[];
  memoryMebibytes?: number;
  traces: Set<string>;
  help: boolean;
}

/** A flag: its spelling, and what it adds to the draft. */
interface Flag {
  /** Before the device or value: `--net`. */
  readonly name: string;
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
    value: "PATH[,ro]",
    help:
      "bind a block device to a file or disk, or an open one; with ,ro the guest cannot write",
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
    name: "--trace",
    device: false,
    value: "modules",
    help: "show on stderr which modules were loaded and libc symbols opened",
    expected: TRACES.join(" or "),
    add(draft, value) {
      draft.traces.add(value);
      return (TRACES as readonly string[]).includes(value);
    },
  },
  {
    name: "--help",
    device: false,
    help: "show this",
    expected: "no value",
    add(draft) {
      draft.help = true;
      return true;
    },
  },
];

/** A command line of `solo5 run`, read but not yet held against an image. */
export interface RunArguments {
  /** Path of the image; undefined where there is none. */
  readonly image: string | undefined;
  /** What the flags ask for, with everything that is wrong with them. */
  readonly request: BindingRequest;
  /** Devices that `@listen:` names a descriptor for, to be added to the request. */
  readonly named: readonly NamedRequest[];
  /** What `--trace=` asks to see. */
  readonly traces: ReadonlySet<string>;
  /** Whether `--help` was given. */
  readonly help: boolean;
}

/**
 * How words for the guest's own start-up code begin (`--solo5:quiet`): they need
 * no `--` before them.
 */
const GUEST_WORD = "--solo5:";

/**
 * Reads the arguments of `solo5 run`: flags before or behind the image, then the
 * guest's arguments. These begin with the first word behind the image that is
 * none of a flag's form, or behind `--`; where `--` stands before the image,
 * everything behind the image is the guest's, as with Solo5's own tender.
 * Never throws: what is wrong is in `request.problems`.
 */
export function parseRunArguments(args: readonly string[]): RunArguments {
  const draft: Draft = {
    net: [],
    block: [],
    named: [],
    watches: [],
    traces: new Set(),
    help: false,
  };
  const problems: string[] = [];
  const seen = new Set<string>();
  let image: string | undefined;
  let index = 0;
  for (; index < args.length; index++) {
    const word = args[index]!;
    if (word === "--") {
      index++;
      image ??= args[index++];
      break;
    }
    if (!word.startsWith("-")) {
      if (image !== undefined) break;
      image = word;
      continue;
    }
    if (image !== undefined && word.startsWith(GUEST_WORD)) break;
    const problem = addFlag(draft, word, seen);
    if (problem !== undefined) problems.push(problem);
  }
  const { net, block, watches, memoryMebibytes } = draft;
  return {
    image,
    request: {
      net,
      block,
      ...(watches.length === 0 ? {} : { watches }),
      ...(memoryMebibytes === undefined ? {} : { memoryMebibytes }),
      arguments: args.slice(index),
      problems,
    },
    named: draft.named,
    traces: draft.traces,
    help: draft.help,
  };
}

/** Adds one flag; returns what is wrong with it, if anything. */
function addFlag(
  draft: Draft,
  text: string,
  seen: Set<string>,
): string | undefined {
  const [, name, colon, device = "", equals, value = ""] =
    /^(-[^:=]*)(:([^=]*))?(=([\s\S]*))?$/.exec(text)!;
  const flag = RUN_FLAGS.find((each) => each.name === name);
  if (flag === undefined) {
    return `${text} is no flag (drop it, or write -- before the guest's arguments)`;
  }
  const spelling = flag.name + (flag.device ? ":DEVICE" : "") +
    (flag.value === undefined ? "" : `=${flag.value}`);
  const wellFormed = (colon !== undefined) === flag.device &&
    (!flag.device || device !== "") &&
    (equals !== undefined) === (flag.value !== undefined);
  if (!wellFormed) return `${text} is malformed (write ${spelling})`;
  const key = flag.device ? `${flag.name}:${device}` : flag.name;
  if (seen.has(key)) return `${text} is a second ${key} (drop one)`;
  seen.add(key);
  if (!flag.add(draft, value, device)) {
    return `${text} has a bad value (give ${flag.expected})`;
  }
  return undefined;
}
