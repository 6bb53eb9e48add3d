/**
 * The values of flags: each parser takes text and returns the value, or
 * undefined where it is none. {@link EXPECTED} says what a value has to be.
 *
 * @module
 */
import type { DeviceBinding, SyncMode } from "../contract/module.ts";
import {
  type DiskSource,
  type PassedDescriptor,
  spellSource,
  type TapSource,
} from "../contract/source.ts";
import { SANDBOX_LEVELS, type SandboxLevel } from "../contract/sandbox.ts";
import type { GdbEndpoint } from "../contract/watch.ts";
import type { DiskUse } from "./request.ts";

/** What each kind of value has to be, for messages. */
export const EXPECTED = {
  memory: "whole MiB from 2 to 4096",
  tap:
    "an interface name of 1 to 15 characters, @ and an open descriptor from 3 on, or @listen: and a passed one's name",
  mac: "six hexadecimal bytes such as 02:00:00:00:00:01, not zero and not a group's",
  block:
    "a path, @ and an open descriptor from 3 on, or @listen: and a passed one's name, and write ./@x for the path @x; behind it ,ro or ,rw, and ,sync=none, ,sync=write or ,sync=end",
  sync: "none, write or end",
  directory: "a directory",
  sectorSize: "a power of two from 512 to 32768",
  sandbox: "best-effort, strict or off",
  user: "a user's name, or two numbers UID:GID",
  gdb: "a port from 0 to 65535, or a socket's path with a / in it",
} as const;

/** Guest memory where nothing is said, in MiB. */
export const DEFAULT_MEMORY_MEBIBYTES = 512;

/** Reads a decimal number without sign or leading zeros. */
function parseDecimal(text: string): number | undefined {
  return /^(0|[1-9][0-9]{0,8})$/.test(text) ? Number(text) : undefined;
}

/** Reads how much of the seal is insisted on. */
export function parseSandboxLevel(text: string): SandboxLevel | undefined {
  return SANDBOX_LEVELS.find((level) => level === text);
}

/** Says whether this can name a user. */
export function isUser(text: string): boolean {
  return /^[^:/\s\0]+(:[0-9]+)?$/.test(text);
}

/** Says whether so many MiB can be a guest's memory. */
export function isMemorySize(mebibytes: number): boolean {
  return Number.isInteger(mebibytes) && mebibytes >= 2 && mebibytes <= 4096;
}

/** Reads guest memory in MiB. */
export function parseMemory(text: string): number | undefined {
  const mebibytes = parseDecimal(text);
  return mebibytes !== undefined && isMemorySize(mebibytes) ? mebibytes : undefined;
}

/** Says whether the kernel takes this as a tap's name (`IFNAMSIZ` is 16). */
export function isInterfaceName(name: string): boolean {
  // The kernel replaces %d by a number and forbids the others.
  return new TextEncoder().encode(name).length <= 15 &&
    /^[^\s/:%\0]+$/.test(name) && name !== "." && name !== "..";
}

/** Says whether a program can have been passed a descriptor of this number. */
export function isPassedDescriptor(descriptor: number): boolean {
  // 0 to 2 are the standard streams.
  return Number.isInteger(descriptor) && descriptor > 2;
}

/** Says whether this can be a network device's tap. */
export function isTap(tap: TapSource): boolean {
  return "interface" in tap
    ? isInterfaceName(tap.interface)
    : isPassedDescriptor(tap.descriptor);
}

/** Says whether this can be a block device's file. */
export function isDisk(disk: DiskSource): boolean {
  return "path" in disk ? isPath(disk.path) : isPassedDescriptor(disk.descriptor);
}

/** What a name of `LISTEN_FDNAMES` is behind in a flag's value. */
const LISTEN = "@listen:";

/** A descriptor by the name that a service manager gave it. */
export interface NamedDescriptor {
  /** The name. */
  readonly listen: string;
}

/** Reads `@FD` or `@listen:NAME`. */
function parseDescriptor(text: string): PassedDescriptor | NamedDescriptor | undefined {
  if (text.startsWith(LISTEN)) {
    const listen = text.slice(LISTEN.length);
    return isDescriptorName(listen) ? { listen } : undefined;
  }
  const descriptor = parseDecimal(text.slice(1)) ?? -1;
  return isPassedDescriptor(descriptor) ? { descriptor } : undefined;
}

/** Says whether a source is a descriptor's name. */
export function isNamed(
  source: TapSource | DiskSource | NamedDescriptor,
): source is NamedDescriptor {
  return "listen" in source && !("descriptor" in source);
}

