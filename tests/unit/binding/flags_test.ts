import { assert, assertEquals } from "@std/assert";
import { parseRunArguments } from "../../../src/binding/flags.ts";
import { EXPECTED_CONSOLE, EXPECTED_RATE } from "../../../src/binding/limits.ts";
import { RUN_FLAGS } from "../../../src/binding/run_flags.ts";
import { EXPECTED } from "../../../src/binding/values.ts";

function parse(...args: string[]) {
  return parseRunArguments(args);
}

function problems(...args: string[]) {
  return parse(...args, "app.elf").request.problems;
}

Deno.test("parseRunArguments() returns every value when all flags are given", () => {
  const { image, request, traces, help } = parse(
    "--mem=64",
    "--net:service0=tap0",
    "--net-mac:service0=02:00:00:00:00:01",
    "--net:1=@9",
    "--block:storage=a=b:c.img,ro",
    "--block-sector-size:storage=4096",
    "--net-rate:1=8kbit,5pps",
    "--block-rate:storage=1MB,burst=50ms",
    "--console-rate=10kB",
    "--console=visible",
    "--dumpcore=a b/\udcff",
    "--gdb=1234",
    "--trace=modules",
    "app.elf",
    "hello",
  );
  assertEquals(image, "app.elf");
  assertEquals(request, {
    memoryMebibytes: 64,
    net: [
      { device: "service0", tap: { interface: "tap0" } },
      { device: "service0", mac: Uint8Array.of(2, 0, 0, 0, 0, 1) },
      { device: "1", tap: { descriptor: 9 } },
      {
        device: "1",
        netRate: {
          bytesPerSecond: 1000,
          operationsPerSecond: 5,
          burstMilliseconds: 1000,
        },
      },
    ],
    block: [
      { device: "storage", file: { path: "a=b:c.img", readOnly: true } },
      { device: "storage", sectorSizeBytes: 4096 },
      {
        device: "storage",
        blockRate: { bytesPerSecond: 1_000_000, burstMilliseconds: 50 },
      },
    ],
    console: "visible",
    consoleRate: { bytesPerSecond: 10_000, burstMilliseconds: 1000 },
    // The debugger first, whatever their order.
    watches: [
      { name: "gdb", endpoint: { port: 1234 } },
      { name: "dumpcore", directory: "a b/\udcff" },
    ],
    arguments: ["hello"],
    problems: [],
  });
  assertEquals([...traces], ["modules"]);
  assertEquals(help, false);
});

Deno.test("parseRunArguments() keeps descriptors apart when they are given by name", () => {
  const { request, named } = parse(
    "--net:service=@listen:tap",
    "--block:storage=@listen:disk,ro",
    "--block:log=@4,sync=end",
    "app.elf",
  );
  assertEquals(named, [
    { type: "NET_BASIC", device: "service", listen: "tap" },
    { type: "BLOCK_BASIC", device: "storage", listen: "disk", readOnly: true },
  ]);
  const file = { descriptor: 4, readOnly: false, sync: "end" } as const;
  assertEquals(request.block, [{ device: "log", file }]);
  assertEquals([request.net, request.problems], [[], []]);
});

Deno.test("parseRunArguments() returns nothing when there are no arguments", () => {
  const { image, request, traces, help } = parse();
  assertEquals(image, undefined);
  assertEquals(request, { net: [], block: [], arguments: [], problems: [] });
  assertEquals(traces.size, 0);
  assertEquals(help, false);
});

Deno.test("parseRunArguments() returns help when it is asked for", () => {
  assertEquals(parse("--help").help, true);
  assertEquals(parse("--help", "app.elf").image, "app.elf");
  assertEquals(parse("app.elf", "--help").help, true);
  assertEquals(parse("app.elf", "a", "--help").help, false);
  assertEquals(parse("app.elf", "--", "--help").help, false);
  assertEquals(parse("--", "app.elf", "--help").help, false);
});

