/**
 * Looking at images: of every target and machine, sound or not.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { ImageError } from "../../../src/errors.ts";
import { inspectImage, MOST_PARTS } from "../../../src/image/inspection.ts";
import { sourceFromBytes } from "../../../src/image/source.ts";
import {
  abiNote,
  buildImage,
  type ImageOptions,
  manifestBytes,
  manifestNote,
  PartType,
  R,
  W,
  X,
} from "../../support/elf_builder.ts";
import { FILE } from "../../support/image_errors.ts";

const inspect = (options: ImageOptions) =>
  inspectImage(sourceFromBytes(FILE, buildImage(options)));

Deno.test("everything is there when an image is sound", () => {
  const found = inspect({ devices: [["service0", "NET_BASIC"], ["d", "BLOCK_BASIC"]] });
  assertEquals([found.file, found.machine, found.elfType], [FILE, 62, 2]);
  assertEquals(found.abi, { target: 1, version: 2 });
  assertEquals([found.entry, found.end], [0x100020n, 0x106ca0n]);
  assertEquals(
    found.parts.map(({ address, readable, writable, executable }) => [
      address,
      readable,
      writable,
      executable,
    ]),
    [
      [0x100000n, true, false, true],
      [0x101000n, true, false, false],
      [0x102000n, true, true, false],
      [0x103000n, true, true, false],
    ],
  );
  assertEquals(found.devices, [
    { index: 1, name: "service0", type: "NET_BASIC", typeNumber: 2, bindable: true },
    { index: 2, name: "d", type: "BLOCK_BASIC", typeNumber: 1, bindable: true },
  ]);
  assertEquals([found.findings, found.refusal], [[], undefined]);
  assertEquals([found.leastMebibytes, found.tlsBytes, found.dynamic], [2, 8n, false]);
});

Deno.test("what run would refuse is shown with its sentence when the rest is sound", () => {
  for (
    const [options, reason] of [
      [{ change: { abi: abiNote([6, 1, 0, 0]) } }, "found xen, expected hvt"],
      [{ change: { abi: abiNote([1, 3, 0, 0]) } }, "found 3, expected 2"],
      [{ change: { abi: abiNote([99, 1, 0, 0]) } }, "found 99, expected hvt"],
      [{ elf: { machine: 183 } }, "found 183, expected 62"],
      [{ elf: { type: 3 } }, "found 3, expected 2"],
      [{ elf: { entry: 2n ** 64n - 1n } }, "e_entry"],
      [{ change: { text: { flags: R | W | X } } }, "not both at once"],
      [{ change: { bss: { memsz: 2n ** 64n - 1n } } }, "the most a guest can have"],
    ] as readonly (readonly [ImageOptions, string])[]
  ) {
    const { refusal, findings, devices } = inspect(options);
    assert(refusal?.startsWith(`${FILE}: `) && refusal.includes(reason), refusal);
    assertEquals([findings, devices], [[], []]);
  }
});

Deno.test("the rest is shown when a note is damaged or missing", () => {
  const entry = manifestBytes([["a", "NET_BASIC"]]);
  entry[0] = 9;
  const manifest = inspect({ change: { manifest: manifestNote(entry) } });
  assertEquals(manifest.devices, undefined);
  assertMatch(manifest.findings.join(), /^manifest, version at offset 0x[0-9a-f]+: /);
  assertEquals(manifest.abi?.version, 2);
  const abi = inspect({ change: { abi: null }, devices: [["a", "NET_BASIC"]] });
  assertEquals([abi.abi, abi.devices?.length], [undefined, 1]);
  assertEquals(abi.findings, [
    "notes: found no Solo5 ABI note, expected one (ABI1)",
  ]);
  for (const { refusal } of [manifest, abi]) assert(refusal !== undefined);
});

Deno.test("entries are listed as they are when no flag can name them", () => {
  const bytes = manifestBytes([["a", "NET_BASIC"], ["b", "NET_BASIC"], [
    "c",
    "BLOCK_BASIC",
  ]]);
  bytes.set(new TextEncoder().encode("\x1b[2J"), 8 + 104);
  const view = new DataView(bytes.buffer);
  view.setUint32(8 + 2 * 104 + 68, 7, true);
  view.setUint32(8 + 3 * 104 + 68, 0x4000_0001, true);
  const { devices, findings } = inspect({ change: { manifest: manifestNote(bytes) } });
  assertEquals(
    devices?.map(({ name, type, typeNumber, bindable }) => [
      name,
      type,
      typeNumber,
      bindable,
    ]),
    [
      ["\x1b[2J", "NET_BASIC", 2, false],
      ["b", undefined, 7, false],
      ["c", undefined, 0x4000_0001, false],
    ],
  );
  assertEquals(findings, []);
});

Deno.test("damaged section headers are a finding, and nothing to run", () => {
  const { sections, findings, refusal } = inspect({ elf: { shoff: 2n ** 63n } });
  // No headers are counted, so none is looked for.
  assertEquals([sections?.symbols, findings, refusal], [0, [], undefined]);
  const bytes = buildImage({ elf: { shoff: 2n ** 63n } });
  new DataView(bytes.buffer).setUint16(60, 3, true);
  new DataView(bytes.buffer).setUint16(58, 64, true);
  const lying = inspectImage(sourceFromBytes(FILE, bytes));
  assertEquals([lying.sections, lying.refusal], [undefined, undefined]);
  assertMatch(lying.findings.join(), /^section headers at offset 0x28: /);
});

Deno.test("the least memory follows from image, entry and 512 KiB when they fit", () => {
  const least = (options: ImageOptions) => inspect(options).leastMebibytes;
  const bss = (memsz: number) => ({ change: { bss: { memsz } } });
  assertEquals(least(bss(0x200000 - 0x80000 - 0x103000)), 2);
  assertEquals(least(bss(0x200001 - 0x80000 - 0x103000)), 4);
  assertEquals(least(bss(2 ** 32 - 0x80000 - 0x103000)), 4096);
  assertEquals(least(bss(2 ** 32 - 0x103000)), undefined);
  assertEquals(least({ elf: { entry: 0x40000000 } }), 1026);
});

Deno.test("parts are bounded when an image has thousands", () => {
  const part = { type: PartType.LOAD, memsz: 1, align: 1 };
  const extra = Array.from({ length: 1000 }, (_, at) => ({ ...part, vaddr: 2e6 - at }));
  const { parts, findings } = inspect({ extra });
  assertEquals(parts.length, MOST_PARTS);
  assertEquals(findings, [
    "program headers: found 1004 segments to load, of which 320 are shown",
  ]);
  const addresses = parts.map(({ address }) => Number(address));
  assertEquals(addresses, addresses.toSorted((one, other) => one - other));
});

Deno.test("what is no image of Solo5's is refused with the way out", () => {
  for (
    const bytes of [
      new Uint8Array(10),
      new Uint8Array(100),
      buildImage({ elf: { class: 1 } }),
      buildImage({ elf: { data: 2 } }),
      buildImage({ change: { abi: null, manifest: null } }),
    ]
  ) {
    const { message } = assertThrows(
      () => inspectImage(sourceFromBytes(FILE, bytes)),
      ImageError,
    );
    assertMatch(message, /^app\.elf: .*; give a unikernel built for Solo5$/);
  }
});
