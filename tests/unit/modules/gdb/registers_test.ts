import { assert, assertEquals } from "@std/assert";
import type { VcpuState } from "../../../../src/contract/vcpu.ts";
import { GENERAL_REGISTERS, SEGMENT_REGISTERS } from "../../../../src/contract/vcpu.ts";
import { describeTarget } from "../../../../src/modules/gdb/description.ts";
import {
  decodeRegisters,
  encodeRegisters,
  FEATURES,
  placeOf,
  REGISTERS_BYTES,
  type RegisterState,
} from "../../../../src/modules/gdb/registers.ts";

/** A state in which every register has a value of its own. */
function registerState(): RegisterState {
  const general = GENERAL_REGISTERS.map((name, index) => [name, BigInt(0x1000 + index)]);
  const segments = SEGMENT_REGISTERS.map((name, index) => [
    name,
    { selector: 8 * index, base: BigInt(0x7_0000_0000 + index) },
  ]);
  const floating = new Uint8Array(512);
  for (let index = 0; index < floating.length; index++) floating[index] = index & 0x7f;
  return {
    state: {
      general: Object.fromEntries(general) as VcpuState["general"],
      segments: Object.fromEntries(segments) as VcpuState["segments"],
    },
    floating,
  };
}

/** gdb's order: its manual, and its own files `i386/64bit-core.xml` and so on. */
const NUMBERS: Readonly<Record<string, number>> = {
  rax: 0,
  rbx: 1,
  rcx: 2,
  rdx: 3,
  rsi: 4,
  rdi: 5,
  rbp: 6,
  rsp: 7,
  r8: 8,
  r12: 12,
  r15: 15,
  rip: 16,
  eflags: 17,
  cs: 18,
  ss: 19,
  ds: 20,
  es: 21,
  fs: 22,
  gs: 23,
  st0: 24,
  st7: 31,
  fctrl: 32,
  fop: 39,
  xmm0: 40,
  xmm15: 55,
  mxcsr: 56,
  fs_base: 57,
  gs_base: 58,
};

Deno.test("registers have gdb's numbers when they are counted", () => {
  const names = FEATURES.flatMap(([, registers]) => registers.map(({ name }) => name));
  assertEquals(names.length, 59);
  for (const [name, number] of Object.entries(NUMBERS)) {
    assertEquals(names[number], name);
  }
});

Deno.test("placeOf() is where gdb has a register when it has one", () => {
  assertEquals(placeOf(16), { ...placeOf(16)!, offset: 128, bytes: 8 });
  assertEquals(placeOf(17), { ...placeOf(17)!, offset: 136, bytes: 4 });
  assertEquals(placeOf(24), { ...placeOf(24)!, offset: 164, bytes: 10 });
  assertEquals(placeOf(40), { ...placeOf(40)!, offset: 276, bytes: 16 });
  assertEquals([placeOf(59), placeOf(-1), placeOf(NaN)], [
    undefined,
    undefined,
    undefined,
  ]);
  assertEquals(REGISTERS_BYTES, 276 + 260 + 16);
});

Deno.test("encodeRegisters() has every register at its place when all differ", () => {
  const state = registerState();
  const bytes = encodeRegisters(state);
  const view = new DataView(bytes.buffer);
  const word = (name: string) => view.getBigUint64(placeOf(NUMBERS[name]!)!.offset, true);
  for (const name of ["rax", "rbx", "rsp", "r8", "r12", "r15", "rip"] as const) {
    assertEquals(word(name), state.state.general[name], name);
  }
  for (const name of SEGMENT_REGISTERS) {
    const { offset } = placeOf(NUMBERS[name]!)!;
    assertEquals(view.getUint32(offset, true), state.state.segments[name].selector, name);
  }
  assertEquals(word("fs_base"), state.state.segments.fs.base);
  assertEquals(word("gs_base"), state.state.segments.gs.base);
  assertEquals(view.getUint32(placeOf(17)!.offset, true), 0x1000 + 17);
  // FXSAVE: st7 at 144, xmm15 at 400, mxcsr at 24.
  const { floating } = state;
  const at = (name: string) => placeOf(NUMBERS[name]!)!.offset;
  assertEquals(bytes.slice(at("st7"), at("st7") + 10), floating.slice(144, 154));
  assertEquals(bytes.slice(at("xmm15"), at("xmm15") + 16), floating.slice(400, 416));
  assertEquals(bytes.slice(at("mxcsr"), at("mxcsr") + 4), floating.slice(24, 28));
  assertEquals(bytes.slice(at("fctrl"), at("fctrl") + 4), Uint8Array.of(0, 1, 0, 0));
});

