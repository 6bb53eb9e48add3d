import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ImageError } from "../../../src/errors.ts";
import { queryAbi, queryManifest } from "../../../src/image/query.ts";
import { sourceFromBytes } from "../../../src/image/source.ts";
import {
  abiNote,
  buildImage,
  type Devices,
  type ImageOptions,
  manifestBytes,
  manifestNote,
} from "../../support/elf_builder.ts";
import { assertRefused, FILE } from "../../support/image_errors.ts";

const source = (options: ImageOptions) => sourceFromBytes(FILE, buildImage(options));

/** The manifest of these devices with other bytes in one place. */
function patched(devices: Devices, offset: number, bytes: Uint8Array): ImageOptions {
  const manifest = manifestBytes(devices);
  manifest.set(bytes, offset);
  return { change: { manifest: manifestNote(manifest) } };
}

/** Offset of an entry's field in the descriptor. */
const entry = (index: number, field = 0) => 8 + 104 * index + field;

const u32 = (value: number) => new Uint8Array(Uint32Array.of(value).buffer);
const ascii = (text: string) => new TextEncoder().encode(text);

const MANIFESTS: readonly (readonly [name: string, ImageOptions, text: string])[] = [
  ["there are no devices", {}, ""],
  [
    "there is one device",
    { devices: [["service0", "NET_BASIC"]] },
    '    { "name": "service0", "type": "NET_BASIC" }\n',
  ],
  [
    "there are two devices",
    { devices: [["a", "NET_BASIC"], ["b", "BLOCK_BASIC"]] },
    '    { "name": "a", "type": "NET_BASIC" },\n' +
    '    { "name": "b", "type": "BLOCK_BASIC" }\n',
  ],
  [
    "a type is unknown",
    patched([["a", "NET_BASIC"]], entry(1, 68), u32(3)),
    '    { "name": "a", "type": "<undefined type>" }\n',
  ],
  [
    "a type is 0",
    patched([["a", "NET_BASIC"]], entry(1, 68), u32(0)),
    '    { "name": "a", "type": "<undefined type>" }\n',
  ],
  [
    "the last type is reserved",
    patched([["a", "NET_BASIC"], ["b", "NET_BASIC"]], entry(2, 68), u32(0x4000_0000)),
    '    { "name": "a", "type": "NET_BASIC" }\n',
  ],
  [
    "the first type is the largest",
    patched([["a", "NET_BASIC"], ["b", "NET_BASIC"]], entry(1, 68), u32(0xffff_ffff)),
    '    { "name": "b", "type": "NET_BASIC" }\n',
  ],
  [
    "a name comes twice",
    { devices: [["a", "NET_BASIC"], ["a", "NET_BASIC"]] },
    '    { "name": "a", "type": "NET_BASIC" },\n' +
    '    { "name": "a", "type": "NET_BASIC" }\n',
  ],
  [
    "a name would end its string",
    patched([["a", "NET_BASIC"]], entry(1), ascii('x", "\\')),
    '    { "name": "x\\", \\"\\\\", "type": "NET_BASIC" }\n',
  ],
  [
    "a name is empty",
    patched([["a", "NET_BASIC"]], entry(1), Uint8Array.of(0)),
    '    { "name": "", "type": "NET_BASIC" }\n',
  ],
  [
    "a name has bytes that no terminal should get",
    patched([["a", "NET_BASIC"]], entry(1), Uint8Array.of(0x1b, 0x0a, 0x7f, 0x9b, 0xff)),
    '    { "name": "\\u001b\\n\\u007f\\u009b\\u00ff", "type": "NET_BASIC" }\n',
  ],
  [
    "the tender's bytes are not zero",
    patched([["a", "NET_BASIC"]], entry(1, 72), new Uint8Array(32).fill(0xff)),
    '    { "name": "a", "type": "NET_BASIC" }\n',
  ],
  [
    "there is no ABI note",
    { change: { abi: null } },
    "",
  ],
  [
    "the ABI note has an impossible size",
    { change: { abi: abiNote(undefined, { descsz: 0 }) } },
    "",
  ],
  ["the image is for aarch64", { elf: { machine: 183 } }, ""],
  [
    "no segment could be loaded",
    { elf: { entry: 0 }, change: { text: { vaddr: 0 } } },
    "",
  ],
];

