import { assertEquals, assertThrows } from "@std/assert";
import { planMemory } from "../../../src/binding/memory.ts";
import type { DeviceBinding } from "../../../src/contract/module.ts";
import { ImageError } from "../../../src/errors.ts";
import { readImage } from "../../../src/image/image.ts";
import { sourceFromBytes } from "../../../src/image/source.ts";
import { abiNote, buildImage, type Devices } from "../../support/elf_builder.ts";

const MEBIBYTE = 1024 * 1024;
const NET: Devices = [["service0", "NET_BASIC"]];
const BLOCK: Devices = [["storage", "BLOCK_BASIC"]];

function plan(devices: Devices, mebibytes: number, abi = 2) {
  const bytes = buildImage({ devices, change: { abi: abiNote([1, abi, 0, 0]) } });
  const image = readImage(sourceFromBytes("app.elf", bytes));
  const { memoryBytes, ringBytes, warnings } = planMemory(image, mebibytes, false);
  return {
    memory: memoryBytes / MEBIBYTE,
    ring: ringBytes / MEBIBYTE,
    warnings: warnings.length,
  };
}

const PLANS: readonly (readonly [
  what: string,
  devices: Devices,
  abi: number,
  mebibytes: number,
  expected: ReturnType<typeof plan>,
])[] = [
  ["no device", [], 2, 64, { memory: 64, ring: 0, warnings: 0 }],
  ["a disk only", BLOCK, 2, 4096, { memory: 4096, ring: 0, warnings: 0 }],
  ["a network device", NET, 2, 64, { memory: 64, ring: 2, warnings: 0 }],
  ["a network device", NET, 2, 2, { memory: 2, ring: 2, warnings: 0 }],
  ["a network device", NET, 2, 4094, { memory: 4094, ring: 2, warnings: 0 }],
  ["a network device", NET, 2, 4096, { memory: 4094, ring: 2, warnings: 1 }],
  ["a network device", NET, 2, 4095, { memory: 4094, ring: 2, warnings: 1 }],
  ["a network device of ABI 1", NET, 1, 4096, { memory: 4096, ring: 0, warnings: 0 }],
  ["a network device of ABI 1", NET, 1, 65, { memory: 64, ring: 0, warnings: 1 }],
];

for (const [what, devices, abi, mebibytes, expected] of PLANS) {
  Deno.test(`planMemory() gives ${expected.memory} MiB and ${expected.ring} for the ring when ${what} has --mem=${mebibytes}`, () => {
    assertEquals(plan(devices, mebibytes, abi), expected);
  });
}

Deno.test("planMemory() says what the ring takes when there is no room on top", () => {
  const bytes = buildImage({ devices: NET });
  const image = readImage(sourceFromBytes("app.elf", bytes));
  assertEquals(planMemory(image, 4096, false).warnings, [
    "--mem=4096: the network ring takes 2 MiB of these; the guest gets 4094 MiB",
  ]);
});

Deno.test("planMemory() holds the image against the guest's part when the ring takes some", () => {
  const bss = { vaddr: 0x200000, memsz: 4095 * MEBIBYTE - 0x200000 };
  const bytes = buildImage({ devices: NET, change: { bss } });
  const image = readImage(sourceFromBytes("app.elf", bytes));
  assertThrows(() => planMemory(image, 4096, false), ImageError, "4094 MiB");
});

Deno.test("planMemory() offers no ring when a network device has a rate", () => {
  const image = readImage(sourceFromBytes("app.elf", buildImage({ devices: NET })));
  const tap = { interface: "tap0" };
  const free = { type: "NET_BASIC", name: "service0", handle: 1, tap } as const;
  const rate = { bytesPerSecond: 1, burstMilliseconds: 1000 };
  const disk = {
    type: "BLOCK_BASIC",
    name: "storage",
    handle: 2,
    file: { path: "disk" },
    readOnly: false,
    sync: "none",
    whenLocked: "refuse",
    sectorSizeBytes: 512,
    rate,
  } as const;
  const ring = (...devices: DeviceBinding[]) =>
    planMemory(image, 4096, false, devices).ringBytes / MEBIBYTE;
  assertEquals([ring(free), ring(free, disk), ring(free, { ...free, rate })], [2, 2, 0]);
});
