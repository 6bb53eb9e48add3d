import { assertEquals } from "@std/assert";
import { USER_REGISTERS } from "../../../../ffi/linux/core.ts";
import {
  type CoreFacts,
  encodeHead,
  MEMORY_OFFSET,
} from "../../../../src/modules/dumpcore/core_file.ts";
import type { CoreRegisters } from "../../../../src/modules/dumpcore/registers.ts";
import { readCoreHead } from "../../../support/core_reader.ts";

/** A value of its own for each register. */
const REGISTERS = Object.fromEntries(
  USER_REGISTERS.map((name, index) => [name, 0xfedc_ba98_0000_0000n + BigInt(index)]),
) as CoreRegisters;

const FACTS: CoreFacts = {
  memoryBytes: 0x1_0000_0000,
  registers: REGISTERS,
  signal: 6,
  processId: 4711,
  imageName: "some/app.elf",
  commandLine: "one  two",
};

/** An offset in the head, a size, and what stands there. */
const BYTES: readonly (readonly [offset: number, hex: string])[] = [
  // ELF header: 64 bit, little-endian, version 1, System V
  [0, "7f454c46020101000000000000000000"],
  // ET_CORE, x86_64, version 1
  [16, "04003e0001000000"],
  // no entry, program headers at 64, no sections
  [24, "000000000000000040000000000000000000000000000000"],
  // sizes: header 64, program header 56, 2 of them; no sections
  [48, "0000000040003800020000000000" + "0000"],
  // PT_NOTE, no flags, at 176
  [64, "0400000000000000b000000000000000"],
  // at address 0, 356 + 156 bytes in the file, none in memory, aligned to 4
  [80, "00000000000000000000000000000000" + "0002000000000000"],
  [104, "00000000000000000400000000000000"],
  // PT_LOAD, RWX, at 4096
  [120, "01000000070000000010000000000000"],
  // from address 0, 4 GiB in the file and in memory, aligned to 4096
  [136, "00000000000000000000000000000000" + "0000000001000000"],
  [160, "00000000010000000010000000000000"],
  // "CORE" with its NUL, 336 bytes, NT_PRSTATUS
  [176, "050000005001000001000000434f524500000000"],
  // r15 at 112 of the note's 336 bytes, rip after sixteen more
  [196 + 112, "0000000098badcfe"],
  [196 + 112 + 16 * 8, "1000000098badcfe"],
  [196 + 112 + 26 * 8, "1a00000098badcfe"],
  // "CORE", 136 bytes, NT_PRPSINFO
  [532, "050000008800000003000000434f524500000000"],
  // pr_fname and pr_psargs
  [552 + 40, "6170702e656c6600"],
  [552 + 56, "736f6d652f6170702e656c66206f6e65202074776f00"],
];

for (const [offset, hex] of BYTES) {
  Deno.test(`encodeHead() writes ${hex} at ${offset} when a guest has 4 GiB`, () => {
    const bytes = encodeHead(FACTS);
    assertEquals(bytes.subarray(offset, offset + hex.length / 2).toHex(), hex);
    assertEquals([bytes.length, MEMORY_OFFSET], [4096, 4096]);
  });
}

Deno.test("encodeHead() is read back when it is read by other means", () => {
  const core = readCoreHead(encodeHead({ ...FACTS, memoryBytes: 0x20_0000 }));
  assertEquals(core.header, [4, 62, 2]);
  assertEquals(core.notes, [["CORE", 1], ["CORE", 3]]);
  assertEquals([core.signal, core.processId], [6, 4711]);
  assertEquals(core.registers, REGISTERS);
  assertEquals(core.commandLine, "some/app.elf one  two");
  assertEquals(core.load, {
    flags: 7,
    offset: 4096,
    address: 0,
    fileBytes: 0x20_0000,
    memoryBytes: 0x20_0000,
    alignment: 4096,
  });
});

/** The file's name, its arguments, and the command line that a core shows. */
const NAMES: readonly (readonly [string, string, string | undefined])[] = [
  ["app.elf", "", "app.elf"],
  ["/a/name-of-15-.hvt", "x", "/a/name-of-15-.hvt x"],
  ["/a/name-of-16--.hvt", "x", undefined],
  ["a\nb", "", "a\nb"],
  ["a", "b".repeat(100), "a " + "b".repeat(77)],
];

for (const [imageName, commandLine, shown] of NAMES) {
  Deno.test(`encodeHead() shows ${JSON.stringify(shown)} when the image is ${JSON.stringify(imageName)}`, () => {
    const core = readCoreHead(encodeHead({ ...FACTS, imageName, commandLine }));
    assertEquals(core.commandLine, shown);
    assertEquals(core.registers, REGISTERS);
  });
}
