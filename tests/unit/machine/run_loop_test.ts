import { assert, assertEquals, assertThrows } from "@std/assert";
import { CALL_COUNTS, GUEST_COUNTS, GuestCount } from "../../../src/contract/figures.ts";
import { CONTINUE, type Hypercall } from "../../../src/contract/hypercalls.ts";
import { EndedBySignal, GuestFault, OperatorError } from "../../../src/errors.ts";
import { type Vcpu, VcpuExit } from "../../../src/contract/vcpu.ts";
import { runGuest } from "../../../src/machine/run_loop.ts";

/** One return of a vCPU from the guest. */
type Exit =
  | { readonly port: number; readonly data?: number }
  | { readonly signal: number }
  | { readonly fault: Error };

/** A vCPU whose guest does what is written here. */
function script(...exits: Exit[]) {
  const state = {
    rests: 0,
    runs: 0,
    port: 0,
    portData: 0,
    exit: undefined as Exit | undefined,
  };
  const vcpu = {
    get port() {
      return state.port;
    },
    get portData() {
      return state.portData;
    },
    rest: () => void (state.rests++),
    run() {
      const exit = state.exit = exits[state.runs++];
      assert(exit !== undefined, "the guest ran after its end");
      if ("port" in exit) {
        state.port = exit.port;
        state.portData = exit.data ?? 0;
        return VcpuExit.PORT_WRITE;
      }
      return "signal" in exit ? VcpuExit.INTERRUPTED : VcpuExit.FAULT;
    },
    polls: {
      get signal() {
        return state.exit && "signal" in state.exit ? state.exit.signal : 0;
      },
    },
    fault: () =>
      state.exit && "fault" in state.exit ? state.exit.fault : new Error("none"),
    instructionPointer: () => 0x100123n,
  };
  return { vcpu: vcpu as unknown as Vcpu, state };
}

/** Numbers 0 to 8, of which 2 and 8 are answered. */
function table(calls: number[], puts: Hypercall = () => CONTINUE) {
  const handlers: (Hypercall | undefined)[] = new Array(9).fill(undefined);
  handlers[2] = (block) => {
    calls.push(block);
    return puts(block);
  };
  handlers[8] = (block) => block & 0xff;
  return handlers;
}

Deno.test("runGuest() returns the status when the guest halts", () => {
  const calls: number[] = [];
  const { vcpu, state } = script(
    { port: 0x502, data: 0x200000 },
    { port: 0x502, data: 0xffff_ffff },
    { port: 0x508, data: 42 },
  );
  assertEquals(runGuest(vcpu, table(calls)), 42);
  assertEquals(calls, [0x200000, 0xffff_ffff]);
  assertEquals([state.runs, state.rests], [3, 1]);
});

Deno.test("runGuest() counts exits by hypercall and kind, the ring's kick as 0", () => {
  const counts = new Float64Array(GUEST_COUNTS);
  const { vcpu } = script(
    { port: 0x502 },
    { signal: 0 },
    { port: 0x600 },
    { port: 0x502 },
    { signal: 0 },
    { port: 0x508, data: 0 },
  );
  const handlers = table([]);
  handlers[0x100] = () => CONTINUE;
  assertEquals(runGuest(vcpu, handlers, () => {}, counts), 0);
  const calls = [...counts.subarray(GuestCount.calls, GuestCount.calls + CALL_COUNTS)];
  assertEquals(calls.slice(0, 9), [1, 0, 2, 0, 0, 0, 0, 0, 1]);
  const exits = counts.subarray(GuestCount.exits, GuestCount.exits + 5);
  assertEquals([...exits], [0, 2, 0, 0, 0]);
  const faulting = script({ fault: new GuestFault("x") });
  assertThrows(() => runGuest(faulting.vcpu, handlers, () => {}, counts), GuestFault);
  assertEquals(counts[GuestCount.exits + VcpuExit.FAULT], 1);
});

Deno.test("runGuest() returns status 0 when the guest halts with it", () => {
  assertEquals(runGuest(script({ port: 0x508, data: 0 }).vcpu, table([])), 0);
});

Deno.test("runGuest() looks after things at each interruption that ends nothing", () => {
  const { vcpu } = script({ signal: 0 }, { port: 0x502 }, { signal: 0 }, { port: 0x508 });
  let checks = 0;
  assertEquals(runGuest(vcpu, table([]), () => checks++), 0);
  assertEquals(checks, 2);
});

Deno.test("runGuest() ends a guest that cannot go on, and not one that a signal ended", () => {
  const lost = () => {
    throw new OperatorError("disk", "broken", "mend it");
  };
  const { vcpu, state } = script({ signal: 0 });
  assertThrows(() => runGuest(vcpu, table([]), lost), OperatorError, "disk: broken");
  assertEquals(state.rests, 1);
  assertThrows(
    () => runGuest(script({ signal: 15 }).vcpu, table([]), lost),
    EndedBySignal,
  );
});

const NUMBERS = [
  [0x500, "invalid guest hypercall: num=0, which no attached device answers"],
  [0x507, "invalid guest hypercall: num=7, which no attached device answers"],
  [0x509, "invalid guest port access: wrote 4 bytes at port=0x509"],
  [0x4ff, "invalid guest port access: wrote 4 bytes at port=0x4ff"],
  [0, "invalid guest port access: wrote 4 bytes at port=0x0"],
  [0xffff, "invalid guest port access: wrote 4 bytes at port=0xffff"],
] as const;

for (const [port, words] of NUMBERS) {
  Deno.test(`runGuest() throws when the guest writes to port 0x${port.toString(16)}`, () => {
    const error = assertThrows(
      () => runGuest(script({ port }).vcpu, table([])),
      GuestFault,
      words,
    );
    assertEquals(error.rip, 0x100123n);
  });
}

Deno.test("runGuest() runs on when an interruption was no signal", () => {
  const { vcpu } = script({ signal: 0 }, { signal: 0 }, { port: 0x508, data: 7 });
  assertEquals(runGuest(vcpu, table([])), 7);
});

Deno.test("runGuest() throws when a signal has come", () => {
  const error = assertThrows(
    () => runGuest(script({ signal: 15 }).vcpu, table([])),
    EndedBySignal,
    "Exiting on signal 15",
  );
  assertEquals(error.signal, 15);
});

Deno.test("runGuest() throws the vCPU's error when the guest has faulted", () => {
  const known = new GuestFault("triple fault", 0xfff0n);
  const error = assertThrows(
    () => runGuest(script({ fault: known }).vcpu, table([])),
    GuestFault,
  );
  assertEquals(error, known);
  assertEquals(error.rip, 0xfff0n);
});

Deno.test("runGuest() adds the guest's address when a handler refuses", () => {
  const puts = () => {
    throw new GuestFault("invalid guest access");
  };
  const error = assertThrows(
    () => runGuest(script({ port: 0x502 }).vcpu, table([], puts)),
    GuestFault,
  );
  assertEquals(error.rip, 0x100123n);
});

Deno.test("runGuest() passes the error on when a resource of the host failed", () => {
  const failure = new OperatorError("disk.img", "write failed", "look at the disk");
  const puts = () => {
    throw failure;
  };
  const error = assertThrows(
    () => runGuest(script({ port: 0x502 }).vcpu, table([], puts)),
    OperatorError,
  );
  assertEquals(error, failure);
});

Deno.test("runGuest() lets the vCPU rest when the guest is ended by an error", () => {
  const { vcpu, state } = script({ fault: new GuestFault("no") });
  assertThrows(() => runGuest(vcpu, table([])), GuestFault);
  assertEquals(state.rests, 1);
});