const SPLITS: readonly (readonly [string[], string | undefined, string[]])[] = [
  [["app.elf"], "app.elf", []],
  [["app.elf", "--mem=4", "--", "-x", "--"], "app.elf", ["-x", "--"]],
  [["app.elf", "--mem=4", "a", "--mem=8", "-x", "--"], "app.elf", [
    "a",
    "--mem=8",
    "-x",
    "--",
  ]],
  [["--mem=4", "app.elf", "a"], "app.elf", ["a"]],
  [["app.elf", "--solo5:quiet", "--mem=4"], "app.elf", ["--solo5:quiet", "--mem=4"]],
  [["--", "app.elf", "--mem=4", "--"], "app.elf", ["--mem=4", "--"]],
  [["--", "app.elf"], "app.elf", []],
  [["--", "-app.elf", "a"], "-app.elf", ["a"]],
  [["--", "--", "x"], "--", ["x"]],
  [["--mem=4", "--", "--mem=8", "a"], "--mem=8", ["a"]],
  [["app.elf", "--", "a"], "app.elf", ["a"]],
  [["app.elf", "--", "--", "a"], "app.elf", ["--", "a"]],
  [["", "a"], "", ["a"]],
  [["app.elf", "", "a", ""], "app.elf", ["", "a", ""]],
  [["--"], undefined, []],
  [["--mem=4"], undefined, []],
];

for (const [args, image, rest] of SPLITS) {
  Deno.test(`parseRunArguments() splits image and guest's arguments when they are ${JSON.stringify(args)}`, () => {
    const parsed = parse(...args);
    assertEquals(parsed.image, image);
    assertEquals(parsed.request.arguments, rest);
    assertEquals(parsed.request.problems, []);
  });
}

const UNKNOWN = (flag: string) =>
  `${flag} is no flag (drop it, or write -- before the guest's arguments)`;

for (
  const flag of ["-", "-H", "---", "--memory=4", "--Mem=4", "--ne:a=b", "-=x", "-:a=b"]
) {
  Deno.test(`parseRunArguments() says that there is no such flag when it is ${flag}`, () => {
    assertEquals(problems(flag), [UNKNOWN(flag)]);
  });
}

const MALFORMED: readonly (readonly [flag: string, spelling: string])[] = [
  ["--net", "--net:DEVICE=TAP"],
  ["--net=tap0", "--net:DEVICE=TAP"],
  ["--net:service0", "--net:DEVICE=TAP"],
  ["--net:=tap0", "--net:DEVICE=TAP"],
  ["--net:", "--net:DEVICE=TAP"],
  ["--net-mac:service0", "--net-mac:DEVICE=MAC"],
  ["--block:disk", "--block:DEVICE=PATH[,ro][,sync=MODE]"],
  ["--block-sector-size=512", "--block-sector-size:DEVICE=BYTES"],
  ["--net-rate=1MB", "--net-rate:DEVICE=RATE"],
  ["--block-rate:disk", "--block-rate:DEVICE=RATE"],
  ["--console-rate:disk=1MB", "--console-rate=RATE"],
  ["--console", "--console=raw|visible"],
  ["--mem", "--mem=MIB"],
  ["--mem:16", "--mem=MIB"],
  ["--mem:a=16", "--mem=MIB"],
  ["--help=x", "--help"],
  ["--help:x", "--help"],
  ["--help=", "--help"],
  ["--dumpcore", "--dumpcore=DIR"],
  ["--trace", "--trace=modules|sandbox"],
  ["-h=x", "--help"],
];

for (const [flag, spelling] of MALFORMED) {
  Deno.test(`parseRunArguments() shows the spelling when a flag is ${flag}`, () => {
    assertEquals(problems(flag), [`${flag} is malformed (write ${spelling})`]);
  });
}

const BAD_VALUES: readonly (readonly [flag: string, expected: string])[] = [
  ["--mem=", EXPECTED.memory],
  ["--mem=1", EXPECTED.memory],
  ["--mem=16M", EXPECTED.memory],
  ["--net:service0=", EXPECTED.tap],
  ["--net:service0=@1", EXPECTED.tap],
  ["--net-mac:service0=01:00:00:00:00:00", EXPECTED.mac],
  ["--block:disk=", EXPECTED.block],
  ["--block:disk=,ro", EXPECTED.block],
  ["--block:disk=x,sync=all", EXPECTED.block],
  ["--block-sector-size:disk=500", EXPECTED.sectorSize],
  ["--net-rate:service0=5iops", EXPECTED_RATE.net],
  ["--block-rate:disk=5pps", EXPECTED_RATE.block],
  ["--console-rate=", EXPECTED_RATE.console],
  ["--console=", EXPECTED_CONSOLE],
  ["--console=auto", EXPECTED_CONSOLE],
  ["--dumpcore=", EXPECTED.directory],
  ["--trace=", "modules or sandbox"],
  ["--trace=symbols", "modules or sandbox"],
];

