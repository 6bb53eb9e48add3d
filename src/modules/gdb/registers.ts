/**
 * A vCPU's registers as gdb sees them: their order and sizes, and the bytes
 * (gdb's manual, "Standard Target Features", i386).
 *
 * @module
 */
import type { GENERAL_REGISTERS, VcpuState } from "../../contract/vcpu.ts";

type General = (typeof GENERAL_REGISTERS)[number];
type Segment = keyof VcpuState["segments"];

/** Where a register's bytes come from. */
export type RegisterSource =
  | { readonly general: General }
  | { readonly selector: Segment }
  | { readonly base: Segment }
  /** Bytes of the FXSAVE image. */
  | { readonly fx: number; readonly bytes: number }
  | { readonly x87: "tags" | "zero" };

/** A register of gdb's. */
export interface Register {
  /** gdb's name of it. */
  readonly name: string;
  /** Its size. */
  readonly bytes: number;
  /** gdb's type of it. */
  readonly type: string;
  /** The group that gdb shows it with, beside its own. */
  readonly group?: "float" | "vector";
  /** What it shows. */
  readonly source: RegisterSource;
}

const ADDRESSES: Readonly<Record<string, string>> = {
  rbp: "data_ptr",
  rsp: "data_ptr",
  rip: "code_ptr",
};

function general(name: General, bytes = 8): Register {
  const type = ADDRESSES[name] ?? (bytes === 8 ? "int64" : "i386_eflags");
  return { name: bytes === 8 ? name : "eflags", bytes, type, source: { general: name } };
}

