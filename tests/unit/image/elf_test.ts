import { assert, assertEquals } from "@std/assert";
import { readElfHeaders } from "../../../src/image/elf.ts";
import { sourceFromBytes } from "../../../src/image/source.ts";
import { buildImage, type ImageOptions } from "../../support/elf_builder.ts";
import { assertRefused, FILE, type Refusal } from "../../support/image_errors.ts";

function read(options: ImageOptions) {
  return readElfHeaders(sourceFromBytes(FILE, buildImage(options)));
}

const REFUSED: readonly (readonly [name: string, ImageOptions, Refusal])[] = [
  ["a 32-bit class", { elf: { class: 1 } }, {
    structure: "ELF header, EI_CLASS",
    offset: 4,
    found: "1",
    expected: "2 (64 bit)",
  }],
  ["big-endian data", { elf: { data: 2 } }, {
    structure: "ELF header, EI_DATA",
    offset: 5,
    found: "2",
    expected: "1 (little-endian)",
  }],
  ["a position-independent file", { elf: { type: 3 } }, {
    structure: "ELF header, e_type",
    offset: 16,
    found: "3",
    expected: "2 (ET_EXEC, a static executable at a fixed address)",
  }],
  ["a type whose low byte is right", { elf: { type: 0x102 } }, {
    structure: "ELF header, e_type",
    offset: 16,
    found: "258",
    expected: "2 (ET_EXEC, a static executable at a fixed address)",
  }],
  ["code for aarch64", { elf: { machine: 183 } }, {
    structure: "ELF header, e_machine",
    offset: 18,
    found: "183",
    expected: "62 (x86_64)",
  }],
  ["another ELF version", { elf: { version: 0x10001 } }, {
    structure: "ELF header, e_version",
    offset: 20,
    found: "65537",
    expected: "1 (current)",
  }],
  ["another header size", { elf: { ehsize: 52 } }, {
    structure: "ELF header, e_ehsize",
    offset: 52,
    found: "52",
    expected: "64 (its own size)",
  }],
  ["another program header size", { elf: { phentsize: 32 } }, {
    structure: "ELF header, e_phentsize",
    offset: 54,
    found: "32",
    expected: "56 (a program header's size)",
  }],
  ["no program headers", { elf: { phnum: 0 } }, {
    structure: "ELF header, e_phnum",
    offset: 56,
    found: "0",
    expected: "at least 1 program header",
  }],
  ["an empty file", { truncateTo: 0 }, {
    structure: "ELF header",
    offset: 0,
    found: "a file of 0 bytes",
    expected: "at least the header's 64",
  }],
  ["a file that ends in the header", { truncateTo: 63 }, {
    structure: "ELF header",
    offset: 0,
    found: "a file of 63 bytes",
    expected: "at least the header's 64",
  }],
  ["a file that ends in the table", { truncateTo: 64 + 10 * 56 - 1 }, {
    structure: "ELF header, e_phoff",
    offset: 32,
    found: "10 program headers at 0x40",
    expected: "all of them within the file's 623 bytes",
  }],
  ["a table behind the file", { elf: { phoff: 0x7000 }, truncateTo: 0x4000 }, {
    structure: "ELF header, e_phoff",
    offset: 32,
    found: "10 program headers at 0x7000",
    expected: "all of them within the file's 12320 bytes",
  }],
  ["an offset that wraps", { elf: { phoff: 0xffff_ffff_ffff_ffc0n } }, {
    structure: "ELF header, e_phoff",
    offset: 32,
    found: "10 program headers at 0xffffffffffffffc0",
    expected: "all of them within the file's 12320 bytes",
  }],
  ["a negative offset", { elf: { phoff: 0x8000_0000_0000_0000n } }, {
    structure: "ELF header, e_phoff",
    offset: 32,
    found: "10 program headers at 0x8000000000000000",
    expected: "all of them within the file's 12320 bytes",
  }],
  ["a count that the file cannot hold", { elf: { phnum: 65535 } }, {
    structure: "ELF header, e_phoff",
    offset: 32,
    found: "65535 program headers at 0x40",
    expected: "all of them within the file's 12320 bytes",
  }],
];

for (const [name, options, refusal] of REFUSED) {
  Deno.test(`readElfHeaders() refuses the file when it has ${name}`, () => {
    assertRefused(() => read(options), refusal);
  });
}

for (let at = 0; at < 4; at++) {
  Deno.test(`readElfHeaders() refuses the file when byte ${at} of the magic is wrong`, () => {
    const bytes = buildImage();
    bytes[at] = 0x0a;
    const found = ["7f", "45", "4c", "46"];
    found[at] = "0a";
    assertRefused(() => readElfHeaders(sourceFromBytes(FILE, bytes)), {
      structure: "ELF header, magic",
      offset: 0,
      found: found.join(" "),
      expected: "7f 45 4c 46 (an ELF file)",
    });
  });
}

const IGNORED: readonly (readonly [name: string, ImageOptions["elf"]])[] = [
  ["EI_VERSION", { identVersion: 7 }],
  ["EI_OSABI", { osAbi: 255 }],
  ["EI_ABIVERSION", { abiVersion: 9 }],
  ["e_shoff", { shoff: 0xffff_ffff_ffff_ffffn }],
  ["e_flags", { flags: 0xffff_ffff }],
];

for (const [name, elf] of IGNORED) {
  Deno.test(`readElfHeaders() reads the same when ${name} is unusual`, () => {
    const { sections } = read({});
    assertEquals({ ...read({ elf: elf! }), sections }, read({}));
  });
}

Deno.test("readElfHeaders() returns every field as in the file when values are extreme", () => {
  const most = 0xffff_ffff_ffff_ffffn;
  const { entry, programHeaders } = read({
    elf: { entry: most },
    change: {
      text: {
        type: 0xffff_ffff,
        flags: 0xffff_fffe,
        offset: most,
        vaddr: most - 1n,
        filesz: most - 2n,
        memsz: most - 3n,
        align: most - 4n,
      },
    },
  });
  assertEquals(entry, most);
  assertEquals(programHeaders[1], {
    index: 1,
    headerOffset: 64 + 56,
    type: 0xffff_ffff,
    flags: 0xffff_fffe,
    offset: most,
    vaddr: most - 1n,
    filesz: most - 2n,
    memsz: most - 3n,
    align: most - 4n,
  });
});

Deno.test("readElfHeaders() returns the headers in file order when the image is good", () => {
  const { entry, programHeaders } = read({});
  assertEquals(entry, 0x100020n);
  assertEquals(programHeaders.map(({ type }) => type), [3, 1, 1, 1, 1, 7, 1, 4, 4, 4]);
  assertEquals(programHeaders.map(({ index }) => index), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

Deno.test("readElfHeaders() reads a table that ends exactly at the file's end when it is there", () => {
  const whole = buildImage();
  const table = whole.slice(64, 64 + 10 * 56);
  const moved = new Uint8Array(whole.length + table.length);
  moved.set(whole);
  moved.set(table, whole.length);
  const view = new DataView(moved.buffer);
  view.setBigUint64(32, BigInt(whole.length), true);
  const { programHeaders } = readElfHeaders(sourceFromBytes(FILE, moved));
  assertEquals(programHeaders[9]!.headerOffset, whole.length + 9 * 56);
  assert(programHeaders[9]!.filesz > 0n);
});
