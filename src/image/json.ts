/**
 * The manifest as people write it: `{"type": "solo5.manifest", "version": 1,
 * "devices": [{"name": "…", "type": "NET_BASIC"}]}`.
 *
 * @module
 */
import type { DeviceType } from "../contract/module.ts";
import { OperatorError } from "../errors.ts";
import {
  DEVICE_TYPES,
  isDeviceName,
  type Manifest,
  type ManifestDevice,
  MOST_ENTRIES,
} from "./manifest.ts";

/**
 * Reads a manifest from JSON text.
 *
 * @param file the name that messages use
 * @throws {OperatorError} with the path to the first wrong field
 */
export function manifestFromJson(file: string, text: string): Manifest {
  const wrong = (path: string, problem: string, expected: string): never => {
    throw new OperatorError(`${file}: ${path}`, problem, `write ${expected}`);
  };
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch (error) {
    return wrong("JSON", (error as Error).message, "valid JSON");
  }
  const { type, version, devices } = fields(root, "(root)", [
    "type",
    "version",
    "devices",
  ], wrong);
  if (type !== "solo5.manifest") {
    wrong("type", JSON.stringify(type), '"solo5.manifest"');
  }
  if (version !== 1) wrong("version", JSON.stringify(version), "1");
  if (!Array.isArray(devices)) return wrong("devices", "is not a list", "a list");
  if (devices.length >= MOST_ENTRIES) {
    wrong("devices", "too many entries, maximum 63", "at most 63");
  }
  const decoded: ManifestDevice[] = [];
  for (const [index, entry] of devices.entries()) {
    const path = `devices[${index}]`;
    const device = fields(entry, path, ["name", "type"], wrong);
    if (typeof device.name !== "string" || !isDeviceName(device.name)) {
      return wrong(
        `${path}.name`,
        `${JSON.stringify(device.name)} is not a device name`,
        "1 to 67 letters and digits",
      );
    }
    if (typeof device.type !== "string" || !Object.hasOwn(DEVICE_TYPES, device.type)) {
      const known = Object.keys(DEVICE_TYPES).toReversed().join(", ");
      return wrong(
        `${path}.type`,
        `${JSON.stringify(device.type)} is not a device type (${known})`,
        "one of these",
      );
    }
    if (decoded.some((one) => one.name === device.name && one.type === device.type)) {
      wrong(`${path}.name`, `"${device.name}" is taken`, "a name of its own");
    }
    decoded.push({
      handle: index + 1,
      name: device.name,
      type: device.type as DeviceType,
    });
  }
  return { devices: decoded };
}

type Wrong = (path: string, problem: string, expected: string) => never;

function fields(
  value: unknown,
  path: string,
  names: readonly string[],
  wrong: Wrong,
): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return wrong(path, "is not an object", "{ … }");
  }
  for (const key of Object.keys(value)) {
    if (!names.includes(key)) {
      wrong(path, `unknown key ${JSON.stringify(key)}`, names.join(", "));
    }
  }
  for (const name of names) {
    if (!Object.hasOwn(value, name)) wrong(path, `no ${name}`, `its ${name}`);
  }
  return value as Record<string, unknown>;
}
