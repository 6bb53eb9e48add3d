/**
 * Reading the file that a guest's figures are in. Pure.
 *
 * @module
 */
import { DEVICE_COUNTS, GUEST_COUNTS, isGuestName } from "../contract/figures.ts";
import {
  type DescribedDevice,
  deviceAt,
  FIGURES_VERSION,
  FiguresHeader,
  guestAt,
  type GuestDescription,
  MAGIC,
} from "./table.ts";

/** The most that a file can have: a manifest has 64 entries, a path 4096 bytes. */
export const MOST_FIGURES_BYTES = 65536;

/** The most devices of a manifest. */
const MOST_DEVICES = 64;

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
  if (bytes.length < deviceAt(0, 0) || bytes.length > MOST_FIGURES_BYTES) {
    return undefined;
  }
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
    guest: row(guestAt(), GUEST_COUNTS),
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
