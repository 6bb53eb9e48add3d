/**
 * `kill -9` at any moment: what the guest was told is written is in the file,
 * nothing else is touched, and disk and tap can be used again at once.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { withDisk } from "../support/disk.ts";
import { hostTest } from "../support/needs.ts";
import { enterOwnNetwork, frameSocket, makeTap } from "../support/network.ts";
import { BLOCK_BYTES, NumberedDisk, numbers } from "../support/numbers.ts";
import { Random } from "../support/random.ts";
import { guest, start, tender } from "../support/tender.ts";

/** How often a tender is killed; fewer times where each start takes seconds. */
const KILLS = Math.ceil(Number(Deno.env.get("SOLO5_SIGNALS") ?? "201") / 4);
const DISK_BYTES = 8 * BLOCK_BYTES;
const FOREVER = 1e9;

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Every file of a folder with its contents and the time of its last change. */
function contentsOf(directory: string, but: string): unknown[] {
  return [...Deno.readDirSync(directory)]
    .filter(({ name }) => name !== but)
    .map(({ name }) => [
      name,
      Deno.readTextFileSync(`${directory}/${name}`),
      Deno.statSync(`${directory}/${name}`).mtime,
    ]);
}

for (
  const [mode, needs] of [
    ["none", ["KVM"]],
    ["write", ["KVM", "a fast host"]],
  ] as const
) {
  hostTest(
    `a tender killed at any moment leaves what it wrote with sync=${mode}`,
    needs,
    () =>
      withDisk(DISK_BYTES, async (path) => {
        const directory = path.replace(/\/[^/]*$/, "");
        for (const neighbour of ["a", "z"]) {
          await Deno.writeTextFile(`${directory}/${neighbour}`, neighbour);
        }
        const before = contentsOf(directory, "disk.img");
        const disk = new NumberedDisk(path, DISK_BYTES);
        const random = new Random(9);
        let startMs = 200;
        for (let kill = 0; kill < KILLS; kill++) {
          const flags = ["--mem=4", `--block:disk=${path},sync=${mode}`];
          const began = performance.now();
          const running = start(["run", ...flags, ...numbers(disk.next, FOREVER)]);
          // Every third while it starts, the others while the guest writes.
          if (kill % 3 === 2) await pause(random.below(startMs));
          else {
            await running.sees("\n");
            startMs = performance.now() - began;
            // Once around the disk.
            await running.sees(`\n${disk.next + DISK_BYTES / BLOCK_BYTES}\n`);
            await pause(random.below(20));
          }
          running.child.kill("SIGKILL");
          const ended = await running.end();
          assertEquals([ended.signal, ended.stderr], ["SIGKILL", ""]);
          disk.check(ended.stdout);
        }
        disk.checkUsed();
        assertEquals(contentsOf(directory, "disk.img"), before);
      }),
  );
}

hostTest(
  "a disk is free as soon as its tender was killed",
  ["KVM"],
  () =>
    withDisk(DISK_BYTES, async (path) => {
      const flags = ["run", "--mem=4", `--block:disk=${path}`];
      const first = start([...flags, guest("poll_disk"), "forever"]);
      await first.sees("sleeping");
      const refused = await tender([...flags, ...numbers(1, 3)]);
      assertMatch(refused.stderr, /^solo5: --block:disk=[^\n]*flock: EAGAIN[^\n]*\n$/);
      assertEquals([refused.stdout, refused.status], ["", 1]);
      first.child.kill("SIGKILL");
      await first.end();
      const second = await tender([...flags, ...numbers(1, 3)]);
      assertEquals([second.stdout, second.stderr, second.status], ["1\n2\n3\n", "", 0]);
    }),
);

/** Sees a frame of a guest that sends. */
function assertSends(tap: string): void {
  const socket = frameSocket(tap);
  assert(socket.receive((frame) => frame.length === 60) !== undefined, "no frame");
  socket.close();
}

hostTest("a tap is free as soon as its tender was killed", [
  "KVM",
  "root",
  "tun",
], async () => {
  enterOwnNetwork();
  const taps = ["killed0", "killed1"];
  for (const tap of taps) makeTap(tap);
  const flags = taps.map((tap, index) => `--net:${index}=${tap}`);
  const args = ["run", "--mem=4", ...flags, guest("net"), "send"];
  for (let round = 0; round < 3; round++) {
    const running = start(args);
    await running.sees("service1");
    assertSends(taps[0]!);
    const refused = await tender(args);
    assertMatch(refused.stderr, /^solo5: --net:service0=[^\n]*EBUSY[^\n]*\n$/);
    assertEquals([refused.stdout, refused.status], ["", 1]);
    running.child.kill("SIGKILL");
    const ended = await running.end();
    assertEquals([ended.signal, ended.stderr], ["SIGKILL", ""]);
  }
});