/** Says whether systemd takes this as a descriptor's name (`fdname_is_valid`). */
function isDescriptorName(name: string): boolean {
  return /^[ -9;-~]{1,255}$/.test(name);
}

/** Reads a tap: an interface's name, `@FD` or `@listen:NAME`. */
export function parseTap(text: string): TapSource | NamedDescriptor | undefined {
  if (text.startsWith("@")) return parseDescriptor(text);
  return isInterfaceName(text) ? { interface: text } : undefined;
}

/** Says whether a guest can have this MAC address. */
export function isGuestMac(mac: Uint8Array): boolean {
  const GROUP_BIT = 1;
  return mac.length === 6 && mac.some((byte) => byte !== 0) &&
    (mac[0]! & GROUP_BIT) === 0;
}

/** Reads a MAC address: one or two digits a byte, any case. */
export function parseMac(text: string): Uint8Array | undefined {
  if (!/^[0-9a-f]{1,2}(:[0-9a-f]{1,2}){5}$/i.test(text)) return undefined;
  const mac = Uint8Array.from(text.split(":"), (byte) => parseInt(byte, 16));
  return isGuestMac(mac) ? mac : undefined;
}

/** Says whether writes can be brought to a disk so. */
export function isSyncMode(mode: string): mode is SyncMode {
  return mode === "none" || mode === "write" || mode === "end";
}

/** Says what is wrong with how a disk is to be used, and the way out, if anything. */
export function diskMisuse(
  device: string,
  readOnly: boolean,
  sync: string,
): string | undefined {
  if (!isSyncMode(sync)) {
    return `the sync mode of "${device}" is bad (give ${EXPECTED.sync})`;
  }
  if (!readOnly || sync === "none") return undefined;
  return `"${device}" is bound with both ,ro and ,sync=${sync} (drop one: what cannot be written needs no sync)`;
}

/**
 * Reads the value of `--block:`: a path, `@FD` or `@listen:NAME`, with `,ro` or
 * `,rw`, and `,sync=MODE`, behind it, each once and in any order.
 */
export function parseBlock(
  text: string,
): (DiskSource | NamedDescriptor) & DiskUse | undefined {
  let value = text;
  let access: string | undefined, sync: string | undefined;
  for (;;) {
    const [word, , mode] = /,(r[ow]|sync=([^,/]*))$/.exec(value) ?? [];
    if (word === undefined || (mode === undefined ? access : sync) !== undefined) break;
    if (mode === undefined) access = word;
    else sync = mode;
    value = value.slice(0, -word.length);
  }
  if (sync !== undefined && !isSyncMode(sync)) return undefined;
  const use = { readOnly: access === ",ro", ...(sync === undefined ? {} : { sync }) };
  if (!value.startsWith("@")) return isPath(value) ? { path: value, ...use } : undefined;
  const passed = parseDescriptor(value);
  return passed && { ...passed, ...use };
}

/** Says whether the system takes this as a path. */
export function isPath(path: string): boolean {
  return path !== "" && !path.includes("\0");
}

/** Says whether a disk can have sectors of this size. */
export function isSectorSize(bytes: number): boolean {
  return bytes >= 512 && bytes <= 32768 && Math.log2(bytes) % 1 === 0;
}

/** Reads a sector size in bytes. */
export function parseSectorSize(text: string): number | undefined {
  const bytes = parseDecimal(text);
  return bytes !== undefined && isSectorSize(bytes) ? bytes : undefined;
}

/** Reads where a debugger is to connect: a port, or a path, which has a `/`. */
export function parseGdbEndpoint(text: string): GdbEndpoint | undefined {
  if (text.includes("/")) return isPath(text) ? { socket: text } : undefined;
  const port = parseDecimal(text);
  return port !== undefined && port <= 65535 ? { port } : undefined;
}

/** A tap or descriptor is one device's; of disks by path their locks decide. */
export function checkShared(
  bindings: readonly DeviceBinding[],
  problems: string[],
): void {
  const users = new Map<string | number, string>();
  for (const { name, ...binding } of bindings) {
    const source = binding.type === "NET_BASIC" ? binding.tap : binding.file;
    if ("path" in source) continue;
    const [resource, noun] = "interface" in source
      ? [source.interface, "tap"]
      : [source.descriptor, "descriptor"];
    const other = users.get(resource);
    if (other === undefined) users.set(resource, name);
    else {
      problems.push(
        `${
          spellSource(source)
        } is given to both "${other}" and "${name}" (give each a ${noun} of its own)`,
      );
    }
  }
}
