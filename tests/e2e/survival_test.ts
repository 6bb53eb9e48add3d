/**
 * What a running guest survives, and what ends it: its taps and its console
 * (`docs/operators.md`, "What a running guest survives"; its disks are in
 * `survival_disk_test.ts`).
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { frame } from "../../scripts/soak/traffic.ts";
import { type Answering, answering } from "../support/answering.ts";
import { hostTest } from "../support/needs.ts";
import {
  configure,
  deleteInterface,
  enterOwnNetwork,
  frameSocket,
  makeTap,
} from "../support/network.ts";
import { processFields, readProc } from "../support/proc.ts";
import { guest, start, tender } from "../support/tender.ts";

const NEEDS = ["KVM", "root", "tun"] as const;
let taps = 0;

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function ip(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("ip", { args }).output();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** Frames to the host that its kernel dropped (man 5 proc_pid_net, dev). */
function droppedBy(tap: string): number {
  const line = readProc("/proc/thread-self/net/dev").split(`${tap}:`)[1]!;
  return Number(line.trim().split(/\s+/)[3]);
}

/** Has a guest answer five frames while its tap is down. */
async function dropFive({ child, tap }: Answering): Promise<void> {
  child.kill("SIGSTOP");
  while (processFields(child.pid)[0] !== "T") await pause(1);
  const socket = frameSocket(tap);
  for (let count = 0; count < 5; count++) socket.send(frame(new Uint8Array(46)));
  configure(tap, { down: true });
  socket.close();
  child.kill("SIGCONT");
  // The kernel counts them too.
  while (droppedBy(tap) < 5) await pause(1);
  configure(tap, {});
}

/** The whole of what the tender says when a tap is gone. */
function assertGone(stderr: string, tap: string): void {
  const lines = stderr.trimEnd().split("\n");
  const last =
    `solo5: ${tap}: the interface is gone: it, or its network namespace, was ` +
    `deleted; make it again (ip tuntap add ${tap} mode tap && ip link set ${tap} up), ` +
    "and start again";
  assertEquals(lines.pop(), last);
  // A tap goes down before it goes away.
  for (const line of lines) {
    assertMatch(line, /: (the interface is down|frames dropped): /);
  }
}

hostTest("frames sent while a tap is down are dropped, and counted", NEEDS, async () => {
  const running = await answering();
  running.ask();
  await dropFive(running);
  const polls = running.ask();
  assert(polls >= 7, `${polls} polls for seven frames`);
  await running.quit();
  assertEquals(
    (await running.end()).stderr,
    `solo5: ${running.tap}: the interface is down: frames are dropped until it is up ` +
      `(ip link set ${running.tap} up)\n` +
      `solo5: ${running.tap}: frames are sent again; dropped: 5\n`,
  );
});

hostTest("POLL sleeps while a tap is down, and wakes when it is up", NEEDS, async () => {
  const running = await answering();
  const before = running.ask();
  configure(running.tap, { down: true });
  await pause(500);
  configure(running.tap, {});
  // The host's own frames (IPv6) wake it some times; waiting busily would be
  // hundreds of times.
  const polls = running.ask() - before;
  assert(polls >= 1 && polls < 50, `${polls} polls`);
  await running.quit();
  assertEquals((await running.end()).stderr, "");
});

hostTest("a guest that sends goes on when its tap is up again", NEEDS, async () => {
  const first = twoTaps();
  const running = start(["run", "--mem=4", ...first.flags, guest("net"), "send"]);
  await running.sees("service1");
  const sees = () => {
    const socket = frameSocket(first.tap);
    const seen = socket.receive((bytes) => bytes.length === 60);
    socket.close();
    assert(seen !== undefined, "no frame");
  };
  sees();
  for (let round = 0; round < 20; round++) {
    configure(first.tap, { down: true });
    await pause(10);
    configure(first.tap, {});
    sees();
  }
  running.child.kill("SIGTERM");
  const { stderr, status } = await running.end();
  const lines = stderr.trimEnd().split("\n");
  // However often it went down and up: ten seconds have two lines.
  assertMatch(lines.shift()!, /^solo5: both[0-9]+: the interface is down: /);
  assertMatch(
    lines.shift()!,
    /^solo5: both[0-9]+: frames are sent again; dropped: [0-9]+$/,
  );
  assertEquals(lines.pop(), "solo5: Exiting on signal 15");
  assert(lines.length < 20, stderr);
  // Nothing is lost silently: the end has what was not said by then.
  assertMatch(lines.pop()!, /^solo5: both[0-9]+: frames [^\n]*dropped: [1-9][0-9]*$/);
  assertEquals(status, 1);
});

