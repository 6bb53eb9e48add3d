/**
 * The manifest: which devices a unikernel declares. The same layout stands in
 * the image's note and, filled in, in guest memory.
 *
 * @module
 */
import { hex } from "../contract/hex.ts";
import type { DeviceProperties, DeviceType } from "../contract/module.ts";
import { ImageError } from "../errors.ts";
import type { NoteDescriptor } from "./notes.ts";

/** The manifest's head, before its entries. */
const ManifestLayout = { version: 0, entryCount: 4, entries: 8 } as const;

/**
 * An entry. What stands from 72 to 103 is the tender's to fill in; what an image
 * has there is not looked at.
 */
const EntryLayout = {
  size: 104,
  name: 0,
  nameBytes: 68,
  type: 68,
  mac: 72,
  mtu: 78,
  capacity: 72,
  blockSize: 80,
  attached: 96,
} as const;

const MANIFEST_VERSION = 1;

/** Entries that a manifest may have, its reserved first one included. */
export const MOST_ENTRIES = 64;

/**
 * Type of the first entry, which is no device (`mft_abi.h`); types from here on
 * are reserved.
 */
export const RESERVED_FIRST = 0x4000_0000;

/** Every device type that a manifest may declare, with its number. */
export const DEVICE_TYPES: Readonly<Record<DeviceType, number>> = {
  BLOCK_BASIC: 1,
  NET_BASIC: 2,
};

/** What a device may be called: what a flag can name. */
const DEVICE_NAME = /^[A-Za-z0-9]{1,67}$/;

/** A device that the unikernel declares. */
export interface ManifestDevice {
  /** Its index among the manifest's entries (from 1): how hypercalls name it. */
  readonly handle: number;
  /** Its name: 1 to 67 letters and digits. */
  readonly name: string;
  /** Its type. */
  readonly type: DeviceType;
}

/** An entry behind the first one, as it stands in an image. */
export interface ManifestEntry {
  /** Its index, from 1. */
  readonly index: number;
  /** The bytes of its name, each as one character. */
  readonly name: string;
  /** The number of its type. */
  readonly type: number;
}

/** A unikernel's manifest. */
export interface Manifest {
  /** The devices, in the manifest's order; at most 63. */
  readonly devices: readonly ManifestDevice[];
}

/** Size of a manifest in guest memory, in bytes. */
export function manifestSizeBytes(manifest: Manifest): number {
  return ManifestLayout.entries + (manifest.devices.length + 1) * EntryLayout.size;
}

/**
 * Says whether a device may be called so.
 */
export function isDeviceName(name: string): boolean {
  return DEVICE_NAME.test(name);
}

/**
 * Decodes the manifest note and validates its devices.
 *
 * @param note its descriptor, undefined where the image has none
 * @throws {ImageError} when a rule is broken
 */
export function decodeManifest(
  file: string,
  note: NoteDescriptor | undefined,
): Manifest {
  const entries = readManifestEntries(file, note);
  const refuse = refusal(file, note!.offset);
  const devices: ManifestDevice[] = [];
  for (const entry of entries) {
    const device = decodeDevice(entry, refuse);
    if (devices.some(({ name, type }) => name === device.name && type === device.type)) {
      refuse(
        `manifest entry ${entry.index}, name`,
        entryOffset(entry.index),
        `"${device.name}" for a second ${device.type} device`,
        "a name of its own",
      );
    }
    devices.push(device);
  }
  return { devices };
}

/**
 * Reads the manifest note's entries, without judging names and types.
 *
 * @param note its descriptor, undefined where the image has none
 * @throws {ImageError} when there is none, or its structure is wrong
 */
export function readManifestEntries(
  file: string,
  note: NoteDescriptor | undefined,
): ManifestEntry[] {
  if (note === undefined) {
    throw new ImageError({
      file,
      structure: "notes",
      found: "no Solo5 manifest note",
      expected: "one (MFT1)",
    });
  }
  const { bytes } = note;
  const refuse = refusal(file, note.offset);
  const version = bytes.getUint32(ManifestLayout.version, true);
  if (version !== MANIFEST_VERSION) {
    refuse("manifest, version", ManifestLayout.version, String(version), "1");
  }
  const count = bytes.getUint32(ManifestLayout.entryCount, true);
  if (count < 1 || count > MOST_ENTRIES) {
    refuse(
      "manifest, entries",
      ManifestLayout.entryCount,
      String(count),
      `1 to ${MOST_ENTRIES}`,
    );
  }
  const size = ManifestLayout.entries + count * EntryLayout.size;
  if (bytes.byteLength !== size) {
    refuse(
      "manifest",
      0,
      `${bytes.byteLength} bytes`,
      `${size} bytes for its ${count} ${count === 1 ? "entry" : "entries"}`,
    );
  }
  readFirstEntry(bytes, refuse);
  return Array.from({ length: count - 1 }, (_, at) => readEntry(bytes, at + 1, refuse));
}

