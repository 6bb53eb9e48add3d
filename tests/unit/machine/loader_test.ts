import { assertEquals, assertThrows } from "@std/assert";
import { ImageError } from "../../../src/errors.ts";
import type { VirtualMachine } from "../../../src/hypervisor/hypervisor.ts";
import { readImage } from "../../../src/image/image.ts";
import { type ImageSource, sourceFromBytes } from "../../../src/image/source.ts";
import { loadSegments } from "../../../src/machine/loader.ts";
import { hostMemory } from "../../support/host_memory.ts";
import { buildImage, type ImageOptions, R, W, X } from "../../support/elf_builder.ts";

/** Memory for the good image: what it needs and some bytes behind. */
const MEMORY_BYTES = 0x110000;

type Protection = { start: number; end: number; readable: boolean; writable: boolean };

/** What the loader uses of a virtual machine. */
function machine() {
  const bytes = new Uint8Array(MEMORY_BYTES);
  const protections: Protection[] = [];
  const vm = {
    memory: hostMemory(bytes),
    protectMemory: (
      range: { start: number; end: number },
      rights: { readable: boolean; writable: boolean },
    ) => void protections.push({ ...range, ...rights }),
  } as unknown as VirtualMachine;
  return { vm, bytes, protections };
}

function load(options: ImageOptions = {}) {
  const { vm, bytes, protections } = machine();
  const image = readImage(sourceFromBytes("app.elf", buildImage(options)));
  return { guarded: loadSegments(image, vm), bytes, protections };
}

Deno.test("loadSegments() puts the file's bytes at their addresses when the image is good", () => {
  const { bytes } = load();
  const expected = new Uint8Array(MEMORY_BYTES);
  expected.fill(0xcc, 0x100000, 0x100040);
  expected.fill(0x11, 0x101000, 0x101030);
  expected.fill(0x22, 0x102000, 0x102020);
  assertEquals(bytes, expected);
});

Deno.test("loadSegments() protects whole pages when the image is good", () => {
  const { protections, guarded } = load();
  assertEquals(protections, [
    { start: 0x100000, end: 0x101000, readable: true, writable: false },
    { start: 0x101000, end: 0x102000, readable: true, writable: false },
    { start: 0x102000, end: 0x103000, readable: true, writable: true },
  ]);
  assertEquals(guarded, [
    { start: 0x100000, end: 0x101000, readable: true },
    { start: 0x101000, end: 0x102000, readable: true },
  ]);
});

const RIGHTS: readonly (readonly [number, boolean, boolean])[] = [
  [0, false, false],
  [X, true, false],
  [R, true, false],
  // Memory that can be written but not read does not exist on x86_64.
  [W, true, true],
];

for (const [flags, readable, writable] of RIGHTS) {
  Deno.test(`loadSegments() protects a segment when its flags are ${flags}`, () => {
    const { protections, guarded } = load({ change: { rodata: { flags } } });
    const pages = { start: 0x101000, end: 0x102000 };
    assertEquals(protections[1], { ...pages, readable, writable });
    const range = guarded.find(({ start }) => start === pages.start);
    assertEquals(range, writable ? undefined : { ...pages, readable });
  });
}

Deno.test("loadSegments() throws when the file has become shorter", () => {
  const whole = buildImage();
  const image = readImage(sourceFromBytes("app.elf", whole));
  const shorter: ImageSource = sourceFromBytes("app.elf", whole.subarray(0, 0x3000));
  assertThrows(
    () => loadSegments({ ...image, source: shorter }, machine().vm),
    ImageError,
    "the end of the file at 12288 bytes",
  );
});
