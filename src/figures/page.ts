/**
 * The file that a guest's figures are in: a header, numbers, and a text that says
 * what guest it is. All integers are little-endian, offsets and sizes in bytes.
 * Pure.
 *
 * @module
 */
import {
  COUNTING_THREADS,
  DEVICE_COUNTS,
  GUEST_COUNTS,
  isGuestName,
} from "../contract/figures.ts";
import type { DeviceType } from "../contract/module.ts";

/** What a file begins with: "solo5fig" (u64), then u32 each. */
export const FiguresHeader = {
  size: 64,
  magic: 0,
  version: 8,
  pid: 12,
  devices: 16,
  textBytes: 20,
} as const;

/** The first eight bytes. */
const MAGIC = "solo5fig";

/** What this program writes, and the only one that it reads. */
export const FIGURES_VERSION = 1;

const NUMBER_BYTES = 8;

/** Behind the header: the guest's numbers, the devices', the text. */
const GUEST_AT = FiguresHeader.size;
const DEVICES_AT = GUEST_AT + GUEST_COUNTS * NUMBER_BYTES;
const ROW_BYTES = DEVICE_COUNTS * NUMBER_BYTES;
const DEVICE_BYTES = COUNTING_THREADS * ROW_BYTES;

/** The most that a file can have: a manifest has 64 entries, a path 4096 bytes. */
export const MOST_FIGURES_BYTES = 65536;

/** The most devices of a manifest. */
const MOST_DEVICES = 64;

/** A device, for people. */
export interface DescribedDevice {
  /** Its name in the manifest. */
  readonly name: string;
  /** Its type. */
  readonly type: DeviceType;
  /** The host's side, as the operator wrote it. */
  readonly resource: string;
}

/** A guest, for people. */
export interface GuestDescription {
  /** What the operator called it; undefined where that was nothing. */
  readonly name: string | undefined;
  /** The process that runs it. */
  readonly pid: number;
  /** The unikernel's file, as the operator named it. */
  readonly image: string;
  /** Its memory, in bytes. */
  readonly memoryBytes: number;
  /** Its devices, in the manifest's order. */
  readonly devices: readonly DescribedDevice[];
}

/** Where the numbers of a device are. */
export function deviceAt(index: number, thread: number): number {
  return DEVICES_AT + index * DEVICE_BYTES + thread * ROW_BYTES;
}

/** Where the guest's numbers are. */
export function guestAt(): number {
  return GUEST_AT;
}

/** The bytes of a guest that has not started: all its numbers are 0. */
export function encodeFigures(guest: GuestDescription): Uint8Array<ArrayBuffer> {
  const { pid, devices, name, image, memoryBytes } = guest;
  const text = new TextEncoder().encode(
    JSON.stringify({ name, image, memoryBytes, devices }),
  );
  const at = deviceAt(devices.length, 0);
  const bytes = new Uint8Array(at + text.length);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(MAGIC), FiguresHeader.magic);
  view.setUint32(FiguresHeader.version, FIGURES_VERSION, true);
  view.setUint32(FiguresHeader.pid, pid, true);
  view.setUint32(FiguresHeader.devices, devices.length, true);
  view.setUint32(FiguresHeader.textBytes, text.length, true);
  bytes.set(text, at);
  return bytes;
}

/** What somebody finds in such a file. */
export interface FiguresSeen {
  /** Whose they are. */
  readonly description: GuestDescription;
  /** The guest's numbers. */
  readonly guest: readonly number[];
  /** Those of each device, of all threads together. */
  readonly devices: readonly (readonly number[])[];
}

/**
 * Reads such a file. Anybody may have written it.
 *
 * @returns undefined where it is none, or one of another version
 */
export function decodeFigures(bytes: Uint8Array<ArrayBuffer>): FiguresSeen | undefined {
  if (bytes.length < DEVICES_AT || bytes.length > MOST_FIGURES_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const magic = String.fromCharCode(...bytes.subarray(0, MAGIC.length));
  const count = view.getUint32(FiguresHeader.devices, true);
  const version = view.getUint32(FiguresHeader.version, true);
  if (magic !== MAGIC || version !== FIGURES_VERSION || count > MOST_DEVICES) {
    return undefined;
  }
  const end = deviceAt(count, 0) + view.getUint32(FiguresHeader.textBytes, true);
  if (end > bytes.length) return undefined;
  const text = bytes.subarray(deviceAt(count, 0), end);
  const description = describe(text, view.getUint32(FiguresHeader.pid, true));
  if (description?.devices.length !== count) return undefined;
  const row = (at: number, length: number) =>
    Array.from({ length }, (_, index) => plain(view.getFloat64(at + index * 8, true)));
  return {
    description,
    guest: row(GUEST_AT, GUEST_COUNTS),
    devices: description.devices.map((_, index) => {
      const [main, other] = [0, 1].map((thread) =>
        row(deviceAt(index, thread), DEVICE_COUNTS)
      );
      return main!.map((number, at) => number + other![at]!);
    }),
  };
}

/** A number as a tender writes it; anything else is 0. */
function plain(number: number): number {
  return number >= 0 && number <= Number.MAX_SAFE_INTEGER ? number : 0;
}

function describe(text: Uint8Array, pid: number): GuestDescription | undefined {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(text));
  } catch {
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  const { name, image, memoryBytes, devices } = value;
  if (name !== undefined && !(typeof name === "string" && isGuestName(name))) {
    return undefined;
  }
  const whole = typeof memoryBytes === "number" && plain(memoryBytes) === memoryBytes;
  if (typeof image !== "string" || !whole) return undefined;
  if (!Array.isArray(devices) || !devices.every(isDevice)) return undefined;
  return { name, pid, image, memoryBytes, devices };
}

function isDevice(value: unknown): value is DescribedDevice {
  return isRecord(value) && typeof value["name"] === "string" &&
    (value["type"] === "NET_BASIC" || value["type"] === "BLOCK_BASIC") &&
    typeof value["resource"] === "string";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
