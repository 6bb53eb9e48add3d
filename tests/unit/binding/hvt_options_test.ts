import { assert, assertEquals } from "@std/assert";
import { parseHvtCommand } from "../../../src/binding/hvt_command.ts";
import {
  type HvtRefusal,
  type HvtRequest,
  readHvtOptions,
} from "../../../src/binding/hvt_options.ts";
import type { ManifestDevice } from "../../../src/image/manifest.ts";

const DEVICES: readonly ManifestDevice[] = [
  { handle: 1, name: "service", type: "NET_BASIC" },
  { handle: 2, name: "storage", type: "BLOCK_BASIC" },
  { handle: 3, name: "0", type: "BLOCK_BASIC" },
];
const ALL = ["--net:service=tap0", "--block:storage=a.img", "--block:0=b.img"];

function read(
  options: readonly string[],
  args: readonly string[] = [],
  debug = false,
): HvtRequest | HvtRefusal {
  const command = parseHvtCommand([...options, "k", ...args]);
  assert(command.kind === "run");
  return readHvtOptions(command, DEVICES, debug);
}

function request(
  options: readonly string[],
  args: readonly string[] = [],
  debug = false,
): HvtRequest {
  const result = read(options, args, debug);
  assert("request" in result, JSON.stringify(result));
  return result;
}

Deno.test("readHvtOptions() makes a request when everything is attached", () => {
  const result = request([...ALL, "--mem=64"], ["a", "", "b"]);
  assertEquals(result, {
    request: {
      memoryMebibytes: 64,
      net: [{ device: "service", tap: { interface: "tap0" } }],
      block: [
        { device: "storage", file: { path: "a.img" } },
        { device: "0", file: { path: "b.img" } },
      ],
      watches: [],
      console: "raw",
      arguments: ["a", "", "b"],
      lenient: true,
    },
    warnings: [],
  });
});

Deno.test("readHvtOptions() takes the last when options are repeated", () => {
  const { net, block, memoryMebibytes } = request([
    ...ALL,
    "--net-mac:service=2:0:0:0:0:1",
    "--block-sector-size:storage=4096",
    "--mem=16",
    "--net:service=tap9",
    "--block:storage=other.img",
    "--net-mac:service=2:0:0:0:0:2",
    "--block-sector-size:storage=512",
    "--mem=32",
  ]).request;
  assertEquals(memoryMebibytes, 32);
  assertEquals(net, [
    { device: "service", tap: { interface: "tap9" } },
    { device: "service", mac: Uint8Array.of(2, 0, 0, 0, 0, 2) },
  ]);
  assertEquals(block, [
    { device: "storage", file: { path: "other.img" } },
    { device: "0", file: { path: "b.img" } },
    { device: "storage", sectorSizeBytes: 512 },
  ]);
});

Deno.test("readHvtOptions() takes a block's value wholly as a path", () => {
  for (const path of ["a b.img", "x,ro", "@5", "a=b", " ", "/a:b"]) {
    const { block } = request([...ALL, `--block:storage=${path}`]).request;
    assertEquals(block?.[0], { device: "storage", file: { path } });
  }
});

Deno.test("readHvtOptions() gives a random MAC when zero is given", () => {
  const { net } = request([...ALL, "--net-mac:service=0:0:0:0:0:0"]).request;
  assertEquals(net?.length, 1);
});

for (
  const [value, tap] of [
    ["tap0 junk", { interface: "tap0" }],
    ["@9", { descriptor: 9 }],
    ["a:b", undefined],
    ["abcdefghijklmno", { interface: "abcdefghijklmno" }],
  ] as const
) {
  Deno.test(`readHvtOptions() reads --net:service=${value}`, () => {
    const result = read([...ALL, `--net:service=${value}`]);
    if (tap === undefined) assert("lines" in result);
    else {assertEquals((result as HvtRequest).request.net?.[0], {
        device: "service",
        tap,
      });}
  });
}

