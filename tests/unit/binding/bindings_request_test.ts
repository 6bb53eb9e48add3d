import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { bind, MOST_COMMAND_LINE_BYTES } from "../../../src/binding/bindings.ts";
import { parseRunArguments } from "../../../src/binding/flags.ts";
import type { BindingRequest } from "../../../src/binding/request.ts";
import { ImageError, OperatorError } from "../../../src/errors.ts";
import { readImage } from "../../../src/image/image.ts";
import { sourceFromBytes } from "../../../src/image/source.ts";
import { buildImage, type ImageOptions } from "../../support/elf_builder.ts";

const MEBIBYTE = 1024 * 1024;

/** Binds as a program does that uses the library: without flags. */
function bindRequest(request: BindingRequest, options: ImageOptions = {}) {
  return bind(readImage(sourceFromBytes("app.elf", buildImage(options))), request);
}

for (const mebibytes of [2, 4, 512, 4096]) {
  Deno.test(`bind() gives the memory that is asked for when it is ${mebibytes} MiB`, () => {
    const { memoryBytes, warnings } = bindRequest({ memoryMebibytes: mebibytes });
    assertEquals(memoryBytes, mebibytes * MEBIBYTE);
    assertEquals(warnings, []);
  });
}

for (const [mebibytes, rounded] of [[3, 2], [5, 4], [4095, 4094]] as const) {
  Deno.test(`bind() rounds down with a warning when ${mebibytes} MiB are asked for`, () => {
    const { memoryBytes, warnings } = bindRequest({ memoryMebibytes: mebibytes });
    assertEquals(memoryBytes, rounded * MEBIBYTE);
    assertEquals(warnings, [
      `--mem=${mebibytes}: guest memory comes in steps of 2 MiB; the guest gets ${rounded} MiB`,
    ]);
  });
}

for (const mebibytes of [0, 1, 1.5, 4097, -2, NaN]) {
  Deno.test(`bind() refuses the memory when ${mebibytes} MiB are asked for`, () => {
    assertThrows(
      () => bindRequest({ memoryMebibytes: mebibytes }),
      OperatorError,
      `--mem=${mebibytes} has a bad value (give whole MiB from 2 to 4096)`,
    );
  });
}

Deno.test("bind() checks the rounded memory when the image needs all of it", () => {
  const options = { change: { bss: { memsz: 0x110000 } } };
  const error = assertThrows(
    () => bindRequest({ memoryMebibytes: 3 }, options),
    ImageError,
    "one that fits into the guest's 2 MiB",
  );
  assertStringIncludes(error.message, "--mem=4");
  assertEquals(bindRequest({ memoryMebibytes: 4 }, options).memoryBytes, 4 * MEBIBYTE);
});

Deno.test("bind() says what is wrong with flags first when the image does not fit either", () => {
  const request = { memoryMebibytes: 2, net: [{ device: "x", tap: { interface: "a" } }] };
  assertThrows(
    () => bindRequest(request, { elf: { entry: 0x800000 } }),
    OperatorError,
    "--net:x names no network device",
  );
});

const COMMAND_LINES: readonly (readonly [string[], string])[] = [
  [[], ""],
  [["a"], "a"],
  [["a", "b c", "--d"], "a b c --d"],
  [[""], ""],
  [["", ""], " "],
  [["a", "", "b", ""], "a  b "],
  [["é\n"], "é\n"],
];

for (const [args, expected] of COMMAND_LINES) {
  Deno.test(`bind() joins arguments by single blanks when they are ${JSON.stringify(args)}`, () => {
    const { request } = parseRunArguments(["app.elf", ...args]);
    assertEquals(bindRequest(request).commandLine, expected);
  });
}

const LONGEST: readonly (readonly [string, string[]])[] = [
  ["one argument has 8191 bytes", ["x".repeat(8191)]],
  ["two have 8191 bytes with their blank", ["x".repeat(8000), "y".repeat(190)]],
  ["empty ones make 8191 blanks", new Array(8192).fill("")],
  ["letters of two bytes make 8190", ["é".repeat(4095)]],
];

for (const [name, args] of LONGEST) {
  Deno.test(`bind() takes the guest's arguments when ${name}`, () => {
    const { commandLine } = bindRequest({ arguments: args });
    assertEquals(commandLine, args.join(" "));
  });
}

