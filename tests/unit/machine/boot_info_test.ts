import { assertEquals } from "@std/assert";
import type { DeviceProperties } from "../../../src/contract/module.ts";
import { ABI_VERSIONS } from "../../../src/image/abi.ts";
import type { Manifest } from "../../../src/image/manifest.ts";
import { type BootFacts, encodeBootInfo } from "../../../src/machine/boot_info.ts";

/** Where boot info stands (Solo5 hvt ABI). */
const BOOT_INFO = 0x10000;

const [NEWEST, FIRST] = [ABI_VERSIONS[0]!, ABI_VERSIONS[1]!];

const MANIFEST: Manifest = {
  devices: [{ handle: 1, name: "service0", type: "NET_BASIC" }],
};
const DEVICES = new Map<number, DeviceProperties>([
  [1, { mac: Uint8Array.of(2, 0, 0, 0, 0, 9), mtuBytes: 1500 }],
]);

function encode(changes: Partial<BootFacts> = {}): DataView {
  const bytes = encodeBootInfo({
    abi: NEWEST,
    memoryBytes: 512 * 1024 * 1024,
    ring: false,
    kernelEnd: 0x10_9000,
    tscKilohertz: 2_400_001,
    manifest: MANIFEST,
    devices: DEVICES,
    commandLine: "hello world",
    ...changes,
  }, BOOT_INFO);
  return new DataView(bytes.buffer);
}

function words(view: DataView, count: number): bigint[] {
  return Array.from({ length: count }, (_, at) => view.getBigUint64(at * 8, true));
}

/** The text at an address, up to its NUL. */
function text(view: DataView, address: bigint): string {
  const bytes = new Uint8Array(view.buffer, Number(address) - BOOT_INFO);
  return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
}

Deno.test("encodeBootInfo() writes all 56 bytes when the ABI is version 2", () => {
  const view = encode();
  assertEquals(words(view, 7), [
    0x2000_0000n,
    0x10_9000n,
    2_400_001_000n,
    0x10038n + 216n,
    0x10038n,
    // No ring is offered: neither features nor address.
    0n,
    0n,
  ]);
  assertEquals(view.byteLength, 56 + 216 + 12);
});

Deno.test("encodeBootInfo() offers the ring behind guest memory when there is one", () => {
  const view = encode({ ring: true });
  assertEquals(words(view, 7).slice(5), [1n, 0x2000_0000n]);
  assertEquals(view.getUint32(44, true), 0);
});

Deno.test("encodeBootInfo() writes 40 bytes when the ABI is version 1", () => {
  const view = encode({ abi: FIRST });
  assertEquals(words(view, 5), [
    0x2000_0000n,
    0x10_9000n,
    2_400_001_000n,
    0x10028n + 216n,
    0x10028n,
  ]);
  assertEquals(view.getUint32(40, true), 1);
  assertEquals(view.byteLength, 40 + 216 + 12);
});

Deno.test("encodeBootInfo() fills the manifest in when a device is attached", () => {
  const view = encode();
  const entry = 56 + 8 + 104;
  assertEquals(view.getUint32(56, true), 1);
  assertEquals(view.getUint32(60, true), 2);
  assertEquals(view.getUint32(56 + 8 + 68, true), 0x4000_0000);
  assertEquals(text(view, BigInt(BOOT_INFO + entry)), "service0");
  assertEquals(view.getUint32(entry + 68, true), 2);
  assertEquals(view.getUint8(entry + 72 + 5), 9);
  assertEquals(view.getUint16(entry + 78, true), 1500);
  assertEquals(view.getUint8(entry + 96), 1);
});

for (const commandLine of ["", "a", "é ü", "x".repeat(8191)]) {
  const length = commandLine.length;
  Deno.test(`encodeBootInfo() ends the command line with NUL when it has ${length} letters`, () => {
    const view = encode({ commandLine });
    assertEquals(text(view, view.getBigUint64(24, true)), commandLine);
    assertEquals(view.getUint8(view.byteLength - 1), 0);
  });
}

Deno.test("encodeBootInfo() writes u64 when memory has 4 GiB", () => {
  const [memory, kernelEnd, frequency] = words(
    encode({ memoryBytes: 2 ** 32, kernelEnd: 2 ** 32, tscKilohertz: 5_000_000 }),
    3,
  );
  assertEquals([memory, kernelEnd], [0x1_0000_0000n, 0x1_0000_0000n]);
  assertEquals(frequency, 5_000_000_000n);
});

Deno.test("encodeBootInfo() stays below 0x13a40 when everything is largest", () => {
  const devices = Array.from({ length: 63 }, (_, index) => (
    { handle: index + 1, name: `block${index}`, type: "BLOCK_BASIC" as const }
  ));
  const view = encode({ manifest: { devices }, commandLine: "x".repeat(8191) });
  assertEquals(BOOT_INFO + view.byteLength, 0x13a40);
});
