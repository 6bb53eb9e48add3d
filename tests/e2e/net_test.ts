/**
 * Network devices: frames through taps of a network namespace of the tests' own.
 *
 * @module
 */
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { closeFile } from "../../ffi/files.ts";
import { OperatorError } from "../../src/errors.ts";
import { attach } from "../../src/modules/net/attach.ts";
import { passing } from "../support/descriptors.ts";
import { hostTest } from "../support/needs.ts";
import {
  configure,
  enterOwnNetwork,
  frameSocket,
  makeTap,
  openTap,
} from "../support/network.ts";
import { processorTicks } from "../support/proc.ts";
import type { Socket } from "../support/socket.ts";
import { guest, start, tender } from "../support/tender.ts";

const NEEDS = ["KVM", "root", "tun"] as const;
const ETHERTYPE = 0x88b5;
/** A number for a passed descriptor that nobody else uses. */
const PASSED = 99;
let taps = 0;

/** Two taps of this test, and how to talk on them. */
function twoTaps(): { names: [string, string]; flags: string[] } {
  enterOwnNetwork();
  const names: [string, string] = [`tap${taps++}`, `tap${taps++}`];
  for (const name of names) makeTap(name);
  return { names, flags: [`--net:service0=${names[0]}`, `--net:service1=${names[1]}`] };
}

/** A frame of the local experimental type (IEEE 802). */
function frame(payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(14 + payload.length);
  bytes.set([2, 0, 0, 0, 0, 0x99, 2, 0, 0, 0, 0, 0x11], 0);
  new DataView(bytes.buffer).setUint16(12, ETHERTYPE);
  bytes.set(payload, 14);
  return bytes;
}

/** What the guest sends back: addresses exchanged, so from 0x99. */
function isAnswer(bytes: Uint8Array): boolean {
  return bytes[11] === 0x99 && bytes[12] === 0x88 && bytes[13] === 0xb5;
}

hostTest("a guest answers on two interfaces at once", NEEDS, async () => {
  const { names, flags } = twoTaps();
  const mac = "--net-mac:1=2:0:0:1:2:3f";
  const running = start(["run", "--mem=4", ...flags, mac, guest("net")]);
  await running.sees("service1");
  const sockets = names.map((name) => frameSocket(name));
  for (let round = 0; round < 200; round++) {
    for (const [index, socket] of sockets.entries()) {
      const payload = new Uint8Array(46 + round * 7 % 1454).fill(round);
      payload[0] = 0;
      socket.send(frame(payload));
      const answer = socket.receive(isAnswer);
      assert(answer !== undefined, `no answer on ${names[index]}`);
      payload[0] = index + 1;
      assertEquals(answer.subarray(14), payload);
    }
  }
  sockets[1]!.send(frame(new TextEncoder().encode("Quit".padEnd(46))));
  const ended = await running.end();
  assertMatch(ended.stdout, /^service0 0x[0-9a-f]{1,2}(:0x[0-9a-f]{1,2}){5} 1500\n/);
  assertStringIncludes(ended.stdout, "service1 0x2:0x0:0x0:0x1:0x2:0x3f 1500\n");
  assertEquals([ended.stderr, ended.status], ["", 0]);
  for (const socket of sockets) socket.close();
});

hostTest("positions name interfaces, and the guest learns the MTU", NEEDS, async () => {
  const { names } = twoTaps();
  configure(names[1], { mtu: 9000 });
  const flags = [`--net:0=${names[0]}`, `--net:1=${names[1]}`];
  const ended = await tender(["run", "--mem=4", ...flags, guest("net"), "errors"]);
  assertMatch(ended.stdout, /service0 .* 1500\nservice1 .* 9000\nSUCCESS\n$/);
  assertEquals([ended.stderr, ended.status], ["", 0]);
});

hostTest("a tap can be passed as an open descriptor", NEEDS, async () => {
  const { names, flags } = twoTaps();
  const run = ["run", "--mem=4", `--net:service0=@${PASSED}`, flags[1]!, guest("net")];
  const ended = await passing(
    openTap(names[0]),
    PASSED,
    () => tender([...run, "errors"]),
  );
  assertStringIncludes(ended.stdout, "SUCCESS");
  assertEquals([ended.stderr, ended.status], ["", 0]);
});

hostTest("a tap that was opened here and not passed is refused", NEEDS, () => {
  const { names } = twoTaps();
  const descriptor = openTap(names[0]);
  const tap = { descriptor };
  assertThrows(
    () => attach({ type: "NET_BASIC", name: "service0", handle: 1, tap }, () => {}),
    OperatorError,
    `--net:service0=@${descriptor}: this descriptor was not passed`,
  );
  closeFile(descriptor);
});

