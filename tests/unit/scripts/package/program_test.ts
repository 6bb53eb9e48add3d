/** What an executable's ELF structures say. @module */
import { assertEquals, assertThrows } from "@std/assert";
import { type Bytes, readProgram } from "../../../../scripts/package/program.ts";
import { OperatorError } from "../../../../src/errors.ts";

/** Where the parts of the built file stand; addresses are {@link BASE} more. */
const At = { headers: 64, dynamic: 256, needs: 512, strings: 768, end: 1024 } as const;
const BASE = 0x40_0000;

const STRINGS = "\0libc.so.6\0libm.so.6\0GLIBC_2.9\0GLIBC_2.27\0GCC_3.0\0";
const at = (text: string) => STRINGS.indexOf(text);

/** A program with two libraries and three versions, as a linker lays it out. */
function build(machine: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(At.end);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(18, machine, true);
  view.setBigUint64(32, BigInt(At.headers), true);
  view.setUint16(56, 2, true);
  const segments: [number, number, number, number][] = [
    [1, 0, BASE, At.end],
    [2, At.dynamic, BASE + At.dynamic, 7 * 16],
  ];
  segments.forEach(([type, offset, vaddr, size], index) => {
    const start = At.headers + index * 56;
    view.setUint32(start, type, true);
    view.setBigUint64(start + 8, BigInt(offset), true);
    view.setBigUint64(start + 16, BigInt(vaddr), true);
    view.setBigUint64(start + 32, BigInt(size), true);
  });
  const entries: [bigint, number][] = [
    [1n, at("libc.so.6")],
    [1n, at("libm.so.6")],
    [5n, BASE + At.strings],
    [10n, STRINGS.length],
    [0x6ffffffen, BASE + At.needs],
    [0x6fffffffn, 2],
    [0n, 0],
  ];
  entries.forEach(([tag, value], index) => {
    view.setBigUint64(At.dynamic + index * 16, tag, true);
    view.setBigUint64(At.dynamic + index * 16 + 8, BigInt(value), true);
  });
  // Two libraries, the first with two versions, the second with one.
  view.setUint16(At.needs + 2, 2, true);
  view.setUint32(At.needs + 8, 16, true);
  view.setUint32(At.needs + 12, 48, true);
  view.setUint32(At.needs + 16 + 8, at("GLIBC_2.27"), true);
  view.setUint32(At.needs + 16 + 12, 16, true);
  view.setUint32(At.needs + 32 + 8, at("GLIBC_2.9"), true);
  view.setUint16(At.needs + 48 + 2, 1, true);
  view.setUint32(At.needs + 48 + 8, 16, true);
  view.setUint32(At.needs + 64 + 8, at("GCC_3.0"), true);
  bytes.set(new TextEncoder().encode(STRINGS), At.strings);
  return bytes;
}

function source(bytes: Uint8Array<ArrayBuffer>): Bytes {
  return {
    name: "dist/program",
    read: (offset, length) => bytes.slice(offset, offset + length),
  };
}

Deno.test("architecture, libraries and glibc's version are read when a program is linked", () => {
  const expected = { libraries: ["libc.so.6", "libm.so.6"], glibc: [2, 27] };
  assertEquals<unknown>(readProgram(source(build(62))), {
    architecture: "amd64",
    ...expected,
  });
  assertEquals<unknown>(readProgram(source(build(183))), {
    architecture: "arm64",
    ...expected,
  });
});

Deno.test("a program needs nothing when it is linked to nothing", () => {
  const bytes = build(62);
  new DataView(bytes.buffer).setUint16(56, 1, true);
  assertEquals<unknown>(readProgram(source(bytes)), {
    architecture: "amd64",
    libraries: [],
    glibc: [0, 0],
  });
});

function refuses(bytes: Uint8Array<ArrayBuffer>, sentence: RegExp): void {
  const error = assertThrows(() => readProgram(source(bytes)), OperatorError) as Error;
  assertEquals(sentence.test(error.message), true, error.message);
}

const FOREIGN: readonly (readonly [string, Uint8Array<ArrayBuffer>, RegExp])[] = [
  ["an empty file", new Uint8Array(), /^dist\/program: is no 64-bit program for Linux; /],
  ["a program for Windows", new TextEncoder().encode("MZ".padEnd(200)), /is no 64-bit/],
  [
    "one of 32 bit",
    build(62).map((byte, index) => index === 4 ? 1 : byte),
    /is no 64-bit/,
  ],
  ["one for RISC-V", build(243), /is for another machine \(ELF number 243\); /],
];

for (const [name, bytes, sentence] of FOREIGN) {
  Deno.test(`${name} is refused with a sentence when it is to be packaged`, () =>
    refuses(bytes, sentence));
}

Deno.test("a program is refused with a sentence wherever it is cut short", () => {
  const bytes = build(62);
  const end = At.strings + STRINGS.length;
  for (let length = 64; length < end; length++) {
    refuses(bytes.slice(0, length), /is cut short or damaged; build it again$/);
  }
});

Deno.test("a program is refused with a sentence when a word of its structures lies", () => {
  for (let offset = At.headers; offset < At.strings; offset += 4) {
    const bytes = build(62);
    new DataView(bytes.buffer).setUint32(offset, 0xffff_fff0, true);
    try {
      readProgram(source(bytes));
    } catch (error) {
      assertEquals(error instanceof OperatorError, true, `${offset}: ${error}`);
    }
  }
});
