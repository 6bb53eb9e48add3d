import { assert, assertEquals, assertMatch } from "@std/assert";
import { type HardwareStop, VcpuExit } from "../../../../src/contract/vcpu.ts";
import type { Stop } from "../../../../src/modules/gdb/answers.ts";
import { Breakpoints } from "../../../../src/modules/gdb/breakpoints.ts";
import { DebuggerMemory } from "../../../../src/modules/gdb/memory.ts";
import { probeDebugRegisters } from "../../../../src/modules/gdb/probe.ts";
import { Runner } from "../../../../src/modules/gdb/runner.ts";
import { TOP_OF_STACK, Toy, ToyGuest } from "../../../support/toy_guest.ts";

const { NOP, STORE, LOAD, OUT, HLT } = Toy;

type Works = readonly HardwareStop["kind"][];
const ALL: Works = ["execute", "write", "access"];

/** Hosts, by what their debug registers stop at. */
const HOSTS: Readonly<Record<string, Works>> = {
  "all debug registers work": ALL,
  "only breakpoints work": ["execute"],
  "no debug register works": [],
};

/** A guest that stands at its first instruction. */
function stand(program: readonly number[], works: Works = ALL) {
  const toy = new ToyGuest(program, works);
  const guest = toy.watched;
  const memory = new DebuggerMemory(guest);
  const breakpoints = new Breakpoints(new Set(works));
  const runner = new Runner(guest, memory, breakpoints);
  runner.stand();
  const short = (end: Stop | number) => {
    if (typeof end === "number") return end;
    runner.stand();
    return `${end.signal} ${end.reason ?? ""} at ${toy.rip}`;
  };
  /** The run loop enters it; what happened then, in short. */
  const enter = (interrupted: () => Stop | undefined = () => undefined) =>
    short(runner.enter(interrupted));
  /** The same after the debugger has let it go. */
  const go = (step = false) => {
    runner.release(step);
    return enter();
  };
  return { toy, runner, breakpoints, enter, go };
}

for (const [host, works] of Object.entries(HOSTS)) {
  for (const type of ["software", "hardware"] as const) {
    const name = type === "software" ? "swbreak" : "hwbreak";
    Deno.test(`enter() stops before a ${type} breakpoint when ${host}`, () => {
      const program = [NOP, NOP, NOP, HLT];
      const { toy, breakpoints, go } = stand(program, works);
      for (const address of [0, 2, 3]) breakpoints.place(type, address, 1);
      // It stands at the first, which the debugger knows.
      assertEquals(go(), `5 ${name} at 2`);
      assertEquals([...toy.bytes.subarray(0, 4)], program);
      assertEquals(go(), `5 ${name} at 3`);
      // The guest's own hlt is no breakpoint's.
      assertEquals(go(), VcpuExit.HALTED);
      assertEquals(toy.rip, 4);
    });
  }

  Deno.test(`enter() stops at a write when ${host}`, () => {
    const { toy, breakpoints, go } = stand([NOP, LOAD, 80, STORE, 80, NOP, HLT], works);
    breakpoints.place("write", 80, 1);
    assertEquals(go(), "5 watch:50 at 5");
    assertEquals(toy.bytes[80], 1);
    assertEquals(go(), VcpuExit.HALTED);
  });

  Deno.test(`enter() stops at a write of the tender's when ${host}`, () => {
    const { toy, breakpoints, enter, go } = stand([OUT, NOP, HLT], works);
    toy.hypercall = () => toy.bytes[81]!++;
    breakpoints.place("write", 80, 4);
    assertEquals(go(), VcpuExit.PORT_WRITE);
    assertEquals(enter(), "5 watch:50 at 1");
    assertEquals(go(), VcpuExit.HALTED);
  });

  Deno.test(`enter() makes one step when ${host}`, () => {
    const { breakpoints, enter, go } = stand([NOP, STORE, 80, OUT, NOP, HLT], works);
    breakpoints.place("software", 1, 1);
    assertEquals(go(true), "5  at 1");
    assertEquals(go(true), "5  at 3");
    assertEquals(go(true), VcpuExit.PORT_WRITE);
    assertEquals(enter(), "5  at 4");
    assertEquals(go(true), "5  at 5");
  });
}

