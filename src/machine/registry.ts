/**
 * Which module serves which device type. Each device's is behind a literal
 * `import()`: it is loaded only when a manifest names its type, and a build can
 * leave it out. What every guest needs is there at once.
 *
 * @module
 */
import type { Bindings } from "../binding/plan.ts";
import type { InterposerModule, InterposerName } from "../contract/interposer.ts";
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

/** What may stand before handlers, and what asks for it. */
const INTERPOSERS: Readonly<
  Record<InterposerName, Entry<InterposerModule> & { readonly serves: string }>
> = {
  visible: {
    name: "visible",
    serves: "consoles on a terminal (--console=raw does without)",
    load: () => import("../modules/visible/mod.ts"),
  },
  rate: {
    name: "rate",
    serves: "--net-rate, --block-rate and --console-rate",
    load: () => import("../modules/rate/mod.ts"),
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
 * Loads the modules that serve these devices.
 *
 * @throws {OperatorError} when this program does not contain one
 */
export async function loadDeviceModules(
  { devices }: Pick<Bindings, "devices">,
): Promise<Map<DeviceType, DeviceModule>> {
  const types = new Set(devices.map(({ type }) => type));
  const modules = new Map<DeviceType, DeviceModule>();
  for (const type of types) modules.set(type, await loadDeviceModule(type));
  return modules;
}

/**
 * Loads a module that watches over the whole guest.
 *
 * @throws {OperatorError} when this program does not contain it
 */
export function loadWatchModule(name: WatchBinding["name"]): Promise<WatchModule> {
  return load(WATCHES[name] ?? { name, load: missing }, `--${name}`);
}

/**
 * Loads what is to stand before handlers, innermost first: a rate of the console
 * is one of the guest's bytes.
 *
 * @throws {OperatorError} when this program does not contain it
 */
export async function loadInterposers(
  { console, consoleRate, devices }: Pick<
    Bindings,
    "console" | "consoleRate" | "devices"
  >,
): Promise<InterposerModule[]> {
  const names: InterposerName[] = [];
  if (console === undefined ? Deno.stdout.isTerminal() : console === "visible") {
    names.push("visible");
  }
  if (consoleRate !== undefined || devices.some(({ rate }) => rate !== undefined)) {
    names.push("rate");
  }
  const modules: InterposerModule[] = [];
  for (const name of names) {
    modules.push(await load(INTERPOSERS[name], INTERPOSERS[name].serves));
  }
  return modules;
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
