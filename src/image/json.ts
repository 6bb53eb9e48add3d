/**
 * The manifest as people write it: `{"type": "solo5.manifest", "version": 1,
 * "devices": [{"name": "…", "type": "NET_BASIC"}]}`.
 *
 * @module
 */
import type { DeviceType } from "../contract/module.ts";
import { OperatorError } from "../errors.ts";
import { type JsonDialect, type JsonValue, readJson, showJson } from "./json_text.ts";
import {
  DEVICE_TYPES,
  isDeviceName,
  type Manifest,
  type ManifestDevice,
  MOST_ENTRIES,
} from "./manifest.ts";

/** The most devices that a manifest may declare. */
const MOST_DEVICES = MOST_ENTRIES - 1;

/**
 * Reads a manifest from JSON text.
 *
 * @param file the name that messages use
 * @param dialect what is taken for JSON
 * @throws {OperatorError} with line and path of the first wrong field
 */
export function manifestFromJson(
  file: string,
  text: string,
  dialect: JsonDialect = "standard",
): Manifest {
  const wrong: Wrong = (value, path, problem, expected) => {
    const thing = `${file}:${value.line}: ${path}`;
    throw new OperatorError(thing, problem, `write ${expected}`);
  };
  const root = readJson(file, text, dialect);
  const { type, version, devices } = fields(root, "(root)", ROOT_KEYS, wrong);
  if (type.kind !== "string" || type.text !== "solo5.manifest") {
    wrong(type, "type", `is ${showJson(type)}`, '"solo5.manifest"');
  }
  // Not 1.0 either, which Solo5's generator refuses.
  if (version.kind !== "number" || version.text !== "1") {
    wrong(version, "version", `is ${showJson(version)}`, "1");
  }
  if (devices.kind !== "list") {
    return wrong(devices, "devices", "is not a list", "a list");
  }
  if (devices.items.length > MOST_DEVICES) {
    const problem = `too many entries, maximum ${MOST_DEVICES}`;
    wrong(devices, "devices", problem, `at most ${MOST_DEVICES}`);
  }
  const decoded: ManifestDevice[] = [];
  for (const [index, entry] of devices.items.entries()) {
    const path = `devices[${index}]`;
    const { name, type } = fields(entry, path, DEVICE_KEYS, wrong);
    if (name.kind !== "string" || !isDeviceName(name.text)) {
      const problem = `${showJson(name)} is not a device name`;
      return wrong(name, `${path}.name`, problem, "1 to 67 letters and digits");
    }
    if (type.kind !== "string" || !Object.hasOwn(DEVICE_TYPES, type.text)) {
      const known = Object.keys(DEVICE_TYPES).toReversed().join(", ");
      const problem = `${showJson(type)} is not a device type (${known})`;
      return wrong(type, `${path}.type`, problem, "one of these");
    }
    if (decoded.some((one) => one.name === name.text && one.type === type.text)) {
      wrong(name, `${path}.name`, `"${name.text}" is taken`, "a name of its own");
    }
    decoded.push({
      handle: index + 1,
      name: name.text,
      type: type.text as DeviceType,
    });
  }
  return { devices: decoded };
}

const ROOT_KEYS = ["type", "version", "devices"] as const;
const DEVICE_KEYS = ["name", "type"] as const;

type Wrong = (
  value: JsonValue,
  path: string,
  problem: string,
  expected: string,
) => never;

/** The members of an object that has these keys and no others. */
function fields<const Key extends string>(
  value: JsonValue,
  path: string,
  keys: readonly Key[],
  wrong: Wrong,
): Record<Key, JsonValue> {
  if (value.kind !== "object") return wrong(value, path, "is not an object", "{ … }");
  for (const [key, member] of value.members) {
    if (keys.some((known) => known === key)) continue;
    const shown = showJson({ kind: "string", line: member.line, text: key });
    wrong(member, path, `unknown key ${shown}`, keys.join(", "));
  }
  const found = keys.map((key) => {
    const member = value.members.get(key);
    return [key, member ?? wrong(value, path, `no ${key}`, `its ${key}`)];
  });
  return Object.fromEntries(found);
}