type Refuse = (
  structure: string,
  at: number,
  found: string,
  expected: string,
) => never;

function refusal(file: string, noteOffset: number): Refuse {
  return (structure, at, found, expected) => {
    throw new ImageError({ file, structure, offset: noteOffset + at, found, expected });
  };
}

function entryOffset(index: number): number {
  return ManifestLayout.entries + index * EntryLayout.size;
}

function readFirstEntry(bytes: DataView, refuse: Refuse): void {
  const { name, type } = readEntry(bytes, 0, refuse);
  const at = entryOffset(0);
  if (type !== RESERVED_FIRST) {
    const expected = `${hex(RESERVED_FIRST)} (the reserved first entry)`;
    refuse("manifest entry 0, type", at + EntryLayout.type, hex(type), expected);
  }
  if (name !== "") {
    const expected = "none in the reserved first entry";
    refuse("manifest entry 0, name", at, quoted(name), expected);
  }
}

function readEntry(bytes: DataView, index: number, refuse: Refuse): ManifestEntry {
  const at = entryOffset(index);
  const name = decodeName(bytes, at);
  if (name === undefined) {
    const found = "no NUL in its 68 bytes";
    refuse(`manifest entry ${index}, name`, at, found, "at most 67 characters");
  }
  return { index, name, type: bytes.getUint32(at + EntryLayout.type, true) };
}

function decodeDevice(entry: ManifestEntry, refuse: Refuse): ManifestDevice {
  const { index, name } = entry;
  const at = entryOffset(index);
  const type = deviceTypeOf(entry.type);
  if (type === undefined) {
    const known = Object.entries(DEVICE_TYPES).map(([key, value]) => `${value} (${key})`);
    refuse(
      `manifest entry ${index}, type`,
      at + EntryLayout.type,
      hex(entry.type),
      known.join(" or "),
    );
  }
  if (!isDeviceName(name)) {
    const expected = "1 to 67 letters and digits";
    refuse(`manifest entry ${index}, name`, at, quoted(name), expected);
  }
  return { handle: index, name, type };
}

/** The device type of this number, or undefined where there is none. */
export function deviceTypeOf(number: number): DeviceType | undefined {
  const found = Object.entries(DEVICE_TYPES).find(([, value]) => value === number);
  return found?.[0] as DeviceType | undefined;
}

function decodeName(bytes: DataView, entry: number): string | undefined {
  let name = "";
  for (let at = 0; at < EntryLayout.nameBytes; at++) {
    const byte = bytes.getUint8(entry + at);
    // The last byte has to be NUL even where the name ends before it.
    if (byte === 0) {
      const last = entry + EntryLayout.nameBytes - 1;
      return bytes.getUint8(last) === 0 ? name : undefined;
    }
    name += String.fromCharCode(byte);
  }
  return undefined;
}

/** The most of a name that a message shows: each character may become four. */
const SHOWN_CHARACTERS = 24;

function quoted(name: string): string {
  const more = name.length > SHOWN_CHARACTERS ? "…" : "";
  return `"${name.slice(0, SHOWN_CHARACTERS)}${more}"`;
}

/**
 * Encodes a manifest: as in an image's note, or, with the properties of every
 * device by handle, as the guest finds it. Every other byte is zero.
 */
export function encodeManifest(
  manifest: Manifest,
  attached?: ReadonlyMap<number, DeviceProperties>,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(manifestSizeBytes(manifest));
  const view = new DataView(bytes.buffer);
  view.setUint32(ManifestLayout.version, MANIFEST_VERSION, true);
  view.setUint32(ManifestLayout.entryCount, manifest.devices.length + 1, true);
  view.setUint32(entryOffset(0) + EntryLayout.type, RESERVED_FIRST, true);
  for (const device of manifest.devices) {
    const entry = entryOffset(device.handle);
    bytes.set(new TextEncoder().encode(device.name), entry + EntryLayout.name);
    view.setUint32(entry + EntryLayout.type, DEVICE_TYPES[device.type], true);
    const properties = attached?.get(device.handle);
    if (properties === undefined) continue;
    if ("mac" in properties) {
      bytes.set(properties.mac, entry + EntryLayout.mac);
      view.setUint16(entry + EntryLayout.mtu, properties.mtuBytes, true);
    } else {
      const capacity = BigInt(properties.capacityBytes);
      view.setBigUint64(entry + EntryLayout.capacity, capacity, true);
      view.setUint16(entry + EntryLayout.blockSize, properties.blockSizeBytes, true);
    }
    view.setUint8(entry + EntryLayout.attached, 1);
  }
  return bytes;
}
