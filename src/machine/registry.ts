/**
 * Which module serves which device type. Each device's is behind a literal
 * `import()`: it is loaded only when a manifest names its type, and a build can
 * leave it out. What every guest needs is there at once.
 *
 * @module
 */
import type { CoreModule, DeviceModule, DeviceType } from "../contract/module.ts";
import type { WatchBinding, WatchModule } from "../contract/watch.ts";
import { OperatorError } from "../errors.ts";
import core from "../modules/core/mod.ts";

/** A module of the tree, not loaded yet. */
interface Entry<M> {
  readonly name: string;
  load(): Promise<{ default: M }>;
}

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

/** What the operator may ask for, beside devices. */
const WATCHES: Readonly<
  Partial<Record<WatchBinding["name"], Entry<WatchModule>>>
> = {
  dumpcore: {
    name: "dumpcore",
    load: () => import("../modules/dumpcore/mod.ts"),
  },
  gdb: {
    name: "gdb",
    load: () => import("../modules/gdb/mod.ts"),
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
export function loadDeviceModule(type: DeviceType): Promise<DeviceModule> {
  return load(DEVICES[type], `devices of type ${type}`);
}

/**
 * Loads a module that watches over the whole guest.
 *
 * @throws {OperatorError} when this program does not contain it
 */
export function loadWatchModule(name: WatchBinding["name"]): Promise<WatchModule> {
  return load(WATCHES[name] ?? { name, load: missing }, `--${name}`);
}

function missing(): never {
  throw Object.assign(new Error("no such module"), { code: NOT_FOUND });
}

/** The runtime's code for a module that is not there. */
const NOT_FOUND = "ERR_MODULE_NOT_FOUND";

async function load<M>(entry: Entry<M>, serves: string): Promise<M> {
  try {
    const module = (await entry.load()).default;
    if (!loaded.includes(entry.name)) loaded.push(entry.name);
    return module;
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (code !== NOT_FOUND) throw error;
    throw new OperatorError(
      `module "${entry.name}"`,
      `this build of solo5 does not contain it, and it serves ${serves}`,
      "use a build that has it",
    );
  }
}
