import { assert, assertEquals } from "@std/assert";
import type { DeviceProperties, DeviceType } from "../../../src/contract/module.ts";
import {
  decodeManifest,
  encodeManifest,
  isDeviceName,
  type ManifestDevice,
  manifestSizeBytes,
} from "../../../src/image/manifest.ts";
import { type Devices, manifestBytes } from "../../support/elf_builder.ts";
import { assertRefused, FILE, type Refusal } from "../../support/image_errors.ts";
import { Random } from "../../support/random.ts";

/** Where the descriptor stands in the file. */
const AT = 0x300;

function decode(bytes: Uint8Array<ArrayBuffer>) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return decodeManifest(FILE, { bytes: view, offset: AT });
}

const TWO: Devices = [["service0", "NET_BASIC"], ["storage", "BLOCK_BASIC"]];

/** Offset of an entry's field in the descriptor. */
const entry = (index: number, field = 0) => 8 + 104 * index + field;

/** The manifest of two devices with other bytes in one place. */
function patched(offset: number, ...bytes: number[]): Uint8Array<ArrayBuffer> {
  const manifest = manifestBytes(TWO);
  manifest.set(bytes, offset);
  return manifest;
}

function u32(value: number): number[] {
  return [...new Uint8Array(Uint32Array.of(value).buffer)];
}

function many(count: number): Devices {
  return Array.from({ length: count }, (_, index) => [`net${index}`, "NET_BASIC"]);
}

Deno.test("decodeManifest() returns devices with their handles when there are two", () => {
  assertEquals(decode(manifestBytes(TWO)).devices, [
    { handle: 1, name: "service0", type: "NET_BASIC" },
    { handle: 2, name: "storage", type: "BLOCK_BASIC" },
  ]);
});

Deno.test("decodeManifest() returns no devices when there is the reserved entry alone", () => {
  assertEquals(decode(manifestBytes([])).devices, []);
});

Deno.test("decodeManifest() takes 64 entries when that many are there", () => {
  const { devices } = decode(manifestBytes(many(63)));
  assertEquals(devices.length, 63);
  assertEquals(devices[62], { handle: 63, name: "net62", type: "NET_BASIC" });
});

Deno.test("decodeManifest() takes a name for two devices when their types differ", () => {
  const devices: Devices = [["a", "NET_BASIC"], ["a", "BLOCK_BASIC"]];
  assertEquals(decode(manifestBytes(devices)).devices.map(({ type }) => type), [
    "NET_BASIC",
    "BLOCK_BASIC",
  ]);
});

Deno.test("decodeManifest() says what is missing when there is no note", () => {
  assertRefused(() => decodeManifest(FILE, undefined), {
    structure: "notes",
    found: "no Solo5 manifest note",
    expected: "one (MFT1)",
  });
});

const TYPES = "1 (BLOCK_BASIC) or 2 (NET_BASIC)";

const REFUSED: readonly (readonly [string, Uint8Array<ArrayBuffer>, Refusal])[] = [
  ["version 0", patched(0, 0), {
    structure: "manifest, version",
    offset: AT,
    found: "0",
    expected: "1",
  }],
  ["version 2", patched(0, 2), {
    structure: "manifest, version",
    offset: AT,
    found: "2",
    expected: "1",
  }],
  ["no entries", patched(4, 0), {
    structure: "manifest, entries",
    offset: AT + 4,
    found: "0",
    expected: "1 to 64",
  }],
  ["65 entries", manifestBytes(many(64)), {
    structure: "manifest, entries",
    offset: AT + 4,
    found: "65",
    expected: "1 to 64",
  }],
  ["the largest number of entries", patched(4, ...u32(0xffff_ffff)), {
    structure: "manifest, entries",
    offset: AT + 4,
    found: "4294967295",
    expected: "1 to 64",
  }],
  ["a byte too few", manifestBytes(TWO).slice(0, -1), {
    structure: "manifest",
    offset: AT,
    found: "319 bytes",
    expected: "320 bytes for its 3 entries",
  }],
  ["an entry too many", patched(4, 2), {
    structure: "manifest",
    offset: AT,
    found: "320 bytes",
    expected: "216 bytes for its 2 entries",
  }],
  ["a head without its only entry", patched(4, 1).slice(0, 8), {
    structure: "manifest",
    offset: AT,
    found: "8 bytes",
    expected: "112 bytes for its 1 entry",
  }],
  ["a device first", patched(entry(0, 68), ...u32(2)), {
    structure: "manifest entry 0, type",
    offset: AT + entry(0, 68),
    found: "0x2",
    expected: "0x40000000 (the reserved first entry)",
  }],
  ["a name in the reserved entry", patched(entry(0), 0x78), {
    structure: "manifest entry 0, name",
    offset: AT + entry(0),
    found: '"x"',
    expected: "none in the reserved first entry",
  }],
  ["a name without NUL", patched(entry(1), ...new Array(68).fill(0x61)), {
    structure: "manifest entry 1, name",
    offset: AT + entry(1),
    found: "no NUL in its 68 bytes",
    expected: "at most 67 characters",
  }],
  ["a byte in the name's last place", patched(entry(1, 67), 0x61), {
    structure: "manifest entry 1, name",
    offset: AT + entry(1),
    found: "no NUL in its 68 bytes",
    expected: "at most 67 characters",
  }],
  ["an empty name", patched(entry(2), 0, 0, 0, 0, 0, 0, 0), {
    structure: "manifest entry 2, name",
    offset: AT + entry(2),
    found: '""',
    expected: "1 to 67 letters and digits",
  }],
  ["a name with a control character", patched(entry(2), 0x0a), {
    structure: "manifest entry 2, name",
    offset: AT + entry(2),
    found: '"\\x0atorage"',
    expected: "1 to 67 letters and digits",
  }],
  ["a name with an equals sign", patched(entry(2, 2), 0x3d), {
    structure: "manifest entry 2, name",
    offset: AT + entry(2),
    found: '"st=rage"',
    expected: "1 to 67 letters and digits",
  }],
  [
    "two devices of a name and type",
    manifestBytes([["a", "NET_BASIC"], ["b", "NET_BASIC"], ["a", "NET_BASIC"]]),
    {
      structure: "manifest entry 3, name",
      offset: AT + entry(3),
      found: '"a" for a second NET_BASIC device',
      expected: "a name of its own",
    },
  ],
];