const GENERAL: readonly General[] = [
  ...["rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp"] as const,
  ...["r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "rip"] as const,
];

const SEGMENTS: readonly Segment[] = ["cs", "ss", "ds", "es", "fs", "gs"];

/** Offsets in the FXSAVE image (Intel SDM 1 10.5.1). */
const FX = {
  control: 0,
  status: 2,
  tags: 4,
  opcode: 6,
  instruction: 8,
  data: 16,
  mxcsr: 24,
  st: 32,
  xmm: 160,
  slot: 16,
} as const;

/** x87's control registers, 4 bytes each; in long mode the segments read as 0. */
const X87: readonly (readonly [name: string, source: RegisterSource])[] = [
  ["fctrl", { fx: FX.control, bytes: 2 }],
  ["fstat", { fx: FX.status, bytes: 2 }],
  ["ftag", { x87: "tags" }],
  ["fiseg", { x87: "zero" }],
  ["fioff", { fx: FX.instruction, bytes: 4 }],
  ["foseg", { x87: "zero" }],
  ["fooff", { fx: FX.data, bytes: 4 }],
  ["fop", { fx: FX.opcode, bytes: 2 }],
];

/** Features, in gdb's order of registers. */
export const FEATURES:
  readonly (readonly [name: string, registers: readonly Register[]])[] = [
    ["core", [
      ...GENERAL.map((name) => general(name)),
      general("rflags", 4),
      ...SEGMENTS.map((name): Register => (
        { name, bytes: 4, type: "int32", source: { selector: name } }
      )),
      ...numbered(8, "st", (index): Omit<Register, "name"> => ({
        bytes: 10,
        type: "i387_ext",
        group: "float",
        source: { fx: FX.st + index * FX.slot, bytes: 10 },
      })),
      ...X87.map(([name, source]): Register => (
        { name, bytes: 4, type: "int", group: "float", source }
      )),
    ]],
    ["sse", [
      ...numbered(16, "xmm", (index): Omit<Register, "name"> => ({
        bytes: 16,
        type: "vec128",
        source: { fx: FX.xmm + index * FX.slot, bytes: 16 },
      })),
      {
        name: "mxcsr",
        bytes: 4,
        type: "i386_mxcsr",
        group: "vector",
        source: { fx: FX.mxcsr, bytes: 4 },
      },
    ]],
    [
      "segments",
      (["fs", "gs"] as const).map((name): Register => ({
        name: `${name}_base`,
        bytes: 8,
        type: "int",
        source: { base: name },
      })),
    ],
  ];

function numbered(
  count: number,
  prefix: string,
  make: (index: number) => Omit<Register, "name">,
): Register[] {
  return Array.from({ length: count }, (_, index) => (
    { name: `${prefix}${index}`, ...make(index) }
  ));
}

const REGISTERS: readonly (Register & { readonly offset: number })[] = (() => {
  let offset = 0;
  return FEATURES.flatMap(([, registers]) => registers).map((register) => {
    const placed = { ...register, offset };
    offset += register.bytes;
    return placed;
  });
})();

const LAST = REGISTERS.at(-1)!;

/** Size of all registers together, in bytes. */
export const REGISTERS_BYTES = LAST.offset + LAST.bytes;

/** Where register `number` is among them; undefined where there is none. */
export function placeOf(
  number: number,
): { readonly offset: number; readonly bytes: number } | undefined {
  return REGISTERS[number];
}

/** The registers of one moment. */
export interface RegisterState {
  /** General and segment registers. */
  readonly state: VcpuState;
  /** x87 and SSE registers, as FXSAVE has them. */
  readonly floating: Uint8Array;
}

/** Puts the registers one behind the other, as gdb's `g` has them. */
export function encodeRegisters(
  { state, floating }: RegisterState,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(REGISTERS_BYTES);
  const view = new DataView(bytes.buffer);
  for (const { source, offset, bytes: size } of REGISTERS) {
    if ("fx" in source) {
      bytes.set(floating.subarray(source.fx, source.fx + source.bytes), offset);
    } else if ("general" in source) {
      const value = state.general[source.general];
      if (size === 8) view.setBigUint64(offset, value, true);
      else view.setUint32(offset, Number(BigInt.asUintN(32, value)), true);
    } else if ("selector" in source) {
      view.setUint32(offset, state.segments[source.selector].selector, true);
    } else if ("base" in source) {
      view.setBigUint64(offset, state.segments[source.base].base, true);
    } else if (source.x87 === "tags") view.setUint32(offset, wholeTags(floating), true);
  }
  return bytes;
}

/**
 * Takes the registers out of what {@link encodeRegisters} made.
 *
 * @param before what they are now
 * @returns what they are to be; undefined where one differs that cannot be
 * written: a segment register, or a tag of x87
 */
export function decodeRegisters(
  bytes: Uint8Array<ArrayBuffer>,
  before: RegisterState,
): Pick<RegisterState, "floating"> & Pick<VcpuState, "general"> | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const now = encodeRegisters(before);
  const general = { ...before.state.general };
  const floating = before.floating.slice();
  for (const { source, offset, bytes: size } of REGISTERS) {
    const given = bytes.subarray(offset, offset + size);
    if ("fx" in source) {
      floating.set(given.subarray(0, source.bytes), source.fx);
    } else if ("general" in source) {
      general[source.general] = size === 8
        ? view.getBigUint64(offset, true)
        : BigInt(view.getUint32(offset, true));
    } else if (given.some((byte, index) => byte !== now[offset + index])) {
      return undefined;
    }
  }
  return { general, floating };
}

/**
 * The tag word of x87, two bits a register, from the one bit that FXSAVE keeps
 * (Intel SDM 1 8.1.7 and 10.5.1.1).
 */
function wholeTags(floating: Uint8Array): number {
  const VALID = 0, ZERO = 1, SPECIAL = 2, EMPTY = 3;
  const top = floating[FX.status + 1]! >> 3 & 7;
  let tags = 0;
  for (let physical = 0; physical < 8; physical++) {
    let tag: number = EMPTY;
    if ((floating[FX.tags]! >> physical & 1) !== 0) {
      const at = FX.st + (physical - top & 7) * FX.slot;
      const exponent = (floating[at + 8]! | floating[at + 9]! << 8) & 0x7fff;
      const mantissa = floating.subarray(at, at + 8);
      const whole = (mantissa[7]! & 0x80) !== 0;
      if (exponent === 0 && mantissa.every((byte) => byte === 0)) tag = ZERO;
      else tag = exponent === 0 || exponent === 0x7fff || !whole ? SPECIAL : VALID;
    }
    tags |= tag << physical * 2;
  }
  return tags;
}
