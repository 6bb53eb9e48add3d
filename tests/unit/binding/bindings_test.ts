import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { bind } from "../../../src/binding/bindings.ts";
import { parseRunArguments } from "../../../src/binding/flags.ts";
import { EXPECTED } from "../../../src/binding/values.ts";
import { OperatorError } from "../../../src/errors.ts";
import { type Image, readImage } from "../../../src/image/image.ts";
import { sourceFromBytes } from "../../../src/image/source.ts";
import { buildImage, type Devices } from "../../support/elf_builder.ts";

const MEBIBYTE = 1024 * 1024;

/** Two of each type; positions are 0 and 1 among each. */
const FOUR: Devices = [
  ["service0", "NET_BASIC"],
  ["storage", "BLOCK_BASIC"],
  ["0", "NET_BASIC"],
  ["log", "BLOCK_BASIC"],
];

function image(devices: Devices): Image {
  return readImage(sourceFromBytes("app.elf", buildImage({ devices })));
}

function bindFlags(devices: Devices, ...flags: string[]) {
  return bind(image(devices), parseRunArguments([...flags, "app.elf"]).request);
}

const NET: Devices = [["service0", "NET_BASIC"]];
const BLOCK: Devices = [["storage", "BLOCK_BASIC"]];

Deno.test("bind() returns every device in the manifest's order when all are bound", () => {
  const { devices, memoryBytes, commandLine, warnings } = bindFlags(
    FOUR,
    "--block:log=log.img,ro",
    "--block-sector-size:log=4096",
    "--net:0=@7",
    "--net-mac:service0=02:00:00:00:00:01",
    "--block:storage=disk.img,sync=write",
    "--net:service0=tap0",
  );
  const mac = Uint8Array.of(2, 0, 0, 0, 0, 1);
  assertEquals(devices, [
    { type: "NET_BASIC", name: "service0", handle: 1, tap: { interface: "tap0" }, mac },
    {
      type: "BLOCK_BASIC",
      name: "storage",
      handle: 2,
      file: { path: "disk.img" },
      readOnly: false,
      sync: "write",
      sectorSizeBytes: 512,
      whenLocked: "refuse",
    },
    { type: "NET_BASIC", name: "0", handle: 3, tap: { descriptor: 7 } },
    {
      type: "BLOCK_BASIC",
      name: "log",
      handle: 4,
      file: { path: "log.img" },
      readOnly: true,
      sync: "none",
      sectorSizeBytes: 4096,
      whenLocked: "refuse",
    },
  ]);
  assertEquals(memoryBytes, 512 * MEBIBYTE);
  assertEquals(commandLine, "");
  assertEquals(warnings, []);
});

Deno.test("bind() gives rates to devices and console when they are given", () => {
  const { devices, consoleRate, console, ringBytes } = bindFlags(
    FOUR,
    ...["--net:0=tap0", "--net:service0=tap1", "--block:0=a", "--block:1=b"],
    "--net-rate:0=5pps",
    "--block-rate:log=1MB",
    "--console-rate=1kB",
    "--console=raw",
  );
  const burst = { burstMilliseconds: 1000 };
  assertEquals(devices.map(({ name, rate }) => [name, rate]), [
    ["service0", undefined],
    ["storage", undefined],
    ["0", { operationsPerSecond: 5, ...burst }],
    ["log", { bytesPerSecond: 1_000_000, ...burst }],
  ]);
  assertEquals(consoleRate, { bytesPerSecond: 1000, ...burst });
  assertEquals([console, ringBytes], ["raw", 0]);
});

Deno.test("bind() takes positions for devices when no name is meant", () => {
  const { devices } = bindFlags(
    [["a", "NET_BASIC"], ["b", "BLOCK_BASIC"], ["c", "NET_BASIC"]],
    "--net:0=tap0",
    "--net:1=tap1",
    "--net-mac:1=02:00:00:00:00:01",
    "--block:0=disk.img",
  );
  assertEquals(devices.map(({ name }) => name), ["a", "b", "c"]);
  assert("tap" in devices[2]! && "mac" in devices[2]);
  assertEquals(devices[2].tap, { interface: "tap1" });
});

Deno.test("bind() takes a name for a device when a position is the same text", () => {
  const { devices } = bindFlags(
    [["1", "NET_BASIC"], ["0", "NET_BASIC"]],
    "--net:0=zero",
    "--net:1=one",
  );
  assertEquals(devices.map((each) => "tap" in each && each.tap), [
    { interface: "one" },
    { interface: "zero" },
  ]);
});

