/**
 * Rates: a guest over one waits, loses nothing, and can be ended meanwhile. The
 * times are lower bounds on the guest's own clock, with room for one that is
 * inexact; without a rate they are next to nothing.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { attach } from "../support/debugger.ts";
import { withDisk } from "../support/disk.ts";
import { hostTest } from "../support/needs.ts";
import {
  enterOwnNetwork,
  framesFrom,
  frameSocket,
  makeTap,
  waitUntilRunning,
} from "../support/network.ts";
import { processorTicks } from "../support/proc.ts";
import { guest, type Running, start, tender } from "../support/tender.ts";

const NET = ["KVM", "root", "tun"] as const;
const DISK_BYTES = 1 << 20;
/** So slow that a second time is never. */
const NEVER = "1bit";

let taps = 0;

/** A tap of a test's own. */
function oneTap(): string {
  enterOwnNetwork();
  const tap = `rate${taps++}`;
  makeTap(tap);
  return tap;
}

/** Has frames wait in a tap: of the type that the guest wants, with numbers. */
function sendFrames(tap: string, count: number): void {
  waitUntilRunning(tap);
  const socket = frameSocket(tap);
  for (let number = 0; number < count; number++) {
    const frame = new Uint8Array(60);
    frame.set([2, 0, 0, 0, 0, 0x11, 2, 0, 0, 0, 0, 0x99, 0x88, 0xb5, number]);
    socket.send(frame);
  }
  socket.close();
}

/** How long the guest took, by its own clock. */
function took(stdout: string): number {
  return Number(/took ([0-9]+)\n$/.exec(stdout)?.[1]);
}

async function endBySigterm(running: Running): Promise<string> {
  running.child.kill("SIGTERM");
  const ended = await running.end();
  assertEquals(ended.stderr, "solo5: Exiting on signal 15\n");
  assertEquals([ended.status, ended.signal], [1, null]);
  return ended.stdout;
}

hostTest(
  "a guest prints all it has to when the console has a rate",
  ["KVM"],
  async () => {
    // Behind the first, four waits of 100 ms.
    const flags = ["run", "--mem=2", "--console-rate=1kB,burst=1ms", guest("pace")];
    const { stdout, stderr, status } = await tender([...flags, "puts", "5", "100"]);
    assertEquals(stdout.replace(/took.*/, ""), `ready\n${".".repeat(500)}\n`);
    assert(took(stdout) >= 300, stdout);
    assertEquals([stderr, status], ["", 0]);
  },
);

/** What a guest does with a disk at a rate, and the least that it may take. */
const DISK_RATES: readonly (readonly [rate: string, args: string[], leastMs: number])[] =
  [
    ["100iops,burst=1ms", ["write", "41", "512"], 300],
    ["100iops,burst=1ms", ["read", "41", "512"], 300],
    // Each is more than a hundred times what the bucket holds.
    ["800kbit,burst=5ms", ["write", "2", "65536"], 490],
    ["1GB,100iops,burst=1ms", ["read", "41", "65536"], 300],
  ];

for (const [rate, args, leastMs] of DISK_RATES) {
  hostTest(`a guest that does ${args.join(" ")} waits at ${rate}`, ["KVM"], async () => {
    await withDisk(DISK_BYTES, async (path) => {
      const flags = ["run", "--mem=4", `--block:disk=${path}`, `--block-rate:0=${rate}`];
      const ended = await tender([...flags, guest("pace_disk"), ...args]);
      assertEquals([ended.stderr, ended.status], ["", 0]);
      assert(took(ended.stdout) >= leastMs, ended.stdout);
    });
  });
}

for (const rate of ["100pps,burst=1ms", "6kB,burst=1ms"]) {
  hostTest(`a guest sends all its frames at ${rate}`, NET, async () => {
    const tap = oneTap();
    const flags = ["run", "--mem=4", `--net:0=${tap}`, `--net-rate:0=${rate}`];
    const ended = await tender([...flags, guest("pace_net"), "send", "41", "60"]);
    assertEquals([ended.stderr, ended.status], ["", 0]);
    assert(took(ended.stdout) >= 300, ended.stdout);
    assertEquals(framesFrom(tap), 41);
  });

  hostTest(`a guest receives every frame at ${rate}`, NET, async () => {
    const tap = oneTap();
    const flags = ["run", "--mem=4", `--net:0=${tap}`, `--net-rate:0=${rate}`];
    const running = start([...flags, guest("pace_net"), "receive", "41"]);
    await running.sees("ready");
    sendFrames(tap, 41);
    const ended = await running.end();
    assertEquals([ended.stderr, ended.status], ["", 0]);
    assert(took(ended.stdout) >= 300, ended.stdout);
  });
}

