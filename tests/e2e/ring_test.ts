/**
 * The network ring: frames through it, who serves it, and guests that lie in it.
 * Each in two builds: with room for transmit buffers as Solo5's bindings have
 * them, which a thread serves, and without, which the main thread serves.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { ETHERNET_HEADER_BYTES } from "../../ffi/linux/tun.ts";
import { bind, build, openImageFile, readImage } from "../../mod.ts";
import { ROOT } from "../support/checkout.ts";
import { compiledProgram } from "../support/compiled.ts";
import { attach } from "../support/debugger.ts";
import { hostTest } from "../support/needs.ts";
import { program } from "../support/programs.ts";
import {
  configure,
  deleteInterface,
  enterOwnNetwork,
  framesFrom,
  frameSocket,
  makeTap,
  waitUntilRunning,
} from "../support/network.ts";
import { processorTicks } from "../support/proc.ts";
import { guest, start, tender } from "../support/tender.ts";

const NEEDS = ["KVM", "root", "tun"] as const;

/** The two builds, and who serves them. */
const BUILDS = { ring: "a thread", ring_without_room: "the main thread" } as const;
const NAMES = Object.keys(BUILDS) as (keyof typeof BUILDS)[];

let taps = 0;

/** A tap of this test, and the flags that bind it. */
function oneTap(): { tap: string; flags: string[] } {
  enterOwnNetwork();
  const tap = `ring${taps++}`;
  makeTap(tap);
  return { tap, flags: ["run", "--mem=4", `--net:service0=${tap}`] };
}

/** Waits until a frame has come out of a tap. */
async function moreFramesFrom(tap: string): Promise<void> {
  const before = framesFrom(tap);
  while (framesFrom(tap) === before) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The names of a process's threads. */
async function threads(pid: number): Promise<string> {
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", `cat /proc/${pid}/task/*/comm`],
  }).output();
  return new TextDecoder().decode(stdout);
}

/** A frame of the local experimental type (IEEE 802). */
function frame(payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(ETHERNET_HEADER_BYTES + payload.length);
  bytes.set([2, 0, 0, 0, 0, 0x99, 2, 0, 0, 0, 0, 0x11, 0x88, 0xb5]);
  bytes.set(payload, ETHERNET_HEADER_BYTES);
  return bytes;
}

/** What the guest sends back: addresses exchanged, so from 0x99. */
function isAnswer(bytes: Uint8Array): boolean {
  return bytes[11] === 0x99 && bytes[12] === 0x88 && bytes[13] === 0xb5;
}

for (const name of NAMES) {
  const who = BUILDS[name];

  hostTest(`frames come and go through a ring that ${who} serves`, NEEDS, async () => {
    const { tap, flags } = oneTap();
    const running = start([...flags, guest(name), "echo"]);
    await running.sees("ring");
    const socket = frameSocket(tap);
    waitUntilRunning(tap);
    for (let round = 0; round < 200; round++) {
      const payload = new Uint8Array(46 + round * 7 % 1454).fill(round);
      payload[0] = round === 199 ? "Q".charCodeAt(0) : 0;
      socket.send(frame(payload));
      const answer = socket.receive(isAnswer);
      assert(answer !== undefined, `no answer in round ${round}`);
      assertEquals(answer.subarray(ETHERNET_HEADER_BYTES), payload);
    }
    const ended = await running.end();
    assertEquals([ended.stderr, ended.stdout, ended.status], ["", "ring\n", 0]);
    socket.close();
  });

  hostTest(
    `a guest that ends has all its frames sent when ${who} serves its ring`,
    NEEDS,
    async () => {
      const { tap, flags } = oneTap();
      const before = framesFrom(tap);
      const ended = await tender([...flags, guest(name), "burst", "3000"]);
      assertEquals([ended.stderr, ended.stdout, ended.status], ["", "ring\n", 0]);
      assertEquals(framesFrom(tap) - before, 3000);
    },
  );

  hostTest(
    `what is unusual and no lie does no harm when ${who} serves the ring`,
    NEEDS,
    async () => {
      const { tap, flags } = oneTap();
      const ended = await tender([...flags, guest(name), "odd"]);
      assertEquals([ended.stderr, ended.stdout, ended.status], ["", "ring\n", 0]);
      assertEquals(framesFrom(tap), 1);
    },
  );

  hostTest(
    `frames go on when a tap is up again, and end with it, when ${who} serves the ring`,
    NEEDS,
    async () => {
      const { tap, flags } = oneTap();
      const running = start([...flags, guest(name), "burst", "4000000000"]);
      await running.sees("ring");
      await moreFramesFrom(tap);
      configure(tap, { down: true });
      await new Promise((resolve) => setTimeout(resolve, 50));
      configure(tap, {});
      await moreFramesFrom(tap);
      await deleteInterface(tap);
      const ended = await running.end();
      const lines = ended.stderr.trimEnd().split("\n");
      assert(lines.some((line) => /dropped: [1-9][0-9]*$/.test(line)), ended.stderr);
      assert(
        lines.some((line) => line.startsWith(`solo5: ${tap}: the interface is gone: `)),
        ended.stderr,
      );
      assertEquals([ended.stdout, ended.status], ["ring\n", 1]);
    },
  );

  hostTest(`SIGTERM ends a guest whose ring ${who} serves`, NEEDS, async () => {
    const { flags } = oneTap();
    const running = start([...flags, guest(name), "echo"]);
    await running.sees("ring");
    running.child.kill("SIGTERM");
    const ended = await running.end();
    assertEquals([ended.stderr, ended.status], ["solo5: Exiting on signal 15\n", 1]);
  });
}