Deno.test("bind() joins what both spellings say when they say different things", () => {
  const { devices } = bindFlags(
    NET,
    "--net:service0=tap0",
    "--net-mac:0=02:00:00:00:00:01",
  );
  assert("mac" in devices[0]!);
  assertEquals(devices[0].mac, Uint8Array.of(2, 0, 0, 0, 0, 1));
});

Deno.test("bind() tells devices of one name apart when their types differ", () => {
  const { devices } = bindFlags(
    [["a", "NET_BASIC"], ["a", "BLOCK_BASIC"]],
    "--block:a=disk.img",
    "--net:a=tap0",
  );
  assertEquals(devices.map(({ type }) => type), ["NET_BASIC", "BLOCK_BASIC"]);
});

const NET_UNBOUND = 'network device "service0" is not bound (add --net:service0=TAP)';
const BLOCK_UNBOUND = 'block device "storage" is not bound (add --block:storage=PATH)';

const REFUSED: readonly (readonly [string, Devices, string[], string[]])[] = [
  ["a network device has nothing", NET, [], [NET_UNBOUND]],
  ["a network device has only an address", NET, ["--net-mac:0=02:00:00:00:00:01"], [
    NET_UNBOUND,
  ]],
  ["a block device has nothing", BLOCK, [], [BLOCK_UNBOUND]],
  ["a block device has only a sector size", BLOCK, ["--block-sector-size:0=512"], [
    BLOCK_UNBOUND,
  ]],
  ["a network device has only a rate", NET, ["--net-rate:0=1MB"], [NET_UNBOUND]],
  ["a block device has only a rate", BLOCK, ["--block-rate:0=1MB"], [BLOCK_UNBOUND]],
  ["a rate's device is unknown", [], ["--net-rate:eth0=1MB", "--block-rate:disk=1MB"], [
    "--net-rate:eth0 names no network device of the manifest (drop it)",
    "--block-rate:disk names no block device of the manifest (drop it)",
  ]],
  ["a rate's device is of the other type", BLOCK, [
    "--block:0=x",
    "--net-rate:storage=1MB",
  ], [
    "--net-rate:storage names a block device (write --block:storage=PATH)",
  ]],
  ["both spellings give a rate", BLOCK, [
    "--block:0=x",
    "--block-rate:0=1MB",
    "--block-rate:storage=5iops",
  ], [
    '--block-rate:0 and --block-rate:storage both speak of "storage" (drop one)',
  ]],
  ["a name is unknown", [], ["--net:eth0=tap0", "--block:disk=x"], [
    "--net:eth0 names no network device of the manifest (drop it)",
    "--block:disk names no block device of the manifest (drop it)",
  ]],
  ["a position is none", NET, ["--net:0=tap0", "--net:1=tap1", "--net:00=tap2"], [
    "--net:1 names no network device of the manifest (drop it)",
    "--net:00 names no network device of the manifest (drop it)",
  ]],
  ["a name differs in case", NET, ["--net:0=tap0", "--net-mac:Service0=2:0:0:0:0:1"], [
    "--net-mac:Service0 names no network device of the manifest (drop it)",
  ]],
  ["a device is of the other type", BLOCK, ["--block:0=x", "--net:storage=tap0"], [
    "--net:storage names a block device (write --block:storage=PATH)",
  ]],
  ["a network device is given a file", NET, ["--block:service0=x"], [
    "--block:service0 names a network device (write --net:service0=TAP)",
    NET_UNBOUND,
  ]],
  ["both spellings give a tap", NET, ["--net:service0=tap0", "--net:0=tap1"], [
    '--net:service0 and --net:0 both speak of "service0" (drop one)',
  ]],
  ["both spellings give the same", BLOCK, ["--block:storage=x", "--block:0=x"], [
    '--block:storage and --block:0 both speak of "storage" (drop one)',
  ]],
  ["both spellings give a sector size", BLOCK, [
    "--block:0=x",
    "--block-sector-size:0=512",
    "--block-sector-size:storage=512",
  ], [
    '--block-sector-size:0 and --block-sector-size:storage both speak of "storage" (drop one)',
  ]],
  ["two devices share a tap", [...NET, ["b", "NET_BASIC"]], ["--net:0=t", "--net:b=t"], [
    't is given to both "service0" and "b" (give each a tap of its own)',
  ]],
  ["two devices share a descriptor", [...NET, ["b", "NET_BASIC"]], [
    "--net:0=@9",
    "--net:1=@9",
  ], [
    '@9 is given to both "service0" and "b" (give each a descriptor of its own)',
  ]],
  ["a disk is a network's descriptor", [...NET, ...BLOCK], [
    "--net:0=@9",
    "--block:0=@9,ro",
  ], [
    '@9 is given to both "service0" and "storage" (give each a descriptor of its own)',
  ]],
  ["two disks share a descriptor", [...BLOCK, ["log", "BLOCK_BASIC"]], [
    "--block:0=@9,ro",
    "--block:1=@9,ro",
  ], [
    '@9 is given to both "storage" and "log" (give each a descriptor of its own)',
  ]],
  ["a disk is only read, and synced", BLOCK, ["--block:storage=x,ro,sync=end"], [
    '"storage" is bound with both ,ro and ,sync=end (drop one: what cannot be written needs no sync)',
  ]],
  ["a disk is a standard stream", BLOCK, ["--block:storage=@2"], [
    `--block:storage=@2 has a bad value (give ${EXPECTED.block})`,
  ]],
  ["its flag has a bad value", NET, ["--net:service0=@0"], [
    `--net:service0=@0 has a bad value (give ${EXPECTED.tap})`,
  ]],
  ["only its address has a bad value", NET, ["--net-mac:service0=x"], [
    "--net-mac:service0=x has a bad value (give six hexadecimal bytes such as 02:00:00:00:00:01, not zero and not a group's)",
    NET_UNBOUND,
  ]],
  ["only its sector size has a bad value", BLOCK, ["--block-sector-size:storage=1"], [
    "--block-sector-size:storage=1 has a bad value (give a power of two from 512 to 32768)",
    BLOCK_UNBOUND,
  ]],
  ["an unknown device has a bad value", [], ["--block:disk="], [
    `--block:disk= has a bad value (give ${EXPECTED.block})`,
    "--block:disk names no block device of the manifest (drop it)",
  ]],
  ["everything is wrong", FOUR, ["--mem=1", "--block:service0=x", "--net:0=", "-x"], [
    "--mem=1 has a bad value (give whole MiB from 2 to 4096)",
    `--net:0= has a bad value (give ${EXPECTED.tap})`,
    "-x is no flag (drop it, or write -- before the guest's arguments)",
    "--block:service0 names a network device (write --net:service0=TAP)",
    NET_UNBOUND,
    BLOCK_UNBOUND,
    'block device "log" is not bound (add --block:log=PATH)',
  ]],
];

