/**
 * The values of flags: each parser takes text and returns the value, or
 * undefined where it is none. {@link EXPECTED} says what a value has to be.
 *
 * @module
 */
import type { TapSource } from "../contract/module.ts";

/** What each kind of value has to be, for messages. */
export const EXPECTED = {
  memory: "whole MiB from 2 to 4096",
  tap: "an interface name of 1 to 15 characters, or @ and an open descriptor from 3 on",
  mac: "six hexadecimal bytes such as 02:00:00:00:00:01, not zero and not a group's",
  block: "a path",
  directory: "a directory",
  sectorSize: "a power of two from 512 to 32768",
} as const;

/** Guest memory where nothing is said, in MiB. */
export const DEFAULT_MEMORY_MEBIBYTES = 512;

/** Reads a decimal number without sign or leading zeros. */
function parseDecimal(text: string): number | undefined {
  return /^(0|[1-9][0-9]{0,8})$/.test(text) ? Number(text) : undefined;
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

/** Says whether this can be a network device's tap. */
export function isTap(tap: TapSource): boolean {
  if ("interface" in tap) return isInterfaceName(tap.interface);
  // 0 to 2 are the standard streams.
  return Number.isInteger(tap.descriptor) && tap.descriptor > 2;
}

/** Writes a tap as the flag's value. */
export function spellTap(tap: TapSource): string {
  return "interface" in tap ? tap.interface : `@${tap.descriptor}`;
}

/** Reads a tap: an interface's name, or `@FD`. */
export function parseTap(text: string): TapSource | undefined {
  const descriptor = text.startsWith("@") ? parseDecimal(text.slice(1)) : undefined;
  const tap = text.startsWith("@")
    ? { descriptor: descriptor ?? -1 }
    : { interface: text };
  return isTap(tap) ? tap : undefined;
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

/** Reads the value of `--block:`: a path, with `,ro` or `,rw` behind it. */
export function parseBlock(
  text: string,
): { path: string; readOnly: boolean } | undefined {
  const readOnly = text.endsWith(",ro");
  const path = readOnly || text.endsWith(",rw") ? text.slice(0, -3) : text;
  return isPath(path) ? { path, readOnly } : undefined;
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
