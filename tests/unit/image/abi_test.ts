import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ImageError } from "../../../src/errors.ts";
import { ABI_VERSIONS, decodeAbi } from "../../../src/image/abi.ts";
import type { NoteDescriptor } from "../../../src/image/notes.ts";
import { assertRefused, FILE } from "../../support/image_errors.ts";

function note(target: number, version: number, ...rest: number[]): NoteDescriptor {
  const words = Uint32Array.from([target, version, ...rest]);
  return { bytes: new DataView(words.buffer), offset: 0x2a0 };
}

for (const [version, bootInfoBytes] of [[1, 40], [2, 56]] as const) {
  Deno.test(`decodeAbi() returns version ${version} when the note has it`, () => {
    const abi = decodeAbi(FILE, note(1, version, 0, 0));
    assertEquals(abi.version, version);
    assertEquals(abi.bootInfoBytes, bootInfoBytes);
  });
}

Deno.test("decodeAbi() ignores the reserved words when they are not zero", () => {
  assertEquals(decodeAbi(FILE, note(1, 2, 0xffff_ffff, 7)).version, 2);
});

Deno.test("decodeAbi() reads a descriptor of 8 bytes when there is no more", () => {
  assertEquals(decodeAbi(FILE, note(1, 2)).version, 2);
});

const TARGETS = [
  [0, "(0)"],
  [2, "spt"],
  [3, "virtio"],
  [4, "muen"],
  [5, "genode"],
  [6, "xen"],
  [7, "7"],
  [0xffff_ffff, "4294967295"],
] as const;

for (const [target, found] of TARGETS) {
  Deno.test(`decodeAbi() refuses the image when its target is ${found}`, () => {
    assertRefused(() => decodeAbi(FILE, note(target, 2)), {
      structure: "ABI note, target",
      offset: 0x2a0,
      found,
      expected: "hvt",
    });
  });
}

const VERSIONS = [
  [0, "build the unikernel with a newer Solo5"],
  [3, "a newer tender is needed for it"],
  [0xffff_ffff, "a newer tender is needed for it"],
] as const;

for (const [version, remedy] of VERSIONS) {
  Deno.test(`decodeAbi() refuses the image when its version is ${version}`, () => {
    const decode = () => decodeAbi(FILE, note(1, version));
    assertRefused(decode, {
      structure: "ABI note, version",
      offset: 0x2a4,
      found: String(version),
      expected: "2 (Solo5 0.8 and later) or 1 (Solo5 0.6 and 0.7)",
    });
    assertStringIncludes(assertThrows(decode, ImageError).message, remedy);
  });
}

Deno.test("decodeAbi() says what is missing when there is no note", () => {
  assertRefused(() => decodeAbi(FILE, undefined), {
    structure: "notes",
    found: "no Solo5 ABI note",
    expected: "one (ABI1)",
  });
});

Deno.test("ABI_VERSIONS has the newest first when it is listed", () => {
  assertEquals(ABI_VERSIONS.map(({ version }) => version), [2, 1]);
  assert(ABI_VERSIONS.every(({ releases }) => releases !== ""));
});
