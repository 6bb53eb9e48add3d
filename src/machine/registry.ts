/**
 * Which module serves which device type. Each device's is behind a literal
 * `import()`: it is loaded only when a manifest names its type, and a build can
 * leave it out. What every guest needs is there at once.
 *
 * @module
 */
import type { CoreModule, DeviceModule, DeviceType } from "../contract/module.ts";
import { OperatorError } from "../errors.ts";
import core from "../modules/core/mod.ts";

/** A module of the tree, not loaded yet. */
interface Entry {
  readonly name: string;
  load(): Promise<{ default: DeviceModule }>;
}

const DEVICES: Readonly<Record<DeviceType, Entry>> = {
  NET_BASIC: {
    name: "net",
    load: () => import("../modules/net/mod.ts"),
  },
  BLOCK_BASIC: {
    name: "block",
    load: () => import("../modules/block/mod.ts"),
  },
};

const loaded: string[] = [core.name];

/** Names of the modules that this process has loaded so far. */
export function loadedModules(): readonly string[] {
  return loaded;
}

/** What every guest needs. */
export const coreModule: CoreModule = core;

/**
 * Loads the module that serves a device type.
 *
 * @throws {OperatorError} when this program does not contain it
 */
export async function loadDeviceModule(type: DeviceType): Promise<DeviceModule> {
  const entry = DEVICES[type];
  try {
    const module = (await entry.load()).default;
    if (!loaded.includes(entry.name)) loaded.push(entry.name);
    return module;
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new OperatorError(
      `module "${entry.name}"`,
      `this build of solo5 does not contain it, and it serves devices of type ${type}`,
      "use a build that has it",
    );
  }
}