hostTest("what is no tap of ours is refused with a sentence", NEEDS, async () => {
  const { names, flags } = twoTaps();
  const cases: [string, RegExp][] = [
    ["nosuchtap", /ENODEV \(no such device\); ip tuntap add nosuchtap mode tap/],
    ["lo", /lo: TUNSETIFF: EINVAL/],
    ["@98", /descriptor 98: TUNGETIFF: EBADF/],
    ["@98765432", /EBADF/],
    ["@3", /descriptor 3: TUNGETIFF: /],
  ];
  const busy = openTap(names[1]);
  cases.push([names[1], /TUNSETIFF: EBUSY \(in use by another process\)/]);
  for (const [tap, words] of cases) {
    const run = ["run", flags[0]!, `--net:service1=${tap}`, guest("net")];
    const ended = await tender(run);
    assertMatch(ended.stderr, words);
    assertMatch(ended.stderr, /^solo5: --net:service1=[^\n]*\n$/);
    assertEquals([ended.stdout, ended.status], ["", 1]);
  }
  assert(busy > 2);
  configure(names[0], { down: true });
  const ended = await tender(["run", ...flags, guest("net")]);
  assertStringIncludes(
    ended.stderr,
    `the interface is down; ip link set ${names[0]} up\n`,
  );
});

hostTest("no tap is made for a name that does not exist", NEEDS, async () => {
  enterOwnNetwork();
  const flags = ["--net:0=ghost0", "--net:1=ghost1"];
  assertEquals((await tender(["run", ...flags, guest("net")])).status, 1);
  const links = await new Deno.Command("ip", { args: ["-o", "link"] }).output();
  assertEquals(new TextDecoder().decode(links.stdout).includes("ghost"), false);
});

for (const [what, length] of [["empty", 0], ["short", 13]] as const) {
  hostTest(`a frame of ${length} bytes is the guest's fault`, NEEDS, async () => {
    const { flags } = twoTaps();
    const ended = await tender(["run", "--mem=4", ...flags, guest("net"), what]);
    const words = `it sent a frame of ${length} bytes, less than an Ethernet header's 14`;
    assertMatch(
      ended.stderr,
      new RegExp(`^solo5: guest fault at rip=0x[0-9a-f]+: ${words}[^\\n]*\n$`),
    );
    assertEquals(ended.status, 1);
  });
}

hostTest(
  "POLL wakes for a packet long before its time, and sleeps till then",
  NEEDS,
  async () => {
    const { names, flags } = twoTaps();
    const running = start(["run", "--mem=4", ...flags, guest("net")]);
    await running.sees("service1");
    const socket = frameSocket(names[0]);
    const delays: number[] = [];
    for (let round = 0; round < 50; round++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      const sent = performance.now();
      socket.send(frame(new Uint8Array(46)));
      assert(socket.receive(isAnswer) !== undefined);
      delays.push(performance.now() - sent);
    }
    // The guest waits for ever: without a wake-up no answer would come at all.
    assertEquals(delays.length, 50);
    const ticks = () => processorTicks(running.child.pid);
    // The runtime's own threads may still be at work for a moment.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const before = ticks();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    // One that waits busily would use about a hundred.
    const used = ticks() - before;
    assert(used < 50, `a sleeping guest used ${used} ticks of the processor`);
    running.child.kill("SIGTERM");
    await running.end();
    socket.close();
  },
);

hostTest("63 devices at once, networks and disks", NEEDS, async () => {
  enterOwnNetwork();
  const directory = await Deno.makeTempDir();
  const flags: string[] = [];
  const sockets: Socket[] = [];
  for (let index = 0; index < 63; index++) {
    const number = index >> 1;
    if (index % 2 === 1) {
      makeTap(`many${number}`);
      sockets.push(frameSocket(`many${number}`));
      flags.push(`--net:net${number}=many${number}`);
    } else {
      const path = `${directory}/${number}`;
      await Deno.writeFile(path, new Uint8Array(512));
      flags.push(`--block:disk${number}=${path}`);
    }
  }
  const ended = await tender(["run", "--mem=4", ...flags, guest("many")]);
  assertEquals([ended.stderr, ended.stdout, ended.status], ["", "SUCCESS\n", 0]);
  for (const [number, socket] of sockets.entries()) {
    const sent = socket.receive((bytes) => bytes[12] === 0x88 && bytes[13] === 0xb5);
    assertEquals(sent?.[14], 2 * number + 2);
    socket.close();
  }
  for (let number = 0; number < 32; number++) {
    const disk = await Deno.readFile(`${directory}/${number}`);
    assertEquals([disk[0], disk[511]], [2 * number + 1, 2 * number + 1]);
  }
  await Deno.remove(directory, { recursive: true });
});
