/**
 * Holding what the operator asks for against what the manifest declares: every
 * device bound, nothing else bound.
 *
 * @module
 */
import type {
  BlockBinding,
  DeviceBinding,
  DeviceType,
  NetBinding,
} from "../contract/module.ts";
import { encodeRaw } from "../contract/raw_text.ts";
import { spellSource } from "../contract/source.ts";
import { OperatorError } from "../errors.ts";
import type { Image } from "../image/image.ts";
import type { ManifestDevice } from "../image/manifest.ts";
import { checkRates } from "./limits.ts";
import { planMemory } from "./memory.ts";
import type { Bindings } from "./plan.ts";
import type { BindingRequest, BlockRequest, NetRequest } from "./request.ts";
import {
  checkShared,
  DEFAULT_MEMORY_MEBIBYTES,
  diskMisuse,
  EXPECTED,
  isDisk,
  isGuestMac,
  isMemorySize,
  isSectorSize,
  isTap,
} from "./values.ts";

export type { Bindings };

/** The most that a guest's command line may have, in bytes. */
export const MOST_COMMAND_LINE_BYTES = 8191;

const DEFAULT_SECTOR_SIZE_BYTES = 512;

/** How flags speak of a device type. */
const SPELLING: Readonly<
  Record<DeviceType, { flag: string; value: string; noun: string }>
> = {
  NET_BASIC: { flag: "--net", value: "TAP", noun: "network device" },
  BLOCK_BASIC: { flag: "--block", value: "PATH", noun: "block device" },
};

/**
 * Binds every device of the manifest to what the operator named for it. Opens
 * nothing.
 *
 * @throws {OperatorError} one for everything that is missing, unknown, doubled,
 * of the wrong type or malformed, with the flag to add or drop for each
 * @throws {ImageError} when the image does not fit into the memory
 */
export function bind(image: Image, request: BindingRequest): Bindings {
  const { devices, problems } = match(image, request);
  if (problems.length > 0) throw refuseFlags(image, problems);
  const { console, consoleRate } = request;
  return {
    image,
    ...planMemory(image, mebibytesOf(request), request.lenient ?? false, devices),
    devices,
    watches: request.watches ?? [],
    ...(console && { console }),
    ...(consoleRate && { consoleRate }),
    commandLine: commandLineOf(request),
  };
}

/** The error of {@link bind} for these problems. */
export function refuseFlags(image: Image, problems: readonly string[]): OperatorError {
  return new OperatorError(
    image.source.name,
    `cannot be run with these flags: ${problems.join("; ")}`,
    describeDevices(image.manifest.devices),
  );
}

/**
 * Does as much of {@link bind} as can be done: the devices that something is bound
 * to, and everything that is wrong.
 */
export function match(
  { manifest: { devices } }: Image,
  request: BindingRequest,
): { readonly devices: readonly DeviceBinding[]; readonly problems: readonly string[] } {
  const problems = [...request.problems ?? []];
  const lenient = request.lenient ?? false;
  const net = resolve(devices, "NET_BASIC", request.net ?? [], problems);
  const block = resolve(devices, "BLOCK_BASIC", request.block ?? [], problems);
  const binders: Readonly<
    Record<DeviceType, (device: ManifestDevice) => DeviceBinding | undefined>
  > = {
    NET_BASIC: (device) => bindNet(device, net.get(device) ?? [], problems, lenient),
    BLOCK_BASIC: (device) =>
      bindBlock(device, block.get(device) ?? [], problems, lenient),
  };
  const bindings = devices
    .map((device) => binders[device.type](device))
    .filter((binding) => binding !== undefined);
  checkShared(bindings, problems);
  const mebibytes = mebibytesOf(request);
  if (!isMemorySize(mebibytes)) {
    problems.push(`--mem=${mebibytes} has a bad value (give ${EXPECTED.memory})`);
  }
  checkRates(bindings, request.consoleRate, problems);
  const commandLine = commandLineOf(request);
  const length = encodeRaw(commandLine).length;
  if (length > MOST_COMMAND_LINE_BYTES || commandLine.includes("\0")) {
    problems.push(
      `the guest's arguments make ${length} bytes (shorten them to ${MOST_COMMAND_LINE_BYTES}, without NUL)`,
    );
  }
  return { devices: bindings, problems };
}

/** The guest memory that is asked for, in MiB. */
export function mebibytesOf({ memoryMebibytes }: BindingRequest): number {
  return memoryMebibytes ?? DEFAULT_MEMORY_MEBIBYTES;
}

function commandLineOf({ arguments: words = [] }: BindingRequest): string {
  return words.join(" ");
}

function describeDevices(devices: readonly ManifestDevice[]): string {
  if (devices.length === 0) return "its manifest declares no devices";
  const some = devices.slice(0, 8).map(
    ({ name, type }) => `${SPELLING[type].flag}:${name}`,
  );
  const rest = devices.length - some.length;
  const more = rest > 0 ? ` and ${rest} more` : "";
  return `its manifest declares ${some.join(" ")}${more}`;
}