const M = "0x400000";
/** Lies, and the words that the sentence has. */
const LIES: Readonly<Record<string, string>> = {
  "ahead": "1025 entries, more than the 1024 there are",
  "behind": "4294967295 entries, more than the 1024 there are",
  "past-end":
    `invalid guest access: gpa=0x3fffc4, 60 bytes, not within its ${M} bytes of memory`,
  "into-ring":
    `invalid guest access: gpa=${M}, 60 bytes, not within its ${M} bytes of memory`,
  "into-text":
    "invalid guest access: gpa=0x100000, 60 bytes to write, in its read-only segment 0x100000 to 0x[0-9a-f]+",
  "huge":
    `invalid guest access: gpa=about 0xfffffffffffff000, 4294967295 bytes, not within its ${M} bytes of memory`,
  "short": "it sent a frame of 13 bytes, less than an Ethernet header's 14",
};

/** Lies that both who may serve a ring are told; the others only the thread. */
const TOLD_TO_BOTH: readonly string[] = ["ahead", "past-end"];

for (const name of NAMES) {
  for (const [lie, words] of Object.entries(LIES)) {
    if (name !== "ring" && !TOLD_TO_BOTH.includes(lie)) continue;
    // The guest then spins; or it waits, or ends, and that does not hide the lie.
    const ways = lie === "ahead" ? ["", "poll", "halt"] : [""];
    for (const way of ways) {
      const told = [way, lie].filter((word) => word !== "");
      hostTest(`${name}: ${told.join(" ")} ends with a sentence`, NEEDS, async () => {
        const { tap, flags } = oneTap();
        const ended = await tender([...flags, guest(name), ...told]);
        assertMatch(
          ended.stderr,
          new RegExp(
            `^solo5: guest fault( at rip=0x[0-9a-f]+)?: network ring: ${words}; [^\n]*\n$`,
          ),
        );
        assertEquals([ended.stdout, ended.status], ["ring\n", 1]);
        assertEquals(framesFrom(tap), 0);
      });
    }
  }
}

/** Memory that is given, and what the guest finds. */
const OFFERS: readonly (readonly [name: string, mebibytes: number, found: string])[] = [
  ["ring", 4, "4 MiB, ring at 0x400000\n"],
  ["ring_without_room", 4, "4 MiB, ring at 0x400000\n"],
  ["ring", 4094, "4094 MiB, ring at 0xffe00000\n"],
  ["ring", 4096, "4094 MiB, ring at 0xffe00000\n"],
  ["ring_abi1", 4096, "4096 MiB, no ring\n"],
];

for (const [name, mebibytes, found] of OFFERS) {
  hostTest(`${name} with --mem=${mebibytes} finds: ${found.trim()}`, NEEDS, async () => {
    const { flags } = oneTap();
    const memory = `--mem=${mebibytes}`;
    const ended = await tender(["run", memory, flags[2]!, guest(name), "info"]);
    assertEquals([ended.stdout, ended.status], [found, 0]);
    assertEquals(
      ended.stderr,
      name === "ring" && mebibytes === 4096
        ? "solo5: --mem=4096: the network ring takes 2 MiB of these; the guest gets 4094 MiB\n"
        : "",
    );
  });
}