function twoTaps(): { tap: string; flags: string[] } {
  enterOwnNetwork();
  const names = [`both${taps++}`, `both${taps++}`];
  for (const name of names) makeTap(name);
  return { tap: names[0]!, flags: names.map((name, index) => `--net:${index}=${name}`) };
}

hostTest("a tap may lose its carrier, its name and its network", NEEDS, async () => {
  const running = await answering();
  running.ask();
  await ip("link", "set", running.tap, "carrier", "off");
  await ip("link", "set", running.tap, "carrier", "on");
  // The kernel takes up to a second to send on it again.
  while (!(await ip("-o", "link", "show", running.tap)).includes("state UP")) {
    await pause(10);
  }
  running.ask();
  const away = new Deno.Command("unshare", { args: ["-n", "sleep", "1000"] }).spawn();
  await ip("link", "set", running.tap, "down");
  await ip("link", "set", running.tap, "name", "moved0");
  await pause(100);
  await ip("link", "set", "moved0", "netns", String(away.pid));
  // The network goes away with its last process, and the tap with the network.
  away.kill("SIGKILL");
  await away.status;
  const ended = await running.end();
  assertGone(ended.stderr, running.tap);
  assertEquals(ended.status, 1);
});

for (
  const [what, args] of [["reads", []], ["only waits", ["deaf"]]] as const
) {
  hostTest(`a deleted tap ends a guest that ${what}`, NEEDS, async () => {
    const running = await answering({ args });
    await deleteInterface(running.tap);
    const ended = await running.end();
    assertGone(ended.stderr, running.tap);
    assertEquals(ended.status, 1);
  });
}

hostTest("a deleted tap ends a guest that only sends", NEEDS, async () => {
  const { tap, flags } = twoTaps();
  const running = start(["run", "--mem=4", ...flags, guest("net"), "send"]);
  await running.sees("service1");
  await deleteInterface(tap);
  const ended = await running.end();
  assertGone(ended.stderr, tap);
  assertEquals(ended.status, 1);
});

hostTest("a guest goes on when nobody takes the tender's messages", NEEDS, async () => {
  const directory = await Deno.makeTempDir();
  const fifo = `${directory}/fifo`;
  await new Deno.Command("mkfifo", { args: [fifo] }).output();
  // Open for both, it has a reader, who reads nothing; this fills it.
  using full = await Deno.open(fifo, { read: true, write: true });
  full.writeSync(new Uint8Array(1 << 16));
  const running = await answering({ shell: `exec "$@" 2>${fifo}` });
  await dropFive(running);
  running.ask();
  await running.quit();
  await Deno.remove(directory, { recursive: true });
});

hostTest(
  "a reader that leaves while the guest waits for it ends it",
  ["KVM"],
  async () => {
    const directory = await Deno.makeTempDir();
    const fifo = `${directory}/fifo`;
    await new Deno.Command("mkfifo", { args: [fifo] }).output();
    const reader = await Deno.open(fifo, { read: true, write: true });
    const running = start(["run", "--mem=4", guest("puts"), "flood", "1000000"], {
      shell: `exec "$@" >${fifo}`,
    });
    await reader.read(new Uint8Array(100));
    // More than a FIFO holds: the guest waits, and nothing is lost.
    await pause(300);
    reader.close();
    const ended = await running.end();
    assertMatch(
      ended.stderr,
      /^solo5: standard output: [^\n]*EPIPE \(nobody reads it any more\); [^\n]*\n$/,
    );
    assertEquals(ended.status, 1);
    await Deno.remove(directory, { recursive: true });
  },
);

hostTest("a full file system ends a guest that prints", ["KVM", "root"], async () => {
  const directory = await Deno.makeTempDir();
  const script = `mount -t tmpfs -o size=64k none ${directory} && "$@" >${directory}/out
echo $? $(wc -c <${directory}/out)`;
  const ended = await tender(["run", "--mem=4", guest("puts"), "flood", "100000"], {
    shell: `exec unshare -m sh -c '${script}' sh "$@"`,
  });
  assertMatch(ended.stderr, /^solo5: standard output: [^\n]*ENOSPC[^\n]*\n$/);
  // All the room there was is used.
  assertEquals(ended.stdout, "1 65536\n");
  await Deno.remove(directory);
});