Deno.test("decodeRegisters() gives back the state when encodeRegisters() wrote it", () => {
  const state = registerState();
  const { general, floating } = decodeRegisters(encodeRegisters(state), state)!;
  assertEquals(general, state.state.general);
  assertEquals(floating, state.floating);
});

Deno.test("decodeRegisters() takes new values when they can be written", () => {
  const state = registerState();
  const bytes = encodeRegisters(state);
  bytes.fill(0xff, placeOf(12)!.offset, placeOf(12)!.offset + 8);
  bytes.fill(0, placeOf(24)!.offset, placeOf(24)!.offset + 10);
  bytes.fill(0x55, placeOf(41)!.offset, placeOf(41)!.offset + 16);
  const { general, floating } = decodeRegisters(bytes, state)!;
  assertEquals(general, { ...state.state.general, r12: 0xffff_ffff_ffff_ffffn });
  assertEquals(floating.slice(32, 42), new Uint8Array(10));
  assertEquals(floating.slice(176, 192), new Uint8Array(16).fill(0x55));
});

Deno.test("decodeRegisters() refuses when a segment, a base or the tags differ", () => {
  const state = registerState();
  for (const number of [18, 23, 34, 35, 57, 58]) {
    const bytes = encodeRegisters(state);
    bytes[placeOf(number)!.offset]! ^= 1;
    assertEquals(decodeRegisters(bytes, state), undefined, `${number}`);
  }
});

/** ST0's content, the tags that FXSAVE keeps, TOP, and the whole tag word. */
const TAGS: readonly (readonly [
  name: string,
  st0: readonly number[],
  tags: number,
  top: number,
  word: number,
])[] = [
  ["nothing is there", [], 0, 0, 0xffff],
  ["ST0 is 1.0 in register 7", [0, 0, 0, 0, 0, 0, 0, 0x80, 0xff, 0x3f], 0x80, 7, 0x3fff],
  ["ST0 is 0 in register 0", [], 0x01, 0, 0xfffd],
  ["ST0 is infinite", [0, 0, 0, 0, 0, 0, 0, 0x80, 0xff, 0x7f], 0x80, 7, 0xbfff],
  ["ST0 is denormal", [1, 0, 0, 0, 0, 0, 0, 0, 0, 0], 0x80, 7, 0xbfff],
  ["ST0 is unnormal", [0, 0, 0, 0, 0, 0, 0, 0x40, 0xff, 0x3f], 0x80, 7, 0xbfff],
];

for (const [name, st0, tags, top, word] of TAGS) {
  Deno.test(`encodeRegisters() has x87's whole tag word when ${name}`, () => {
    const floating = new Uint8Array(512);
    floating.set(st0, 32);
    floating[3] = top << 3;
    floating[4] = tags;
    const bytes = encodeRegisters({ ...registerState(), floating });
    const { offset } = placeOf(34)!;
    assertEquals(new DataView(bytes.buffer).getUint32(offset, true), word);
  });
}

Deno.test("describeTarget() has every register in its feature when gdb asks", () => {
  const xml = describeTarget();
  assert(xml.includes("<architecture>i386:x86-64</architecture>"));
  const features = xml.split('<feature name="org.gnu.gdb.i386.').slice(1);
  assertEquals(features.map((each) => each.slice(0, each.indexOf('"'))), [
    "core",
    "sse",
    "segments",
  ]);
  const registers = [...xml.matchAll(/<reg name="([a-z0-9_]+)" bitsize="([0-9]+)"/g)];
  assertEquals(registers.map(([, name]) => name!).indexOf("gs_base"), 58);
  const bits = registers.reduce((sum, [, , bits]) => sum + Number(bits), 0);
  assertEquals(bits, 8 * REGISTERS_BYTES);
  assert(xml.includes('<reg name="rip" bitsize="64" type="code_ptr"/>'));
  assert(xml.includes('<field name="ZF" start="6" end="6"/>'));
  // Every type that is no built-in one is defined before.
  for (const type of ["i386_eflags", "i386_mxcsr", "vec128", "v4_float"]) {
    assert(xml.indexOf(`id="${type}"`) < xml.indexOf(`type="${type}"`), type);
  }
});