for (const [name, options, devices] of MANIFESTS) {
  Deno.test(`queryManifest() lists the devices when ${name}`, () => {
    const text = queryManifest(source(options));
    assertEquals(
      text,
      `{
  "type": "solo5.manifest",
  "version": 1,
  "devices": [
${devices}  ]
}
`,
    );
    assertEquals(JSON.parse(text).type, "solo5.manifest");
  });
}

Deno.test("queryManifest() gives every byte of a name back when the JSON is parsed", () => {
  const bytes = Uint8Array.from({ length: 255 }, (_, at) => at + 1);
  for (let at = 0; at < bytes.length; at += 67) {
    const part = bytes.subarray(at, at + 67);
    const text = queryManifest(source(patched([["a", "NET_BASIC"]], entry(1), part)));
    assert(/^[\x20-\x7e\n]*$/.test(text), text);
    const [device] = JSON.parse(text).devices;
    assertEquals(device.name, String.fromCharCode(...part));
  }
});

const TARGETS = [
  [0, "unknown"],
  [1, "hvt"],
  [2, "spt"],
  [3, "virtio"],
  [4, "muen"],
  [5, "genode"],
  [6, "xen"],
  [7, "unknown"],
  [0xffff_ffff, "unknown"],
] as const;

for (const [target, name] of TARGETS) {
  Deno.test(`queryAbi() says ${name} when the target is ${target}`, () => {
    for (const version of [0, 2, 0xffff_ffff]) {
      const abi = abiNote([target, version, 0, 0]);
      assertEquals(
        queryAbi(source({ change: { abi, manifest: null } })),
        `{
  "type": "solo5.abi",
  "target": "${name}",
  "version": ${version}
}
`,
      );
    }
  });
}

Deno.test("queryAbi() answers when the image is for another machine, or its manifest is bad", () => {
  const manifest = manifestNote(new Uint8Array(7));
  const text = queryAbi(source({ elf: { machine: 21 }, change: { manifest } }));
  assertEquals(JSON.parse(text), { type: "solo5.abi", target: "hvt", version: 2 });
});

const REMEDY = "; give a unikernel built for Solo5";

Deno.test("queryAbi() says what is missing when there is no ABI note", () => {
  const query = () => queryAbi(source({ change: { abi: null } }));
  const missing = { found: "no Solo5 ABI note", expected: "one (ABI1)" };
  assertRefused(query, { structure: "notes", ...missing });
  assert(assertThrows(query, ImageError).message.endsWith(REMEDY));
});

Deno.test("queryManifest() says what is missing when there is no manifest note", () => {
  const query = () => queryManifest(source({ change: { manifest: null } }));
  const missing = { found: "no Solo5 manifest note", expected: "one (MFT1)" };
  assertRefused(query, { structure: "notes", ...missing });
  assert(assertThrows(query, ImageError).message.endsWith(REMEDY));
});

const REFUSED: readonly (readonly [name: string, ImageOptions, words: string])[] = [
  ["it is an object file", { elf: { type: 1 } }, "e_type"],
  ["it is for 32 bits", { elf: { class: 1 } }, "EI_CLASS"],
  ["it is big-endian", { elf: { data: 2 } }, "EI_DATA"],
  ["it is empty", { truncateTo: 0 }, "found a file of 0 bytes"],
  ["its manifest's version is 2", patched([], 0, u32(2)), "manifest, version"],
  ["its manifest has no entries", patched([], 4, u32(0)), "manifest, entries"],
  ["its manifest is too long", patched([["a", "NET_BASIC"]], 4, u32(1)), "216 bytes"],
  [
    "its first entry is a device",
    patched([], entry(0, 68), u32(2)),
    "manifest entry 0, type",
  ],
  [
    "its first entry has a name",
    patched([], entry(0), ascii("a")),
    "manifest entry 0, name",
  ],
  [
    "a name does not end",
    patched([["a", "NET_BASIC"]], entry(1), new Uint8Array(68).fill(0x61)),
    "manifest entry 1, name",
  ],
  [
    "its manifest note is too large",
    { change: { manifest: manifestNote([], { descsz: 6669 }) } },
    "note does not fall within valid size",
  ],
  [
    "another note is too short",
    { change: { foreign: { filesz: 0 } } },
    "note does not fall within valid size",
  ],
];

for (const [name, options, words] of REFUSED) {
  Deno.test(`queryManifest() refuses the file when ${name}`, () => {
    const { message } = assertThrows(() => queryManifest(source(options)), ImageError);
    assertStringIncludes(message, words);
    assert(message.startsWith(`${FILE}: `) && !message.includes("\n"), message);
  });
}
