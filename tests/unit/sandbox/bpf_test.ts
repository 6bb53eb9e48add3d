import { assertEquals, assertThrows } from "@std/assert";
import {
  assemble,
  type Comparison,
  encode,
  type Statement,
} from "../../../src/sandbox/bpf.ts";
import { interpret } from "../../support/bpf.ts";

/** A program that says whether the call's number compares with a constant. */
function comparing(
  comparison: Comparison,
  constant: number,
  kind: "jump if" | "jump unless",
  padding: number,
): Statement[] {
  const to = Symbol("there");
  const filler: Statement[] = Array.from(
    { length: padding },
    () => ({ kind: "load", offset: 4 }),
  );
  return [
    { kind: "load", offset: 0 },
    { kind, comparison, constant, to },
    ...filler,
    { kind: "return", value: 1 },
    { kind: "label", label: to },
    { kind: "return", value: 2 },
  ];
}

const HOLDS: Readonly<Record<Comparison, (value: number, constant: number) => boolean>> =
  {
    "equal": (value, constant) => value === constant,
    "greater": (value, constant) => value > constant,
    "at least": (value, constant) => value >= constant,
    "any bit": (value, constant) => (value & constant) !== 0,
  };

const VALUES = [0, 1, 2, 3, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];

for (const comparison of Object.keys(HOLDS) as Comparison[]) {
  // 254 is the last distance that fits, 255 the first that does not.
  for (const padding of [0, 254, 255, 600]) {
    Deno.test(`assemble() jumps over ${padding + 1} instructions when it is "${comparison}"`, () => {
      for (const constant of VALUES) {
        for (const value of VALUES) {
          for (const kind of ["jump if", "jump unless"] as const) {
            const filter = assemble(comparing(comparison, constant, kind, padding));
            const jumps = HOLDS[comparison](value, constant) === (kind === "jump if");
            assertEquals(interpret(filter, { number: value }), jumps ? 2 : 1);
          }
        }
      }
    });
  }
}

Deno.test("assemble() keeps every distance within its 8 bits when it is far", () => {
  for (
    const { jumpTrue, jumpFalse } of assemble(comparing("equal", 1, "jump if", 3000))
  ) {
    assertEquals([jumpTrue > 255, jumpFalse > 255], [false, false]);
  }
});

Deno.test("assemble() refuses a jump back, as the kernel does", () => {
  const label = Symbol("before");
  assertThrows(
    () => assemble([{ kind: "label", label }, { kind: "jump", to: label }]),
    Error,
    "behind a jump",
  );
});

Deno.test("assemble() refuses a label that is nowhere", () => {
  assertThrows(() => assemble([{ kind: "jump", to: Symbol("x") }]), Error, "Symbol(x)");
});

Deno.test("assemble() refuses more than 4096 instructions", () => {
  const program = (count: number): Statement[] =>
    Array.from({ length: count }, () => ({ kind: "return", value: 0 }));
  assertEquals(assemble(program(4096)).length, 4096);
  assertThrows(() => assemble(program(4097)), Error, "4097 instructions");
});

Deno.test("encode() writes struct sock_filter", () => {
  const bytes = encode([
    { code: 0x15, jumpTrue: 1, jumpFalse: 2, constant: 0xc000_003e },
    { code: 6, jumpTrue: 0, jumpFalse: 0, constant: 0x7fff_0000 },
  ]);
  assertEquals(bytes.toHex(), "150001023e0000c0" + "060000000000ff7f");
});