for (const [name, bytes, refusal] of REFUSED) {
  Deno.test(`decodeManifest() refuses the image when it has ${name}`, () => {
    assertRefused(() => decode(bytes), refusal);
  });
}

for (const type of [0, 3, 0x100, 0x4000_0000, 0x4000_0001, 0xffff_ffff]) {
  Deno.test(`decodeManifest() refuses the image when an entry has type 0x${type.toString(16)}`, () => {
    assertRefused(() => decode(patched(entry(2, 68), ...u32(type))), {
      structure: "manifest entry 2, type",
      offset: AT + entry(2, 68),
      found: `0x${type.toString(16)}`,
      expected: TYPES,
    });
  });
}

Deno.test("decodeManifest() forgets what stands in the tender's bytes when it is not zero", async (t) => {
  const clean = manifestBytes(TWO);
  for (let field = 72; field < 104; field++) {
    await t.step(`byte ${field}`, () => {
      for (const index of [0, 1, 2]) {
        const manifest = decode(patched(entry(index, field), 0xff));
        assertEquals(manifest, decode(clean));
        assertEquals(encodeManifest(manifest), clean);
      }
    });
  }
});

Deno.test("decodeManifest() forgets what stands behind a name's NUL when it is not zero", () => {
  const manifest = decode(patched(entry(1, 9), 0x61, 0xff));
  assertEquals(manifest, decode(manifestBytes(TWO)));
});

Deno.test("encodeManifest() fills in what the guest is told when devices are attached", () => {
  const { devices } = decode(manifestBytes(TWO));
  const bytes = encodeManifest(
    { devices },
    new Map<number, DeviceProperties>([
      [1, { mac: Uint8Array.of(2, 3, 4, 5, 6, 7), mtuBytes: 0x05dc }],
      [2, { capacityBytes: 0x12_3456_7800, blockSizeBytes: 0x8000 }],
    ]),
  );
  const expected = patched(entry(1, 72), 2, 3, 4, 5, 6, 7, 0xdc, 0x05);
  expected[entry(1, 96)] = 1;
  expected.set([0x00, 0x78, 0x56, 0x34, 0x12, 0, 0, 0, 0x00, 0x80], entry(2, 72));
  expected[entry(2, 96)] = 1;
  assertEquals(bytes, expected);
});

Deno.test("encodeManifest() and decodeManifest() return the same devices when they are random", () => {
  const letters = "ABCXYZabcxyz0189";
  for (let seed = 0; seed < 200; seed++) {
    const random = new Random(seed);
    const taken = new Set<string>();
    const devices: ManifestDevice[] = [];
    const count = random.below(64);
    while (devices.length < count) {
      const length = 1 + random.below(67);
      const name = Array.from({ length }, () => random.pick([...letters])).join("");
      const type = random.pick<DeviceType>(["NET_BASIC", "BLOCK_BASIC"]);
      if (taken.has(name + type)) continue;
      taken.add(name + type);
      devices.push({ handle: devices.length + 1, name, type });
    }
    const bytes = encodeManifest({ devices });
    assertEquals(decode(bytes).devices, devices, `seed ${seed}`);
    assertEquals(bytes.length, manifestSizeBytes({ devices }));
  }
});

Deno.test("manifestSizeBytes() counts the reserved entry when there are no devices", () => {
  assertEquals(manifestSizeBytes({ devices: [] }), 112);
});

Deno.test("isDeviceName() takes what a flag can name when it is 1 to 67 long", () => {
  for (const name of ["a", "0", "Z9", "x".repeat(67)]) assert(isDeviceName(name), name);
  for (const name of ["", "x".repeat(68), "a b", "a-b", "a_b", "é", "a\n", "a\0"]) {
    assert(!isDeviceName(name), JSON.stringify(name));
  }
});
