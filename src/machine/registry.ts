/**
 * Which module serves which device type. Each is behind a literal `import()`:
 * it is loaded only when a manifest names its type, and a build can leave it
 * out.
 *
 * @module
 */
import type { CoreModule, DeviceModule, DeviceType } from "../contract/module.ts";
import { OperatorError } from "../errors.ts";

/** A module of the tree, not loaded yet. */
interface Entry<M> {
  readonly name: string;
  load(): Promise<{ default: M }>;
}

const CORE: Entry<CoreModule> = {
  name: "core",
  load: () => import("../modules/core/mod.ts"),
};

const DEVICES: Readonly<Record<DeviceType, Entry<DeviceModule>>> = {
  NET_BASIC: {
    name: "net",
    load: () => import("../modules/net/mod.ts"),
  },
  BLOCK_BASIC: {
    name: "block",
    load: () => import("../modules/block/mod.ts"),
  },
};

const loaded: string[] = [];

/** Names of the modules that this process has loaded so far. */
export function loadedModules(): readonly string[] {
  return loaded;
}

/** Loads what every guest needs. */
export function loadCore(): Promise<CoreModule> {
  return load(CORE, "what every unikernel needs");
}

/**
 * Loads the module that serves a device type.
 *
 * @throws {OperatorError} when this program does not contain it
 */
export function loadDeviceModule(type: DeviceType): Promise<DeviceModule> {
  return load(DEVICES[type], `devices of type ${type}`);
}

async function load<M>(entry: Entry<M>, serves: string): Promise<M> {
  try {
    const module = (await entry.load()).default;
    if (!loaded.includes(entry.name)) loaded.push(entry.name);
    return module;
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new OperatorError(
      `module "${entry.name}"`,
      `this build of solo5 does not contain it, and it serves ${serves}`,
      "use a build that has it",
    );
  }
}