/** Options that are refused as unknown ones are, with what is said before. */
const INVALID: readonly (readonly [option: string, before?: string])[] = [
  ["-h"],
  ["-"],
  ["--helpx"],
  ["--version=1"],
  ["--memory=16"],
  ["--mem"],
  ["--mem:x=16"],
  ["--gdb"],
  ["--gdb-port=1"],
  ["--dumpcore=/tmp"],
  ["--trace=modules"],
  ["--block:storage="],
  ["--block:storage"],
  ["--block:=img"],
  ["--block:sto-rage=img"],
  ["--block=img"],
  [`--block:${"a".repeat(68)}=img`],
  ["--net:service="],
  ["--net-mac:service=2:0:0:0:0"],
  ["--block-sector-size:storage="],
  ["--block-sector-size:storage=abc"],
  ["--block:foo=img", "Resource not declared in manifest: 'foo'"],
  ["--block:service=img", "Resource not declared in manifest: 'service'"],
  // A name is a name, never a position.
  ["--net:0=tap0", "Resource not declared in manifest: '0'"],
  ["--net-mac:storage=2:0:0:0:0:1", "Resource not declared in manifest: 'storage'"],
  ["--block-sector-size:foo=512", "Resource not declared in manifest: 'foo'"],
  [
    "--block-sector-size:foo=521",
    "Block size must be a multiple of 2 greater than or equal 512",
  ],
  ["--net:service=@", "Could not attach interface: @: Invalid argument"],
  ["--net:service=@x", "Could not attach interface: @x: Invalid argument"],
  ["--net:service=@3x", "Could not attach interface: @3x: Invalid argument"],
  ["--net:service=@-1", "Could not attach interface: @-1: Numerical result out of range"],
  [
    "--net:service=@99999999999",
    "Could not attach interface: @99999999999: Numerical result out of range",
  ],
  ["--net:service=@1", "Could not attach interface: @1: Bad file descriptor"],
  [
    "--net:service=abcdefghijklmnop",
    "Could not attach interface: abcdefghijklmnop: File name too long",
  ],
];

for (const [option, before] of INVALID) {
  Deno.test(`readHvtOptions() calls ${option.slice(0, 60)} invalid`, () => {
    const line = `Invalid option: \`${option}'`;
    const lines = before === undefined ? [line] : [before, line];
    assertEquals(read([...ALL, option]), { lines, usage: true });
  });
}

Deno.test("readHvtOptions() names the first wrong option when there are two", () => {
  assertEquals(read(["--bogus1", "--bogus2"]), {
    lines: ["Invalid option: `--bogus1'"],
    usage: true,
  });
});

Deno.test("readHvtOptions() lists what is not attached", () => {
  assertEquals(read(["--net-mac:service=2:0:0:0:0:1", "--block:0=x"]), {
    lines: [
      "Device 'service' of type NET_BASIC declared but not attached.",
      "Device 'storage' of type BLOCK_BASIC declared but not attached.",
      "All declared devices must be attached. See --help for syntax.",
    ],
    usage: false,
  });
});

for (const value of ["", "0", "abc", "0x10"]) {
  Deno.test(`readHvtOptions() calls --mem=${value} malformed`, () => {
    const result = read([...ALL, `--mem=${value}`]);
    assert("lines" in result && !result.usage);
    assert(result.lines[0]!.startsWith("Malformed argument to --mem"));
  });
}

Deno.test("readHvtOptions() warns when memory is adjusted", () => {
  const { warnings, request: { memoryMebibytes } } = request([...ALL, "--mem=537"]);
  assertEquals(warnings, ["adjusting memory to 562036736 bytes"]);
  assertEquals(memoryMebibytes, 536);
});

Deno.test("readHvtOptions() refuses memory of more than 4 GiB", () => {
  assertEquals(read([...ALL, "--mem=-1"]), {
    lines: [
      "adjusting memory to 18446744073707454464 bytes",
      "guest memory size 18446744073707454464 bytes exceeds the max size 4294967296 bytes",
    ],
    usage: false,
  });
});

Deno.test("readHvtOptions() counts the guest's command line in bytes", () => {
  assert("request" in read(ALL, ["é".repeat(4095), ""]));
  const result = read(ALL, ["é".repeat(4096)]);
  assert("lines" in result);
  assert(
    result.lines[0]!.startsWith("Guest command line too long (max=8191 characters)"),
  );
});

Deno.test("readHvtOptions() knows the debugging options when it is to", () => {
  const options = [...ALL, "--gdb-port=99", "--dumpcore=/a", "--dumpcore=/b", "--gdb"];
  assertEquals(request(options, [], true).request.watches, [
    { name: "gdb", endpoint: { port: 99 } },
    { name: "dumpcore", directory: "/b" },
  ]);
  assertEquals(request([...ALL, "--gdb-port=99"], [], true).request.watches, []);
  assertEquals(request([...ALL, "--gdb"], [], true).request.watches, [
    { name: "gdb", endpoint: { port: 1234 } },
  ]);
  for (const option of ["--gdb-port=x", "--gdb-port=65536", "--gdb-port=-1"]) {
    const result = read([...ALL, option], [], true);
    assert(
      "lines" in result && result.lines[0]!.startsWith("Malformed argument to --gdb"),
    );
  }
});
