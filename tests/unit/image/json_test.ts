import { assert, assertEquals, assertThrows } from "@std/assert";
import { OperatorError } from "../../../src/errors.ts";
import { manifestFromJson } from "../../../src/image/json.ts";

const FILE = "manifest.json";

function manifest(devices: unknown, changes: Record<string, unknown> = {}): string {
  return JSON.stringify({ type: "solo5.manifest", version: 1, devices, ...changes });
}

Deno.test("manifestFromJson() returns devices with their handles when there are some", () => {
  const text = manifest([
    { name: "service0", type: "NET_BASIC" },
    { type: "BLOCK_BASIC", name: "service0" },
  ]);
  assertEquals(manifestFromJson(FILE, text).devices, [
    { handle: 1, name: "service0", type: "NET_BASIC" },
    { handle: 2, name: "service0", type: "BLOCK_BASIC" },
  ]);
});

Deno.test("manifestFromJson() returns no devices when the list is empty", () => {
  assertEquals(manifestFromJson(FILE, manifest([])).devices, []);
});

Deno.test("manifestFromJson() takes 63 devices when that many are listed", () => {
  assertEquals(manifestFromJson(FILE, manifest(many(63))).devices.length, 63);
});

function many(count: number): unknown[] {
  return Array.from(
    { length: count },
    (_, at) => ({ name: `d${at}`, type: "NET_BASIC" }),
  );
}

const net = (changes: Record<string, unknown>) => [
  { name: "a", type: "NET_BASIC", ...changes },
];
const NAME = "write 1 to 67 letters and digits";
const KNOWN = "is not a device type (NET_BASIC, BLOCK_BASIC); write one of these";

const REFUSED: readonly (readonly [name: string, text: string, sentence: string])[] = [
  ["a list", "[]", "(root): is not an object; write { … }"],
  ["null", "null", "(root): is not an object; write { … }"],
  [
    "without a version",
    '{"type":"solo5.manifest","devices":[]}',
    "(root): no version; write its version",
  ],
  [
    "with a key too many",
    manifest([], { device: [] }),
    '(root): unknown key "device"; write type, version, devices',
  ],
  [
    "with an inherited name as key",
    '{"type":"solo5.manifest","version":1,"devices":[],"__proto__":{}}',
    '(root): unknown key "__proto__"; write type, version, devices',
  ],
  [
    "of another type",
    manifest([], { type: "x" }),
    'type: "x"; write "solo5.manifest"',
  ],
  ["of version 2", manifest([], { version: 2 }), "version: 2; write 1"],
  ["of a version in quotes", manifest([], { version: "1" }), 'version: "1"; write 1'],
  ["without a list", manifest({}), "devices: is not a list; write a list"],
  [
    "of 64 devices",
    manifest(many(64)),
    "devices: too many entries, maximum 63; write at most 63",
  ],
  [
    "of a string",
    manifest(["a"]),
    "devices[0]: is not an object; write { … }",
  ],
  [
    "of a device without a name",
    manifest([{ type: "NET_BASIC" }]),
    "devices[0]: no name; write its name",
  ],
  [
    "of a device with a key too many",
    manifest(net({ mac: 1 })),
    'devices[0]: unknown key "mac"; write name, type',
  ],
  [
    "of a device with an empty name",
    manifest(net({ name: "" })),
    `devices[0].name: "" is not a device name; ${NAME}`,
  ],
  [
    "of a device with a name of 68 letters",
    manifest(net({ name: "x".repeat(68) })),
    `devices[0].name: "${"x".repeat(68)}" is not a device name; ${NAME}`,
  ],
  [
    "of a device with a number as name",
    manifest(net({ name: 1 })),
    `devices[0].name: 1 is not a device name; ${NAME}`,
  ],
  [
    "of a device of an unknown type",
    manifest(net({ type: "NET" })),
    `devices[0].type: "NET" ${KNOWN}`,
  ],
  [
    "of a device of an inherited name's type",
    manifest(net({ type: "toString" })),
    `devices[0].type: "toString" ${KNOWN}`,
  ],
  [
    "of a device with a number as type",
    manifest(net({ type: 2 })),
    `devices[0].type: 2 ${KNOWN}`,
  ],
  [
    "of two devices of a name and type",
    manifest([...net({}), ...net({})]),
    'devices[1].name: "a" is taken; write a name of its own',
  ],
];

for (const [name, text, sentence] of REFUSED) {
  Deno.test(`manifestFromJson() says where and what when the text is ${name}`, () => {
    const { message } = assertThrows(() => manifestFromJson(FILE, text), OperatorError);
    assertEquals(message, `${FILE}: ${sentence}`);
  });
}

for (const text of ["", "{", "{\n'a'\n}", "[1,]"]) {
  Deno.test(`manifestFromJson() says so in one line when ${JSON.stringify(text)} is no JSON`, () => {
    const { message } = assertThrows(() => manifestFromJson(FILE, text), OperatorError);
    assert(message.startsWith(`${FILE}: JSON: `), message);
    assert(message.endsWith("; write valid JSON"), message);
    assert(!message.includes("\n"), message);
  });
}
