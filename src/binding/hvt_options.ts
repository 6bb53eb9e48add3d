/**
 * What the options of `solo5-hvt` say of a guest, held against its manifest.
 * The sentences are those that its users know, with the way out behind them
 * where they had none.
 *
 * @module
 */
import { MEBIBYTE, MOST_MEMORY_BYTES } from "../contract/limits.ts";
import type { DeviceType } from "../contract/module.ts";
import { encodeRaw } from "../contract/raw_text.ts";
import type { TapSource } from "../contract/source.ts";
import type { WatchBinding } from "../contract/watch.ts";
import type { ManifestDevice } from "../image/manifest.ts";
import type { HvtCommand } from "./hvt_command.ts";
import { MOST_COMMAND_LINE_BYTES } from "./bindings.ts";
import {
  roundMemory,
  scanInteger,
  scanMac,
  scanMemory,
  scanSectorSize,
} from "./hvt_values.ts";
import type { BindingRequest } from "./request.ts";
import { DEFAULT_MEMORY_MEBIBYTES, isInterfaceName, isPath, isTap } from "./values.ts";

/** Why options cannot be used: what to say, and whether the usage follows. */
export interface HvtRefusal {
  /** Lines, each a message. */
  readonly lines: readonly string[];
  /** Whether the usage text follows them. */
  readonly usage: boolean;
}

/** What options ask for. */
export interface HvtRequest {
  /** For {@link bind}; every device in it is a name of the manifest. */
  readonly request: BindingRequest;
  /** What the operator should see although the guest can run. */
  readonly warnings: readonly string[];
}

interface Draft {
  memory: bigint;
  gdb: boolean;
  gdbPort: number;
  dumpDirectory?: string;
  readonly taps: Map<string, TapSource>;
  readonly macs: Map<string, Uint8Array>;
  readonly files: Map<string, { readonly path: string }>;
  readonly sectorSizes: Map<string, number>;
}

/** A malformed value: with a sentence of its own, or as an unknown option. */
type Wrong = HvtRefusal | "invalid" | undefined;

/**
 * Reads the options, from left to right, against the manifest; the last of
 * those that say the same wins.
 *
 * @param debug whether the options of `solo5-hvt-debug` are there
 */
export function readHvtOptions(
  command: HvtCommand & { readonly kind: "run" },
  devices: readonly ManifestDevice[],
  debug: boolean,
): HvtRequest | HvtRefusal {
  const draft: Draft = {
    memory: BigInt(DEFAULT_MEMORY_MEBIBYTES),
    gdb: false,
    gdbPort: DEFAULT_GDB_PORT,
    taps: new Map(),
    macs: new Map(),
    files: new Map(),
    sectorSizes: new Map(),
  };
  for (const option of command.options) {
    const wrong = readOption(draft, option, devices, debug);
    if (wrong === "invalid") return invalid(option);
    if (wrong !== undefined) return wrong;
  }
  const missing = unattached(draft, devices);
  const { bytes, adjusted } = roundMemory(draft.memory);
  const warnings = adjusted ? [`adjusting memory to ${bytes} bytes`] : [];
  if (bytes > BigInt(MOST_MEMORY_BYTES)) {
    const problem =
      `guest memory size ${bytes} bytes exceeds the max size ${MOST_MEMORY_BYTES} bytes`;
    return { lines: [...warnings, problem], usage: false };
  }
  if (missing.length > 0) return { lines: [...warnings, ...missing], usage: false };
  const length = encodeRaw(command.args.join(" ")).length;
  if (length > MOST_COMMAND_LINE_BYTES) {
    const problem =
      `Guest command line too long (max=${MOST_COMMAND_LINE_BYTES} characters); shorten its ${length}`;
    return { lines: [...warnings, problem], usage: false };
  }
  const watches: WatchBinding[] = [];
  if (draft.gdb) watches.push({ name: "gdb", endpoint: { port: draft.gdbPort } });
  if (draft.dumpDirectory !== undefined) {
    watches.push({ name: "dumpcore", directory: draft.dumpDirectory });
  }
  return {
    request: {
      memoryMebibytes: Number(bytes) / MEBIBYTE,
      net: [...requests(draft.taps, "tap"), ...requests(draft.macs, "mac")],
      block: [
        ...requests(draft.files, "file"),
        ...requests(draft.sectorSizes, "sectorSizeBytes"),
      ],
      watches,
      console: "raw",
      arguments: command.args,
      lenient: true,
    },
    warnings,
  };
}

const DEFAULT_GDB_PORT = 1234;

/** Names that an option can give. */
const NAME = "([A-Za-z0-9]{1,67})";

function readOption(
  draft: Draft,
  option: string,
  devices: readonly ManifestDevice[],
  debug: boolean,
): Wrong {
  const [, head, , name, value] =
    new RegExp(`^(--[a-z-]+)(:${NAME})?(?:=([\\s\\S]*))?$`).exec(option) ?? [];
  if (head === undefined || !Object.hasOwn(HVT_READERS, head)) return "invalid";
  const { form, read, debug: debugging = false } = HVT_READERS[head]!;
  if (debugging && !debug) return "invalid";
  if ((value === undefined) !== (form === "alone")) return "invalid";
  if ((name === undefined) !== (form !== "named")) return "invalid";
  return read(draft, value ?? "", name ?? "", devices);
}

/** Reads the value of an option, which may name a device. */
type Read = (
  draft: Draft,
  value: string,
  name: string,
  devices: readonly ManifestDevice[],
) => Wrong;