/** Sorts requests by the device that they speak of. */
function resolve<R extends NetRequest | BlockRequest>(
  all: readonly ManifestDevice[],
  type: DeviceType,
  requests: readonly R[],
  problems: string[],
): Map<ManifestDevice, R[]> {
  const ofType = all.filter((device) => device.type === type);
  const found = new Map<ManifestDevice, R[]>();
  for (const request of requests) {
    const flags = flagsOf(request);
    if (flags.length === 0) {
      problems.push(`a request for "${request.device}" asks for nothing (drop it)`);
    }
    const device = findDevice(ofType, request.device);
    if (device !== undefined) {
      found.set(device, [...found.get(device) ?? [], request]);
      continue;
    }
    const other = all.find(({ name }) => name === request.device);
    const why = other === undefined
      ? `names no ${SPELLING[type].noun} of the manifest`
      : `names a ${SPELLING[other.type].noun}`;
    const remedy = other === undefined
      ? "drop it"
      : `write ${SPELLING[other.type].flag}:${other.name}=${SPELLING[other.type].value}`;
    for (const flag of flags) problems.push(`${flag} ${why} (${remedy})`);
  }
  return found;
}

/** Finds what a flag calls a device; its name wins over a position. */
export function findDevice(
  ofType: readonly ManifestDevice[],
  text: string,
): ManifestDevice | undefined {
  return ofType.find(({ name }) => name === text) ??
    (/^(0|[1-9][0-9]?)$/.test(text) ? ofType[Number(text)] : undefined);
}

/** The flag that gives each field of a request. */
const FIELD_FLAGS = {
  tap: "--net",
  mac: "--net-mac",
  file: "--block",
  sectorSizeBytes: "--block-sector-size",
  netRate: "--net-rate",
  blockRate: "--block-rate",
} as const;

/** The flags that a request came from, as far as the device. */
function flagsOf(request: NetRequest | BlockRequest): string[] {
  const given = Object.entries(FIELD_FLAGS)
    .filter(([field]) => field in request)
    .map(([, flag]): string => flag);
  if (request.malformed !== undefined) given.push(request.malformed);
  return given.map((flag) => `${flag}:${request.device}`);
}

/**
 * The one value that requests give for a field. Two spellings of one device
 * may give two.
 */
function single<
  R extends NetRequest | BlockRequest,
  K extends keyof R & keyof typeof FIELD_FLAGS,
>(
  device: ManifestDevice,
  requests: readonly R[],
  field: K,
  problems: string[],
): R[K] | undefined {
  const given = requests.filter((request) => request[field] !== undefined);
  if (given.length > 1) {
    const flags = given.map((each) => `${FIELD_FLAGS[field]}:${each.device}`);
    problems.push(`${flags.join(" and ")} both speak of "${device.name}" (drop one)`);
  }
  return given[0]?.[field];
}

/**
 * Says that a device has no resource, unless a malformed flag was meant to give
 * it one.
 */
function requireResource(
  device: ManifestDevice,
  requests: readonly (NetRequest | BlockRequest)[],
  problems: string[],
): void {
  const { flag, value, noun } = SPELLING[device.type];
  if (requests.some(({ malformed }) => malformed === flag)) return;
  problems.push(
    `${noun} "${device.name}" is not bound (add ${flag}:${device.name}=${value})`,
  );
}

function bindNet(
  device: ManifestDevice,
  requests: readonly NetRequest[],
  problems: string[],
  lenient: boolean,
): NetBinding | undefined {
  const tap = single(device, requests, "tap", problems);
  const mac = single(device, requests, "mac", problems);
  if (mac !== undefined && !isGuestMac(mac) && !(lenient && mac.length === 6)) {
    problems.push(`the MAC address of "${device.name}" is bad (give ${EXPECTED.mac})`);
  }
  const rate = single(device, requests, "netRate", problems);
  if (tap === undefined) {
    requireResource(device, requests, problems);
    return undefined;
  }
  if (!isTap(tap)) {
    problems.push(
      `"${spellSource(tap)}" for "${device.name}" is bad (give ${EXPECTED.tap})`,
    );
  }
  const { name, handle } = device;
  const given = { ...(mac && { mac }), ...(rate && { rate }) };
  return { type: "NET_BASIC", name, handle, tap, ...given };
}

function bindBlock(
  device: ManifestDevice,
  requests: readonly BlockRequest[],
  problems: string[],
  lenient: boolean,
): BlockBinding | undefined {
  const file = single(device, requests, "file", problems);
  const sectorSizeBytes = single(device, requests, "sectorSizeBytes", problems) ??
    DEFAULT_SECTOR_SIZE_BYTES;
  if (!isSectorSize(sectorSizeBytes)) {
    problems.push(
      `the sector size of "${device.name}" is bad (give ${EXPECTED.sectorSize})`,
    );
  }
  const rate = single(device, requests, "blockRate", problems);
  if (file === undefined) {
    requireResource(device, requests, problems);
    return undefined;
  }
  if (!isDisk(file)) {
    problems.push(`the file of "${device.name}" is bad (give ${EXPECTED.block})`);
  }
  const { readOnly = false, sync = "none", ...source } = file;
  const misuse = diskMisuse(device.name, readOnly, sync);
  if (misuse !== undefined) problems.push(misuse);
  return {
    type: "BLOCK_BASIC",
    name: device.name,
    handle: device.handle,
    file: source,
    readOnly,
    sync,
    sectorSizeBytes,
    whenLocked: lenient ? "warn" : "refuse",
    ...(rate && { rate }),
  };
}