hostTest("SIGTERM ends a guest that waits to print", ["KVM"], async () => {
  const flags = ["run", "--mem=2", `--console-rate=${NEVER}`, guest("pace")];
  const running = start([...flags, "puts", "1000", "10"]);
  await running.sees("ready");
  assertEquals(await endBySigterm(running), "ready\n");
});

for (const word of ["read", "write"]) {
  hostTest(`SIGTERM ends a guest that waits to ${word} its disk`, ["KVM"], async () => {
    await withDisk(DISK_BYTES, async (path) => {
      const flags = ["run", "--mem=4", `--block:0=${path}`, `--block-rate:0=${NEVER}`];
      const running = start([...flags, guest("pace_disk"), word, "1000", "512"]);
      await running.sees("first");
      assertEquals(await endBySigterm(running), "ready\nfirst\n");
    });
  });
}

hostTest("SIGTERM ends a guest that waits to receive", NET, async () => {
  const tap = oneTap();
  // Enough for the host's own frames (IPv6) to come first.
  const rate = "--net-rate:0=1pps,burst=20000ms";
  const flags = ["run", "--mem=4", `--net:0=${tap}`, rate, guest("pace_net")];
  const running = start([...flags, "receive", "200"]);
  await running.sees("ready");
  sendFrames(tap, 200);
  await running.sees("first");
  assertEquals(await endBySigterm(running), "ready\nfirst\n");
});

hostTest(
  "a guest that waits to send sleeps, also when frames wait for it",
  NET,
  async () => {
    const tap = oneTap();
    const flags = ["run", "--mem=4", `--net:0=${tap}`, `--net-rate:0=${NEVER}`];
    const running = start([...flags, guest("pace_net"), "send", "1000", "60"]);
    await running.sees("first");
    sendFrames(tap, 10);
    const pause = () => new Promise((resolve) => setTimeout(resolve, 700));
    // The runtime's own threads may still be at work for a moment.
    await pause();
    const before = processorTicks(running.child.pid);
    await pause();
    // One that waits busily would use about seventy.
    const used = processorTicks(running.child.pid) - before;
    assert(used < 35, `a waiting guest used ${used} ticks of the processor`);
    assertEquals(await endBySigterm(running), "ready\nfirst\n");
    assertEquals(framesFrom(tap), 1);
  },
);

hostTest("a disk is looked after while its guest waits for it", ["KVM"], async () => {
  await withDisk(DISK_BYTES, async (path) => {
    const flags = ["run", "--mem=4", `--block:0=${path}`, `--block-rate:0=${NEVER}`];
    const running = start([...flags, guest("pace_disk"), "read", "1000", "512"]);
    await running.sees("first");
    await Deno.truncate(path, 512);
    const { stderr, status } = await running.end();
    assertEquals(
      stderr,
      `solo5: ${path}: it has become shorter than ${DISK_BYTES} bytes; look at the disk, and start again\n`,
    );
    assertEquals(status, 1);
  });
});

hostTest("a guest is offered no ring when a network device has a rate", NET, async () => {
  const tap = oneTap();
  const flags = ["run", "--mem=16", `--net:0=${tap}`, "--net-rate:0=1Gbit,100000pps"];
  const ended = await tender([...flags, guest("ring_bench"), "send", "20", "60"]);
  assertEquals([ended.stdout, ended.stderr, ended.status], ["no ring\n", "", 0]);
  assertEquals(framesFrom(tap), 20);
});

hostTest("Ctrl-C stops a guest that waits for its rate", ["KVM"], async () => {
  const { debugger: gdb, running } = await attach([
    `--console-rate=${NEVER}`,
    guest("pace"),
    ...["puts", "1000", "10"],
  ]);
  gdb.ask("?");
  gdb.send("c");
  await running.sees("ready");
  gdb.raw("\x03");
  assertEquals(gdb.receive()?.slice(0, 3), "T02");
  gdb.send("k");
  gdb.close();
  const ended = await running.end();
  assertEquals([ended.stdout, ended.status], ["ready\n", 1]);
});

hostTest("everything wrong with rates is one sentence", ["KVM"], async () => {
  const ended = await tender([
    "run",
    ...["--block-rate:disk=fast", "--net-rate:disk=1MB", "--block-rate:log=1MB"],
    ...["--console-rate=5pps", "--block:disk=/dev/null", guest("pace_disk")],
  ]);
  for (
    const problem of [
      "--block-rate:disk=fast has a bad value (give so much a second, as 20MB or ",
      "--console-rate=5pps has a bad value (give so much a second, as 10kB, ",
      "--net-rate:disk names a block device (",
      "--block-rate:log names no block device of the manifest (drop it)",
    ]
  ) {
    assert(ended.stderr.includes(problem), ended.stderr);
  }
  assertEquals([ended.stderr.split("\n").length, ended.status], [2, 1]);
});