function readDumpDirectory(draft: Draft, value: string): Wrong {
  if (value === "") return "invalid";
  draft.dumpDirectory = value;
  return undefined;
}

function invalid(option: string, ...before: string[]): HvtRefusal {
  return { lines: [...before, `Invalid option: \`${option}'`], usage: true };
}

function malformed(option: string, remedy: string): HvtRefusal {
  return { lines: [`Malformed argument to ${option}; ${remedy}`], usage: false };
}

function readMemory(draft: Draft, value: string): Wrong {
  const mebibytes = scanMemory(value);
  if (mebibytes === undefined) {
    return malformed("--mem", "give whole MiB from 2 to 4096, such as --mem=512");
  }
  draft.memory = mebibytes;
  return undefined;
}

function readGdbPort(draft: Draft, value: string): Wrong {
  const port = scanInteger(value);
  if (port === undefined || port < 0n || port > 65535n) {
    return malformed("--gdb-port", "give a port from 0 to 65535");
  }
  draft.gdbPort = Number(port);
  return undefined;
}

/** Holds an option's device against the manifest. */
function requireDeclared(
  option: string,
  name: string,
  type: DeviceType,
  devices: readonly ManifestDevice[],
): Wrong {
  if (devices.some((device) => device.name === name && device.type === type)) {
    return undefined;
  }
  return invalid(option, `Resource not declared in manifest: '${name}'`);
}

const readTap: Read = (draft, value, name, devices) => {
  const option = `--net:${name}=${value}`;
  const text = /^\s*(\S+)/.exec(value)?.[1];
  if (text === undefined) return "invalid";
  const undeclared = requireDeclared(option, name, "NET_BASIC", devices);
  if (undeclared !== undefined) return undeclared;
  const refuse = (why: string) =>
    invalid(option, `Could not attach interface: ${text}: ${why}`);
  const [, digits] = /^@([+-]?[0-9]+)$/.exec(text) ?? [];
  if (text.startsWith("@")) {
    if (digits === undefined) return refuse("Invalid argument");
    const descriptor = Number(digits);
    if (descriptor < 0 || descriptor > 0x7fff_ffff) {
      return refuse("Numerical result out of range");
    }
    if (!isTap({ descriptor })) return refuse("Bad file descriptor");
    draft.taps.set(name, { descriptor });
    return undefined;
  }
  if (!isInterfaceName(text)) {
    return refuse(text.length > 15 ? "File name too long" : "Invalid argument");
  }
  draft.taps.set(name, { interface: text });
  return undefined;
};

const readMac: Read = (draft, value, name, devices) => {
  const mac = scanMac(value);
  if (mac === undefined) return "invalid";
  const undeclared = requireDeclared(
    `--net-mac:${name}=${value}`,
    name,
    "NET_BASIC",
    devices,
  );
  if (undeclared !== undefined) return undeclared;
  // To that program a zero address is none.
  if (mac.every((byte) => byte === 0)) draft.macs.delete(name);
  else draft.macs.set(name, mac);
  return undefined;
};

const readFile: Read = (draft, value, name, devices) => {
  if (!isPath(value)) return "invalid";
  const undeclared = requireDeclared(
    `--block:${name}=${value}`,
    name,
    "BLOCK_BASIC",
    devices,
  );
  if (undeclared === undefined) draft.files.set(name, { path: value });
  return undeclared;
};

const readSectorSize: Read = (draft, value, name, devices) => {
  const bytes = scanSectorSize(value);
  if (bytes === undefined) return "invalid";
  const option = `--block-sector-size:${name}=${value}`;
  if (bytes === "no size") {
    return invalid(
      option,
      "Block size must be a multiple of 2 greater than or equal 512",
    );
  }
  const undeclared = requireDeclared(option, name, "BLOCK_BASIC", devices);
  if (undeclared === undefined) draft.sectorSizes.set(name, bytes);
  return undeclared;
};

/** The lines for devices that no option attaches. */
function unattached(draft: Draft, devices: readonly ManifestDevice[]): string[] {
  const lines = devices
    .filter(({ name, type }) =>
      !(type === "NET_BASIC" ? draft.taps : draft.files).has(name)
    )
    .map(({ name, type }) =>
      `Device '${name}' of type ${type} declared but not attached.`
    );
  if (lines.length === 0) return [];
  return [
    ...lines,
    "All declared devices must be attached. See --help for syntax.",
  ];
}

/** A request for each device that an option names, with one field. */
function requests<K extends string, V>(values: ReadonlyMap<string, V>, field: K) {
  return [...values].map(([device, value]) =>
    ({ device, [field]: value }) as { device: string } & Record<K, V>
  );
}

/** Every option but `--help` and `--version`: `--gdb`, `--mem=N`, `--net:NAME=TAP`. */
export const HVT_READERS: Readonly<
  Record<string, { form: "alone" | "plain" | "named"; debug?: true; read: Read }>
> = {
  "--mem": { form: "plain", read: readMemory },
  "--net": { form: "named", read: readTap },
  "--net-mac": { form: "named", read: readMac },
  "--block": { form: "named", read: readFile },
  "--block-sector-size": { form: "named", read: readSectorSize },
  "--gdb": { form: "alone", debug: true, read: (draft) => void (draft.gdb = true) },
  "--gdb-port": { form: "plain", debug: true, read: readGdbPort },
  "--dumpcore": { form: "plain", debug: true, read: readDumpDirectory },
};
