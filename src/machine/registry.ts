/**
 * Which module serves which device type. Each is loaded only when a manifest
 * names its type, and a build can leave it out. What every guest needs is there
 * at once.
 *
 * @module
 */
import type { Bindings } from "../binding/plan.ts";
import type { InterposerModule, InterposerName } from "../contract/interposer.ts";
import type { CoreModule, DeviceModule, DeviceType } from "../contract/module.ts";
import type { WatchBinding, WatchModule } from "../contract/watch.ts";
import { OperatorError } from "../errors.ts";
import core from "../modules/core/mod.ts";
import { type Part, PARTS, type Parts } from "./parts.ts";

/** Which module serves which type of device. */
const DEVICES = {
  NET_BASIC: "net",
  BLOCK_BASIC: "block",
} as const satisfies Readonly<Record<DeviceType, keyof Parts>>;

/** What asks for a module that stands before handlers. */
const SERVED: Readonly<Record<InterposerName, string>> = {
  visible: "consoles on a terminal (--console=raw does without)",
  rate: "--net-rate, --block-rate and --console-rate",
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
  const name = DEVICES[type];
  return load(name, PARTS[name], `devices of type ${type}`);
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
  return load(name, PARTS[name], `--${name}`);
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
    modules.push(await load(name, PARTS[name], SERVED[name]));
  }
  return modules;
}

async function load<M>(
  name: string,
  importModule: Part<M> | undefined,
  serves: string,
): Promise<M> {
  if (importModule === undefined) {
    throw new OperatorError(
      `module "${name}"`,
      `this build of solo5 does not contain it, and it serves ${serves}`,
      `use a build that has it (solo5 version lists what this one has)`,
    );
  }
  const module = (await importModule()).default;
  if (!loaded.includes(name)) loaded.push(name);
  return module;
}