hostTest("a kick where no ring is offered is an invalid port access", NEEDS, async () => {
  const { flags } = oneTap();
  const ended = await tender([...flags, guest("ring_abi1"), "kick"]);
  assertMatch(ended.stderr, /invalid guest port access: wrote 4 bytes at port=0x600/);
  assertEquals([ended.stdout, ended.status], ["", 1]);
});

hostTest(
  "a thread is there only for an image with room for its buffers",
  NEEDS,
  async () => {
    for (const name of NAMES) {
      const { flags } = oneTap();
      const running = start([...flags, guest(name), "echo"]);
      await running.sees("ring");
      const names = await threads(running.child.pid);
      assertEquals(/^worker/m.test(names), name === "ring", names);
      running.child.kill("SIGTERM");
      await running.end();
    }
  },
);

hostTest("a ring that nobody uses costs no processor time", NEEDS, async () => {
  const { flags } = oneTap();
  const running = start([...flags, guest("ring"), "echo"]);
  await running.sees("ring");
  const pause = () => new Promise((resolve) => setTimeout(resolve, 700));
  // The runtime's own threads may still be at work for a moment.
  await pause();
  const before = processorTicks(running.child.pid);
  await pause();
  // One that looks without end would use about seventy.
  const used = processorTicks(running.child.pid) - before;
  assert(used < 35, `an idle ring used ${used} ticks of the processor`);
  running.child.kill("SIGTERM");
  await running.end();
});

hostTest("the main thread serves a ring where no thread may start", NEEDS, async () => {
  const { tap, flags } = oneTap();
  const modules = ["run", "--quiet", "--no-prompt", "--allow-ffi", `${ROOT}mod.ts`];
  const { code, stdout, stderr } = await program(
    [Deno.execPath(), ...modules, ...flags, guest("ring"), "burst", "100"],
  ).output();
  const text = new TextDecoder();
  assertEquals([text.decode(stderr), text.decode(stdout), code], ["", "ring\n", 0]);
  assertEquals(framesFrom(tap), 100);
});

hostTest(
  "a compiled program has the thread in it",
  [...NEEDS, "DENORT_BIN"],
  async () => {
    const { flags } = oneTap();
    const { code, stderr } = await program(
      [await compiledProgram(), ...flags, guest("ring"), "ahead"],
    ).output();
    // Without an address: it was not in a kick, which is an exit, that it was found.
    const sentence = `solo5: guest fault: network ring: ${LIES["ahead"]}; the unikernel `;
    assert(new TextDecoder().decode(stderr).startsWith(sentence));
    assertEquals(code, 1);
  },
);

hostTest("guests with rings run one after the other in one process", NEEDS, async () => {
  const { tap } = oneTap();
  for (const [round, name] of ["ring", ...NAMES].entries()) {
    const image = readImage(openImageFile(guest(name)));
    const machine = await build(bind(image, {
      memoryMebibytes: 4,
      net: [{ device: "service0", tap: { interface: tap } }],
      arguments: ["burst", "200"],
    }));
    if (round > 0) assertEquals(machine.seal({ level: "off" }).run(), 0);
    machine.close();
    assertEquals(framesFrom(tap), round * 200);
  }
});

for (const name of NAMES) {
  hostTest(
    `a debugger can look after a ring that ${BUILDS[name]} serves has lied`,
    NEEDS,
    async () => {
      const { flags } = oneTap();
      const { debugger: gdb, running } = await attach([
        flags.at(-1)!,
        guest(name),
        "ahead",
      ]);
      gdb.ask("?");
      gdb.send("c");
      let said: string | undefined;
      do said = gdb.receive(); while (said?.startsWith("O"));
      assertMatch(said ?? "", /^[ST]0[bc]/);
      assertMatch(gdb.ask("g") ?? "", /^[0-9a-f]{100}/);
      gdb.send("c");
      assertMatch(gdb.receive() ?? "", /^X0[bc]/);
      gdb.close();
      const ended = await running.end();
      assertMatch(ended.stderr, /guest fault[^\n]*network ring[^\n]*\n$/);
      assertEquals(ended.status, 1);
    },
  );
}
