import { assertEquals, assertThrows } from "@std/assert";
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
    'type: is "x"; write "solo5.manifest"',
  ],
  ["of version 2", manifest([], { version: 2 }), "version: is 2; write 1"],
  ["of a version in quotes", manifest([], { version: "1" }), 'version: is "1"; write 1'],
  [
    "of a version with a point",
    '{"type":"solo5.manifest","version":1.0,"devices":[]}',
    "version: is 1.0; write 1",
  ],
  [
    "of an object as version",
    manifest([], { version: {} }),
    "version: is an object; write 1",
  ],
  [
    "of a list as type",
    manifest([], { type: [] }),
    'type: is a list; write "solo5.manifest"',
  ],
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
    "of a device of a type that would be code",
    manifest(net({ type: 'NET_BASIC }, { .name = "b"' })),
    `devices[0].type: "NET_BASIC }, { .name = \\"b\\"" ${KNOWN}`,
  ],
  [
    "of a device with a NUL in its name",
    manifest(net({ name: "a\0b" })),
    `devices[0].name: "a\\u0000b" is not a device name; ${NAME}`,
  ],
  [
    "of a device with a long name",
    manifest(net({ name: "x".repeat(1000) })),
    `devices[0].name: "${"x".repeat(80)}…" is not a device name; ${NAME}`,
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
    assertEquals(message, `${FILE}:1: ${sentence}`);
  });
}

Deno.test("manifestFromJson() names the field's line when the text has several", () => {
  const text = `{
  "type": "solo5.manifest",
  "version": 1,
  "devices": [
    { "name": "a", "type": "NET_BASIC" },
    { "name": "b", "type": "BLOCK_BASIC" },
    { "name": "c",
      "type": "NET_ADVANCED" }
  ]
}
`;
  const { message } = assertThrows(() => manifestFromJson(FILE, text), OperatorError);
  const words = '"NET_ADVANCED" is not a device type (NET_BASIC, BLOCK_BASIC)';
  assertEquals(message, `${FILE}:8: devices[2].type: ${words}; write one of these`);
});

Deno.test("manifestFromJson() takes the last one when a key comes twice", () => {
  const devices = '[{"name":"a","name":"b","type":"x","type":"NET_BASIC"}]';
  const text = `{"type":"x","type":"solo5.manifest","version":2,"version":1,
    "devices":[1],"devices":${devices}}`;
  assertEquals(manifestFromJson(FILE, text).devices, [
    { handle: 1, name: "b", type: "NET_BASIC" },
  ]);
});

Deno.test("manifestFromJson() reads Solo5's dialect only when it is asked to", () => {
  const text = `{"type": "solo5.manifest" "version": 1,
    "devices": [{"name": "a", "type": "NET_BASIC",},, ],} what follows`;
  assertThrows(() => manifestFromJson(FILE, text), OperatorError);
  assertEquals(manifestFromJson(FILE, text, "solo5").devices, [
    { handle: 1, name: "a", type: "NET_BASIC" },
  ]);
});