function describe(devices: Devices): string {
  const flags = devices.map(([name, type]) =>
    `${type === "NET_BASIC" ? "--net" : "--block"}:${name}`
  );
  return flags.length === 0
    ? "its manifest declares no devices"
    : `its manifest declares ${flags.join(" ")}`;
}

for (const [name, devices, flags, problems] of REFUSED) {
  Deno.test(`bind() says everything in one sentence when ${name}`, () => {
    const { message } = assertThrows(() => bindFlags(devices, ...flags), OperatorError);
    assertEquals(
      message,
      `app.elf: cannot be run with these flags: ${problems.join("; ")}; ${
        describe(devices)
      }`,
    );
  });
}

Deno.test("bind() lists eight devices when the manifest has more", () => {
  const devices = Array.from({ length: 63 }, (_, at) => [`n${at}`, "NET_BASIC"] as const);
  const { message } = assertThrows(() => bindFlags(devices), OperatorError);
  assert(message.endsWith("--net:n6 --net:n7 and 55 more"), message);
});

Deno.test("bind() shows control characters as \\xNN when a flag has them", () => {
  const flags = ["--net:a\n\x1b[2J=tap0", "--mem=\x07", "-\x7f\u009b\u2028"];
  const { message } = assertThrows(() => bindFlags([], ...flags), OperatorError);
  assertStringIncludes(message, "--net:a\\x0a\\x1b[2J names no network device");
  assertStringIncludes(message, "--mem=\\x07 has a bad value");
  assertStringIncludes(message, "-\\x7f\\x9b");
  // deno-lint-ignore no-control-regex -- the terminal's are what is looked for
  assert(!/[\x00-\x1f\x7f-\x9f\u2028\u2029]/.test(message), message);
});
