import { assert, assertEquals } from "@std/assert";
import type { DeviceType } from "../../../src/contract/module.ts";
import { DEVICE_TYPES } from "../../../src/image/manifest.ts";
import {
  coreModule,
  loadDeviceModule,
  loadedModules,
  loadWatchModule,
} from "../../../src/machine/registry.ts";

/** How often a module is listed. */
function listed(name: string): number {
  return loadedModules().filter((each) => each === name).length;
}

Deno.test("coreModule is listed when nothing else is loaded", () => {
  assertEquals(coreModule.name, "core");
  assertEquals(loadedModules(), ["core"]);
});

for (const [type, name] of [["NET_BASIC", "net"], ["BLOCK_BASIC", "block"]] as const) {
  Deno.test(`loadDeviceModule() loads the module that serves the type when it is ${type}`, async () => {
    const module = await loadDeviceModule(type);
    assertEquals([module.name, module.type], [name, type]);
    assertEquals(await loadDeviceModule(type), module);
    assertEquals(listed(name), 1);
  });
}

for (const name of ["gdb", "dumpcore"] as const) {
  Deno.test(`loadWatchModule() loads the module of the name when it is ${name}`, async () => {
    const module = await loadWatchModule(name);
    assertEquals(module.name, name);
    assertEquals(await loadWatchModule(name), module);
    assertEquals(listed(name), 1);
  });
}

Deno.test("the registry has a module when a manifest can declare its type", async () => {
  const types = Object.keys(DEVICE_TYPES) as DeviceType[];
  assert(types.length > 0);
  for (const type of types) assertEquals((await loadDeviceModule(type)).type, type);
});
