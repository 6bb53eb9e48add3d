import { assert, assertEquals } from "@std/assert";
import type { DeviceType } from "../../../src/contract/module.ts";
import { DEVICE_TYPES } from "../../../src/image/manifest.ts";
import {
  coreModule,
  loadDeviceModule,
  loadedModules,
  loadInterposers,
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

Deno.test("loadInterposers() loads what is asked for, the console innermost", async () => {
  const rate = { bytesPerSecond: 1, burstMilliseconds: 1000 };
  const disk = {
    type: "BLOCK_BASIC",
    name: "disk",
    handle: 1,
    file: { path: "disk" },
    readOnly: false,
    sync: "none",
    whenLocked: "refuse",
    sectorSizeBytes: 512,
  } as const;
  const names = async (asked: Parameters<typeof loadInterposers>[0]) =>
    (await loadInterposers(asked)).map(({ name }) => name);
  const all = { console: "visible", consoleRate: rate, devices: [disk] } as const;
  assertEquals(await names({ console: "raw", devices: [disk] }), []);
  assertEquals(listed("visible") + listed("rate"), 0);
  assertEquals(await names(all), ["visible", "rate"]);
  assertEquals(await names({ console: "raw", devices: [{ ...disk, rate }] }), ["rate"]);
  assertEquals(await names({ console: "visible", devices: [disk] }), ["visible"]);
  assertEquals([listed("visible"), listed("rate")], [1, 1]);
});

Deno.test("the registry has a module when a manifest can declare its type", async () => {
  const types = Object.keys(DEVICE_TYPES) as DeviceType[];
  assert(types.length > 0);
  for (const type of types) assertEquals((await loadDeviceModule(type)).type, type);
});