const TOO_LONG: readonly (readonly [string, string[], number])[] = [
  ["one argument has 8192 bytes", ["x".repeat(8192)], 8192],
  ["two have 8192 bytes with their blank", ["x".repeat(8000), "y".repeat(191)], 8192],
  ["letters of two bytes make 8192", ["é".repeat(4096)], 8192],
  ["one holds a NUL", ["a\0b"], 3],
];

for (const [name, args, bytes] of TOO_LONG) {
  Deno.test(`bind() refuses the guest's arguments when ${name}`, () => {
    assertThrows(
      () => bindRequest({ arguments: args }),
      OperatorError,
      `the guest's arguments make ${bytes} bytes (shorten them to ${MOST_COMMAND_LINE_BYTES}, without NUL)`,
    );
  });
}

const NET: ImageOptions = { devices: [["service0", "NET_BASIC"]] };
const BLOCK: ImageOptions = { devices: [["storage", "BLOCK_BASIC"]] };
const tap = { interface: "tap0" };
const TAP = "is bad (give an interface name of 1 to 15 characters";

const BAD: readonly (readonly [string, ImageOptions, BindingRequest, string])[] = [
  ["an interface's name is too long", NET, {
    net: [{ device: "0", tap: { interface: "x".repeat(16) } }],
  }, `"${"x".repeat(16)}" for "service0" ${TAP}`],
  ["a descriptor is a standard stream", NET, {
    net: [{ device: "0", tap: { descriptor: 1 } }],
  }, "from 3 on,"],
  ["a descriptor is negative", NET, {
    net: [{ device: "0", tap: { descriptor: -1 } }],
  }, "from 3 on,"],
  ["an address has five bytes", NET, {
    net: [{ device: "0", tap, mac: Uint8Array.of(2, 0, 0, 0, 1) }],
  }, 'the MAC address of "service0" is bad (give six hexadecimal bytes'],
  ["an address is a group's", NET, {
    net: [{ device: "0", tap, mac: Uint8Array.of(3, 0, 0, 0, 0, 1) }],
  }, 'the MAC address of "service0" is bad (give six hexadecimal bytes'],
  ["a sector size is no power of two", BLOCK, {
    block: [{ device: "0", file: { path: "x" }, sectorSizeBytes: 1000 }],
  }, 'the sector size of "storage" is bad (give a power of two from 512 to 32768)'],
  ["a path is empty", BLOCK, {
    block: [{ device: "0", file: { path: "" } }],
  }, "(give a path,"],
  ["a sync mode is none", BLOCK, {
    block: [{ device: "0", file: { path: "x", sync: "always" as "none" } }],
  }, 'the sync mode of "storage" is bad (give none, write or end)'],
  ["a disk's descriptor is a standard stream", BLOCK, {
    block: [{ device: "0", file: { descriptor: 2 } }],
  }, "from 3 on"],
];

for (const [name, options, request, words] of BAD) {
  Deno.test(`bind() says what to give when ${name}`, () => {
    assertThrows(() => bindRequest(request, options), OperatorError, words);
  });
}

Deno.test("bind() lets the guest write when a request does not say", () => {
  const { devices } = bindRequest(
    { block: [{ device: "storage", file: { path: "x" } }] },
    BLOCK,
  );
  assertEquals(devices, [{
    type: "BLOCK_BASIC",
    name: "storage",
    handle: 1,
    file: { path: "x" },
    readOnly: false,
    sync: "none",
    sectorSizeBytes: 512,
    whenLocked: "refuse",
  }]);
});

Deno.test("bind() takes an open descriptor for a disk when a request gives one", () => {
  const file = { descriptor: 5, listen: "disk", readOnly: true };
  const { devices } = bindRequest({ block: [{ device: "storage", file }] }, BLOCK);
  assert("file" in devices[0]!);
  assertEquals(devices[0].file, { descriptor: 5, listen: "disk" });
  assertEquals(devices[0].readOnly, true);
});

Deno.test("bind() leaves the request as it is when there are problems", () => {
  const request = { problems: Object.freeze(["x"]), memoryMebibytes: 1 };
  assertThrows(() => bindRequest(request), OperatorError, "these flags: x; --mem=1");
  assertEquals(request.problems, ["x"]);
});