Deno.test("enter() stops at an access when debug registers work", () => {
  const { breakpoints, go } = stand([NOP, LOAD, 80, STORE, 80, HLT]);
  breakpoints.place("access", 80, 1);
  assertEquals(go(), "5 awatch:50 at 3");
  assertEquals(go(), "5 awatch:50 at 5");
  assertEquals(go(), VcpuExit.HALTED);
});

Deno.test("enter() is one entry when debug registers watch for writes", () => {
  const program = [...new Array(60).fill(NOP), HLT];
  const served = stand(program), stepped = stand(program, []);
  for (const { breakpoints, go } of [served, stepped]) {
    breakpoints.place("write", 80, 1);
    assertEquals(go(), VcpuExit.HALTED);
  }
  assertEquals(served.toy.entries, 1);
  assertEquals(stepped.toy.entries, 61);
});

Deno.test("enter() meets a breakpoint when the debugger has moved the guest to it", () => {
  const { toy, breakpoints, go } = stand([NOP, NOP, HLT]);
  breakpoints.place("software", 1, 1);
  toy.rip = 1;
  assertEquals(go(true), "5 swbreak at 1");
  assertEquals(go(true), "5  at 2");
});

Deno.test("enter() still leaves the breakpoint where it stood when a signal came first", () => {
  const { toy, breakpoints, go } = stand([NOP, NOP, HLT]);
  breakpoints.place("software", 0, 1);
  toy.interruptions = 2;
  assertEquals(go(true), "5  at 1");
});

Deno.test("enter() returns when a signal is to end the guest", () => {
  const { toy, go } = stand([NOP, HLT]);
  toy.signal = 15;
  assertEquals(go(), VcpuExit.INTERRUPTED);
  assertEquals(toy.entries, 0);
});

for (const [host, works] of Object.entries(HOSTS)) {
  Deno.test(`enter() stops when the debugger interrupts and ${host}`, () => {
    const program = new Array(2000).fill(NOP);
    const { toy, breakpoints, runner, enter } = stand(program, works);
    breakpoints.place("write", 0x1000, 1);
    runner.release(false);
    // What the debugger sends interrupts a guest that runs freely.
    if (works.includes("write")) toy.interruptions = 2;
    let looks = 0;
    const end = enter(() => ++looks === 3 ? { signal: 2 } : undefined);
    assertMatch(`${end}`, /^2 {2}at [0-9]+$/);
    assert(toy.rip < 1000, `${end}`);
  });
}

Deno.test("forget() leaves nothing of the debugger when the guest runs on", () => {
  const program = [NOP, STORE, 80, NOP, HLT];
  const { toy, breakpoints, runner, go } = stand(program);
  breakpoints.place("hardware", 1, 1);
  breakpoints.place("software", 3, 1);
  breakpoints.place("write", 80, 1);
  assertEquals(go(), "5 hwbreak at 1");
  runner.forget();
  assertEquals(toy.watched.vcpu.run(), VcpuExit.HALTED);
  assertEquals(toy.rip, 5);
});

for (
  const works of [...Object.values(HOSTS), ["write"], ["access", "execute"]] as const
) {
  Deno.test(`probeDebugRegisters() finds out that ${works.join() || "none"} works`, () => {
    const toy = new ToyGuest([NOP], works);
    toy.bytes[1] = HLT;
    toy.bytes.fill(7, TOP_OF_STACK - 8, TOP_OF_STACK);
    const before = toy.bytes.slice();
    const { vcpu } = toy.watched;
    const state = vcpu.state();
    assertEquals([...probeDebugRegisters(toy.watched)].sort(), [...works].sort());
    // The guest is as it was.
    assertEquals(vcpu.state(), state);
    assertEquals(toy.bytes.every((byte, index) => byte === before[index]), true);
    assertEquals(vcpu.run(), VcpuExit.HALTED);
  });
}