for (const [flag, expected] of BAD_VALUES) {
  Deno.test(`parseRunArguments() says what to give when a flag is ${flag}`, () => {
    assertEquals(problems(flag), [`${flag} has a bad value (give ${expected})`]);
  });
}

const DOUBLED: readonly (readonly [first: string, second: string, key: string])[] = [
  ["--mem=4", "--mem=4", "--mem"],
  ["--net:a=tap0", "--net:a=tap1", "--net:a"],
  ["--net-mac:a=02:00:00:00:00:01", "--net-mac:a=02:00:00:00:00:02", "--net-mac:a"],
  ["--block:a=x", "--block:a=y", "--block:a"],
  ["--block-sector-size:a=512", "--block-sector-size:a=1024", "--block-sector-size:a"],
  ["--net-rate:a=1MB", "--net-rate:a=5pps", "--net-rate:a"],
  ["--block-rate:a=1MB", "--block-rate:a=5iops", "--block-rate:a"],
  ["--console-rate=1MB", "--console-rate=1MB", "--console-rate"],
  ["--console=raw", "--console=visible", "--console"],
  ["--help", "--help", "--help"],
  ["--trace=modules", "--trace=modules", "--trace"],
];

for (const [first, second, key] of DOUBLED) {
  Deno.test(`parseRunArguments() says so when ${key} is given twice`, () => {
    assertEquals(problems(first, second), [
      `${second} is a second ${key} (drop one)`,
    ]);
  });
}

Deno.test("parseRunArguments() keeps the first value when a flag is given twice", () => {
  assertEquals(parse("--mem=4", "--mem=8").request.memoryMebibytes, 4);
});

Deno.test("parseRunArguments() takes a flag twice when it speaks of two devices", () => {
  assertEquals(problems("--net:a=tap0", "--net:b=tap1", "--block:a=x"), []);
});

Deno.test("parseRunArguments() returns every problem in order when there are many", () => {
  const { image, request } = parse("--x", "--mem", "--mem=1", "--net:a=@2", "app.elf");
  assertEquals(image, "app.elf");
  assertEquals(request.problems, [
    UNKNOWN("--x"),
    "--mem is malformed (write --mem=MIB)",
    `--mem=1 has a bad value (give ${EXPECTED.memory})`,
    `--net:a=@2 has a bad value (give ${EXPECTED.tap})`,
  ]);
});

Deno.test("parseRunArguments() never throws when arguments hold any characters", () => {
  for (
    const text of ["-\n", "-\0=\n:", "--net:\u2028=\n\n", "--mem=\ud800", "-:", "-="]
  ) {
    assertEquals(problems(text)?.length, 1, JSON.stringify(text));
  }
});

Deno.test("RUN_FLAGS has a flag and its help once when it is listed", () => {
  const names = RUN_FLAGS.map(({ name }) => name);
  assertEquals(new Set(names).size, names.length);
  assert(RUN_FLAGS.every(({ help, expected }) => help !== "" && expected !== ""));
});

Deno.test("parseRunArguments() takes flags when they stand behind the image", () => {
  const { request, image } = parse("app.elf", "--net:0=tap0", "--mem=4");
  assertEquals(image, "app.elf");
  assertEquals(request.net, [{ device: "0", tap: { interface: "tap0" } }]);
  assertEquals([request.memoryMebibytes, request.problems], [4, []]);
});

Deno.test("parseRunArguments() refuses what looks like a flag when it is none behind the image", () => {
  const { request } = parse("app.elf", "--nett:0=tap0", "a");
  assertEquals(request.problems, [
    "--nett:0=tap0 is no flag (drop it, or write -- before the guest's arguments)",
  ]);
  assertEquals(request.arguments, ["a"]);
});
