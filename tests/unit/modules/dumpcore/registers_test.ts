import { assertEquals } from "@std/assert";
import { GuestMemory } from "../../../../src/contract/memory.ts";
import type { VcpuState } from "../../../../src/contract/vcpu.ts";
import {
  coreRegisters,
  readTrapFrame,
} from "../../../../src/modules/dumpcore/registers.ts";
import { hostMemory } from "../../../support/host_memory.ts";

const SIZE = 0x20_0000;
const BLOCK = 0x1000, FRAME = 0x3008;

/** A frame's seven words, each with all of its 64 bits. */
const WORDS = Array.from(
  { length: 7 },
  (_, index) => 0xffee_ddcc_bbaa_9900n + BigInt(index),
);

/** Memory with a HALT block at {@link BLOCK} and a trap frame at {@link FRAME}. */
function guest(cookie: bigint) {
  const bytes = new Uint8Array(SIZE);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(BLOCK, cookie, true);
  view.setInt32(BLOCK + 8, 255, true);
  for (const [index, word] of WORDS.entries()) {
    view.setBigUint64(FRAME + 8 * index, word, true);
  }
  const host = hostMemory(bytes);
  const memory = new GuestMemory(host);
  memory.open();
  return { memory, host };
}

Deno.test("readTrapFrame() reads every bit when the cookie names a frame", () => {
  const { memory, host } = guest(BigInt(FRAME));
  assertEquals(readTrapFrame(memory, host, BLOCK), {
    rip: WORDS[2]!,
    cs: WORDS[3]!,
    eflags: WORDS[4]!,
    rsp: WORDS[5]!,
    ss: WORDS[6]!,
  });
});

/** Cookies that name nothing that may be read. */
const HOSTILE: readonly (readonly [string, bigint])[] = [
  ["it is 0", 0n],
  ["its 512 bytes end at M", BigInt(SIZE - 512)],
  ["it is M", BigInt(SIZE)],
  ["it is 4 GiB", 0x1_0000_0000n],
  ["it is 2⁵³ + 1", 0x20_0000_0000_0001n],
  ["it is all ones", 0xffff_ffff_ffff_ffffn],
  ["it wraps around", 0xffff_ffff_ffff_fe00n],
];

for (const [when, cookie] of HOSTILE) {
  Deno.test(`readTrapFrame() finds none when the cookie is hostile: ${when}`, () => {
    const { memory, host } = guest(cookie);
    assertEquals(readTrapFrame(memory, host, BLOCK), undefined);
  });
}

Deno.test("readTrapFrame() finds none when the cookie is in unreadable memory", () => {
  const { memory, host } = guest(BigInt(FRAME));
  memory.protect([{ start: 0x3000, end: 0x4000, readable: false }]);
  assertEquals(readTrapFrame(memory, host, BLOCK), undefined);
});

Deno.test("readTrapFrame() reads the frame when the last of its bytes can be", () => {
  const { memory, host } = guest(BigInt(SIZE - 513));
  assertEquals(readTrapFrame(memory, host, BLOCK)?.rip, 0n);
});

for (const block of [SIZE - 16, SIZE, 0xffff_ffff]) {
  Deno.test(`readTrapFrame() finds none when HALT's block is at 0x${block.toString(16)}`, () => {
    const { memory, host } = guest(BigInt(FRAME));
    assertEquals(readTrapFrame(memory, host, block), undefined);
  });
}

const GENERAL = "rax rbx rcx rdx rsi rdi rsp rbp r8 r9 r10 r11 r12 r13 r14 r15 rip rflags"
  .split(" ");
const SEGMENTS = "cs ds es fs gs ss".split(" ");

const STATE = {
  general: Object.fromEntries(GENERAL.map((name, index) => [name, BigInt(index + 1)])),
  segments: Object.fromEntries(
    SEGMENTS.map((
      name,
      index,
    ) => [name, { selector: 8 * index, base: 100n + BigInt(index) }]),
  ),
} as VcpuState;

Deno.test("coreRegisters() has the vCPU's when there is no trap frame", () => {
  const { rflags, ...general } = STATE.general;
  assertEquals(coreRegisters(STATE), {
    ...general,
    eflags: rflags,
    orig_rax: 0xffff_ffff_ffff_ffffn,
    cs: 0n,
    ds: 8n,
    es: 16n,
    fs: 24n,
    gs: 32n,
    ss: 40n,
    fs_base: 103n,
    gs_base: 104n,
  });
});

Deno.test("coreRegisters() has the exception's place when there is a trap frame", () => {
  const frame = {
    rip: 0x100000n,
    cs: 0x108n,
    eflags: 0x10002n,
    rsp: 0x3000n,
    ss: 0x110n,
  };
  assertEquals(coreRegisters(STATE, frame), { ...coreRegisters(STATE), ...frame });
});
