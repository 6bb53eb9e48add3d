import { assertEquals } from "@std/assert";
import type { HardwareStop } from "../../../../src/contract/vcpu.ts";
import { Breakpoints, stopType } from "../../../../src/modules/gdb/breakpoints.ts";

const ALL = ["execute", "write", "access"] as const;

/** Breakpoints on a host whose debug registers stop at these. */
function on(...works: HardwareStop["kind"][]): Breakpoints {
  return new Breakpoints(new Set(works));
}

/** Debug registers in short. */
function registers(breakpoints: Breakpoints): string[] {
  return breakpoints.stops.map(({ kind, address, bytes }) =>
    `${kind} ${address.toString(16)} ${bytes}`
  );
}

Deno.test("stopType() has gdb's numbers when they have a type", () => {
  assertEquals([0, 1, 2, 3, 4, 5, -1, NaN].map(stopType), [
    ...["software", "hardware", "write", "read", "access"],
    ...[undefined, undefined, undefined],
  ]);
});

Deno.test("a software breakpoint replaces an instruction when it is placed", () => {
  const breakpoints = on(...ALL);
  assertEquals(breakpoints.place("software", 0x1000, 1), "placed");
  assertEquals(breakpoints.place("software", 0x1000, 1), "placed");
  assertEquals([breakpoints.replaced, breakpoints.stops], [[0x1000], []]);
  assertEquals([breakpoints.at(0x1000n), breakpoints.at(0x1001n)], [
    "swbreak",
    undefined,
  ]);
  breakpoints.remove("software", 0x1000, 1);
  breakpoints.remove("software", 0x1000, 1);
  assertEquals([breakpoints.replaced, breakpoints.at(0x1000n)], [[], undefined]);
});

Deno.test("a hardware breakpoint replaces an instruction when no register is left", () => {
  const breakpoints = on(...ALL);
  for (let index = 0; index < 5; index++) {
    assertEquals(breakpoints.place("hardware", 0x1000 + index, 1), "placed");
  }
  assertEquals(breakpoints.stops.length, 4);
  assertEquals(breakpoints.replaced, [0x1004]);
  assertEquals(breakpoints.at(0x1004n), "hwbreak");
  breakpoints.remove("hardware", 0x1001, 1);
  assertEquals(breakpoints.place("hardware", 0x2000, 1), "placed");
  assertEquals(registers(breakpoints).at(-1), "execute 2000 1");
});

Deno.test("a hardware breakpoint replaces an instruction when registers do not work", () => {
  const breakpoints = on("write", "access");
  assertEquals(breakpoints.place("hardware", 0x1000, 1), "placed");
  assertEquals([breakpoints.replaced, breakpoints.stops], [[0x1000], []]);
});

/** Ranges, and the parts of them that a register can watch. */
const CUTS: readonly (readonly [address: number, length: number, parts: string[]])[] = [
  [0x1000, 1, ["1000 1"]],
  [0x1000, 8, ["1000 8"]],
  [0x1004, 8, ["1004 4", "1008 4"]],
  [0x1001, 7, ["1001 1", "1002 2", "1004 4"]],
  [0x1007, 3, ["1007 1", "1008 2"]],
  [0x1000, 32, ["1000 8", "1008 8", "1010 8", "1018 8"]],
];

for (const [address, length, parts] of CUTS) {
  Deno.test(`a watchpoint is aligned when it is for ${length} bytes at ${address}`, () => {
    const breakpoints = on(...ALL);
    assertEquals(breakpoints.place("access", address, length), "placed");
    assertEquals(registers(breakpoints), parts.map((part) => `access ${part}`));
  });
}

Deno.test("a watchpoint for writes compares memory when registers cannot serve it", () => {
  for (const breakpoints of [on(...ALL), on("execute")]) {
    assertEquals(breakpoints.place("write", 0x1000, 40), "placed");
    assertEquals([breakpoints.stops, breakpoints.needSteps], [[], true]);
    assertEquals(breakpoints.watched.length, 1);
    breakpoints.clear();
    assertEquals([breakpoints.watched, breakpoints.needSteps], [[], false]);
  }
  const served = on(...ALL);
  served.place("write", 0x1000, 4);
  assertEquals([served.watched.length, served.needSteps], [1, false]);
});

Deno.test("a watchpoint for accesses is refused when registers cannot serve it", () => {
  assertEquals(on("execute", "write").place("access", 0x1000, 1), "unsupported");
  assertEquals(on(...ALL).place("access", 0x1000, 40), "no room");
  assertEquals(on(...ALL).place("access", 0, 0xffff_ffff), "no room");
  // gdb then asks for accesses and compares the value itself.
  assertEquals(on(...ALL).place("read", 0x1000, 1), "unsupported");
});

Deno.test("met() names the watchpoint when several registers were met", () => {
  const breakpoints = on(...ALL);
  breakpoints.place("hardware", 0x1000, 1);
  breakpoints.place("access", 0x2001, 2);
  breakpoints.place("write", 0x3000, 8);
  assertEquals(breakpoints.met(0), undefined);
  assertEquals(breakpoints.met(0b0001), "hwbreak");
  assertEquals(breakpoints.met(0b0100), "awatch:2001");
  assertEquals(breakpoints.met(0b1000), "watch:3000");
  assertEquals(breakpoints.met(0b1001), "watch:3000");
  breakpoints.remove("hardware", 0x1000, 1);
  assertEquals(breakpoints.met(0b1000), undefined);
});

Deno.test("place() refuses when a debugger asks without end", () => {
  const breakpoints = on(...ALL);
  const answers = new Set<string>();
  for (let index = 0; index < 5000; index++) {
    answers.add(breakpoints.place("software", index, 1));
  }
  assertEquals([...answers], ["placed", "no room"]);
  assertEquals(breakpoints.replaced.length, 4096);
});

Deno.test("watchpoints have no room when they are more than 64 KiB together", () => {
  for (const works of [[], ALL]) {
    const breakpoints = on(...works);
    assertEquals(breakpoints.place("write", 0, 65537), "no room");
    assertEquals(breakpoints.place("write", 0, 65530), "placed");
    assertEquals(breakpoints.place("write", 0x100000, 8), "no room");
    assertEquals(breakpoints.place("write", 0x100000, 6), "placed");
  }
});
