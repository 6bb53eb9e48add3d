/**
 * Debugging a guest, by the packets that gdb sends.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { attach, type Debugger, RegisterNumber } from "../support/debugger.ts";
import { hostTest } from "../support/needs.ts";
import { symbolsOf } from "../support/symbols.ts";
import { guest } from "../support/tender.ts";

const { rax, rsp, r12, r15, rip } = RegisterNumber;

const at = symbolsOf(guest("debug"));

/** A symbol's address, and as packets write it. */
function address(symbol: string): number {
  const value = at.get(symbol);
  assert(value !== undefined, symbol);
  return value;
}

function digits(symbol: string): string {
  return address(symbol).toString(16);
}

/** A word of 8 bytes as packets write it. */
function word(value: number): string {
  return new Uint8Array(BigUint64Array.of(BigInt(value)).buffer).toHex();
}

/** The function has not more. */
const BYTES_OF_POLL = address("block_write") - address("poll");

/** Has breakpoints named, as gdb has. */
function agree(gdb: Debugger): void {
  assertMatch(gdb.ask("qSupported:swbreak+;hwbreak+")!, /swbreak\+;hwbreak\+/);
}

hostTest("a guest waits at its entry and runs to its end", ["KVM"], async () => {
  const { debugger: gdb, running } = await attach([guest("debug")]);
  assertEquals(gdb.ask("?"), "T05thread:1;");
  assertEquals(gdb.register(rip), BigInt(address("_start")));
  assertEquals(gdb.ask("c"), "W2a");
  const ended = await running.end();
  assertEquals([ended.status, ended.stdout], [42, "6\n"]);
  assertMatch(
    ended.stderr,
    /^solo5: Waiting for a debugger\. Connect to it like this:$/m,
  );
  assertMatch(ended.stderr, /^solo5: Connection from debugger at \//m);
});

hostTest("registers can be read and written, r12 to r15 too", ["KVM"], async () => {
  const { debugger: gdb, running } = await attach([guest("debug")]);
  const before = gdb.ask("g")!;
  for (let number = r12; number <= r15; number++) {
    assertEquals(gdb.ask(`P${number.toString(16)}=${word(0x1234_5000 + number)}`), "OK");
    assertEquals(gdb.register(number), BigInt(0x1234_5000 + number));
  }
  assertEquals(gdb.register(rsp), 0x3ffff8n);
  assertEquals(gdb.ask("p12"), "08000000");
  assertEquals(gdb.ask("P12=10000000"), "E14");
  assertEquals(gdb.ask("P12=08000000"), "OK");
  // xmm3 and mxcsr, whatever executes SSE.
  assertEquals(gdb.ask(`P2b=${"0123456789abcdef".repeat(2)}`), "OK");
  assertEquals(gdb.ask("p2b"), "0123456789abcdef".repeat(2));
  assertEquals(gdb.ask("p38"), "801f0000");
  assertEquals(gdb.ask(`G${before}`), "OK");
  assertEquals(gdb.ask("g"), before);
  assertEquals(gdb.ask("c"), "W2a");
  assertEquals((await running.end()).status, 42);
});

hostTest("memory can be read and written, code and tables too", ["KVM"], async () => {
  const { debugger: gdb, running } = await attach([guest("debug")]);
  // _start begins with sub $8, %rsp.
  assertEquals(gdb.ask(`m${digits("_start")},4`), "4883ec08");
  assertEquals(gdb.ask(`X${digits("total")},1:\x0a`), "OK");
  assertEquals(gdb.word(address("total")), 10n);
  // The guest's page tables hide the boot-time GDT from the guest.
  assertEquals(gdb.ask("m1008,8"), "ffff00000099af00");
  assertEquals(gdb.ask("m3ffffe,8"), "0000");
  for (const beyond of ["m400000,1", "mffffffffffffffff,1", "M3fffff,2:0000"]) {
    assertEquals(gdb.ask(beyond), "E14", beyond);
  }
  // Code, which this guest must not write itself: it returns 1 at once.
  const code = "b801000000c3";
  assertEquals(gdb.ask(`M${digits("guest_main")},6:${code}`), "OK");
  assertEquals(gdb.ask(`m${digits("guest_main")},6`), code);
  assertEquals(gdb.ask("c"), "W01");
  assertEquals((await running.end()).status, 1);
});

for (const [type, name] of [["0", "swbreak"], ["1", "hwbreak"]] as const) {
  hostTest(`a ${name} stops the guest each time`, ["KVM"], async () => {
    const { debugger: gdb, running } = await attach([guest("debug")]);
    agree(gdb);
    assertEquals(gdb.ask(`Z${type},${digits("add")},1`), "OK");
    const code = gdb.ask(`m${digits("add")},8`);
    for (let round = 0; round < 4; round++) {
      assertEquals(gdb.ask("vCont;c:1"), `T05thread:1;${name}:;`);
      assertEquals(gdb.register(rip), BigInt(address("add")));
      assertEquals(gdb.word(address("counter")), BigInt(round));
      assertEquals(gdb.ask(`m${digits("add")},8`), code);
    }
    // Written over while it stands there: the guest executes what was written.
    assertEquals(gdb.ask(`M${digits("add")},4:4889f8c3`), "OK");
    assertEquals(gdb.ask(`z${type},${digits("add")},1`), "OK");
    assertEquals(gdb.ask("c"), "W2a");
    assertEquals((await running.end()).stdout, "3\n");
  });
}

hostTest("a step is one instruction, also off a breakpoint", ["KVM"], async () => {
  const { debugger: gdb, running } = await attach([guest("debug")]);
  agree(gdb);
  gdb.ask(`Z0,${digits("_start")},1`);
  assertEquals(gdb.ask("s"), "T05thread:1;");
  assertEquals(gdb.register(rip), BigInt(address("_start") + 4));
  assertEquals(gdb.register(rsp), 0x3ffff0n);
  // Back to it: now it is met, not stepped over.
  assertEquals(gdb.ask(`P10=${word(address("_start"))}`), "OK");
  assertEquals(gdb.ask("s"), "T05thread:1;swbreak:;");
  assertEquals(gdb.register(rip), BigInt(address("_start")));
  assertEquals(gdb.ask(`s${digits("guest_main")}`), "T05thread:1;");
  gdb.send("k");
  assertEquals((await running.end()).status, 1);
});

hostTest("a step through a hypercall ends behind it", ["KVM"], async () => {
  const { debugger: gdb, running } = await attach([guest("debug")]);
  const out = gdb.ask(`m${digits("read_clock")},20`)!.indexOf("ef") / 2;
  assert(out > 0);
  gdb.ask(`Z0,${(address("read_clock") + out).toString(16)},1`);
  assertEquals(gdb.ask("c"), "T05thread:1;");
  assertEquals(gdb.word(address("nsecs")), 0n);
  assertEquals(gdb.ask("s"), "T05thread:1;");
  assertEquals(gdb.register(rip), BigInt(address("read_clock") + out + 1));
  assert(gdb.word(address("nsecs")) > 1_000_000_000_000_000_000n);
  assertEquals(gdb.ask("c"), "W2a");
  assertEquals((await running.end()).stdout, "6\n");
});

hostTest("stepping leaves no trace in the flags", ["KVM"], async () => {
  const { debugger: gdb, running } = await attach([guest("debug"), "flags"]);
  gdb.ask(`Z0,${digits("flags_twice")},1`);
  assertEquals(gdb.ask("c"), "T05thread:1;");
  while (gdb.register(rip) < address("flags_twice") + 8) gdb.ask("s");
  assertEquals(gdb.register(rax) & 0x100n, 0n);
  assertEquals(gdb.ask("c"), "W00");
  assertEquals((await running.end()).status, 0);
});

hostTest("a watchpoint sees what guest and tender write", ["KVM"], async () => {
  const { debugger: gdb, running } = await attach([guest("debug")]);
  gdb.ask(`Z2,${digits("total")},8`);
  gdb.ask(`Z2,${digits("nsecs")},8`);
  // 0 and 0 is 0: no change, which debug registers report and gdb passes over.
  const totals = [];
  for (;;) {
    const stop = gdb.ask("c")!;
    if (stop === `T05thread:1;watch:${digits("nsecs")};`) break;
    assertEquals(stop, `T05thread:1;watch:${digits("total")};`);
    totals.push(gdb.word(address("total")));
  }
  assertEquals(totals.filter((total) => total !== 0n), [1n, 3n, 6n]);
  assertEquals(gdb.ask(`z2,${digits("total")},8`), "OK");
  assertEquals(gdb.ask(`z2,${digits("nsecs")},8`), "OK");
  assertEquals(gdb.ask("c"), "W2a");
  assertEquals((await running.end()).stdout, "6\n");
});

hostTest("more is watched than there are debug registers", ["KVM"], async () => {
  const { debugger: gdb, running } = await attach([guest("debug")]);
  for (let index = 0; index < 6; index++) {
    gdb.ask(`Z2,${(address("counter") + 64 + 8 * index).toString(16)},8`);
  }
  assertEquals(gdb.ask(`Z2,${digits("counter")},4`), "OK");
  gdb.ask(`Z0,${digits("add")},1`);
  let stop = "";
  for (let round = 0; round < 8 && !stop.includes("watch"); round++) stop = gdb.ask("c")!;
  assertEquals(stop, `T05thread:1;watch:${digits("counter")};`);
  assertEquals(gdb.word(address("counter")), 1n);
  gdb.send("k");
  assertEquals((await running.end()).status, 1);
});

const LINES = { loop: "looping", calls: "calling" } as const;

for (const [word, line] of Object.entries(LINES)) {
  hostTest(`Ctrl-C stops a guest that runs (${word})`, ["KVM"], async () => {
    const { debugger: gdb, running } = await attach([guest("debug"), word]);
    for (let round = 0; round < 2; round++) {
      gdb.send("vCont;c");
      await running.sees(line);
      gdb.raw("\x03");
      assertEquals(gdb.receive(), "T02thread:1;");
    }
    assertEquals(gdb.ask(`M${digits("flag")},1:00`), "OK");
    assertEquals(gdb.ask("c"), "W07");
    assertEquals((await running.end()).status, 7);
  });
}

hostTest("Ctrl-C stops a guest that sleeps in POLL", ["KVM"], async () => {
  const { debugger: gdb, running } = await attach([guest("debug"), "sleep"]);
  gdb.send("c");
  await running.sees("sleeping");
  // It may be on its way there at first.
  for (let asleep = 0; asleep < 3;) {
    gdb.raw("\x03");
    assertEquals(gdb.receive(), "T02thread:1;");
    const place = Number(gdb.register(rip)) - address("poll");
    if (place > 0 && place < BYTES_OF_POLL) asleep++;
    gdb.send("c");
  }
  running.child.kill("SIGTERM");
  assertEquals(gdb.receive(), "X0f");
  const ended = await running.end();
  assertMatch(ended.stderr, /^solo5: Exiting on signal 15$/m);
  assertEquals(ended.status, 1);
});

hostTest("a guest that is let go runs on alone", ["KVM"], async () => {
  const { debugger: gdb, running } = await attach([guest("debug")]);
  gdb.ask(`Z0,${digits("add")},1`);
  gdb.ask(`Z2,${digits("total")},8`);
  assertEquals(gdb.ask("c"), "T05thread:1;");
  assertEquals(gdb.ask("D"), "OK");
  assertEquals(gdb.receive(), undefined);
  gdb.close();
  const ended = await running.end();
  assertEquals([ended.status, ended.stdout], [42, "6\n"]);
  assertMatch(ended.stderr, /^solo5: Debugger detached$/m);
});

hostTest("a debugger can end the guest", ["KVM"], async () => {
  for (const [packet, answer] of [["k", undefined], ["vKill;1", "OK"]] as const) {
    const { debugger: gdb, running } = await attach([guest("debug")]);
    assertEquals(gdb.ask(packet), answer);
    gdb.close();
    const ended = await running.end();
    assertMatch(ended.stderr, /^solo5: Debugger asked us to quit$/m);
    assertEquals([ended.status, ended.stdout], [1, ""]);
  }
});

hostTest("a debugger that goes away takes the guest with it", ["KVM"], async () => {
  for (const packets of [[], ["c"]]) {
    const { debugger: gdb, running } = await attach([guest("debug"), "loop"]);
    gdb.ask("?");
    for (const packet of packets) gdb.send(packet);
    if (packets.length > 0) await running.sees("looping");
    gdb.close();
    const ended = await running.end();
    assertMatch(
      ended.stderr,
      /^solo5: Exiting as the debugger has closed the connection$/m,
    );
    assertEquals(ended.status, 1);
  }
});
