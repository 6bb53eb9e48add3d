/**
 * What the host can run out of, and a clock that is set: what the guest was told
 * is written is in its disk, and another tender can have it.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { readProc } from "../support/proc.ts";
import { withDisk } from "../support/disk.ts";
import { tenderWithMemory } from "../support/memory_limit.ts";
import { hostTest } from "../support/needs.ts";
import { BLOCK_BYTES, NumberedDisk, numbers } from "../support/numbers.ts";
import { guest, start, tender } from "../support/tender.ts";
import { run, THIN_BYTES, withThinFile } from "../support/thin_device.ts";

const DISK_BYTES = 8 * BLOCK_BYTES;

/** The flags of a guest with this disk. */
function flags(path: string, mebibytes = 4): string[] {
  return ["run", `--mem=${mebibytes}`, `--block:disk=${path}`];
}

/** Has another guest write one more block on what the first one left. */
async function assertUsable(disk: NumberedDisk): Promise<void> {
  const ended = await tender([...flags(disk.path), ...numbers(disk.next, disk.next)]);
  assertEquals([ended.stderr, ended.status], ["", 0]);
  disk.check(ended.stdout);
}

hostTest(
  "a full disk keeps what the guest was told it has",
  ["KVM", "root"],
  () =>
    withThinFile(async (path) => {
      const disk = new NumberedDisk(path, THIN_BYTES);
      const ended = await tender([...flags(path), ...numbers(1, 1000)]);
      assertMatch(
        ended.stderr,
        /^solo5: [^\n]*disk.img: write at byte [0-9]+ failed: ENOSPC \(no space left on device\); make room, and start again\n$/,
      );
      assertEquals([ended.status, ended.signal], [1, null]);
      assert(ended.stdout !== "");
      disk.check(ended.stdout);
    }),
);

hostTest(
  "a file that may not grow keeps what the guest was told it has",
  ["KVM"],
  () =>
    withDisk(DISK_BYTES, async (path) => {
      const disk = new NumberedDisk(path, DISK_BYTES);
      // 64 or 128 KiB, by the shell: its blocks have 512 or 1024 bytes.
      const ended = await tender([...flags(path), ...numbers(1, 1000)], {
        shell: 'ulimit -f 128; exec "$@"',
      });
      assertMatch(
        ended.stderr,
        /^solo5: [^\n]*: write at byte [0-9]+ failed: EFBIG[^\n]*\n$/,
      );
      assertEquals([ended.status, ended.signal], [1, null]);
      assert(ended.stdout !== "");
      disk.check(ended.stdout);
      await assertUsable(disk);
    }),
);

hostTest(
  "a tender without memory is killed, and its disk is whole and free",
  ["KVM", "memory cgroup"],
  () =>
    withDisk(DISK_BYTES, async (path) => {
      const disk = new NumberedDisk(path, DISK_BYTES);
      const [image, ...range] = numbers(1, 1_000_000);
      const ended = await tenderWithMemory(
        200 << 20,
        [...flags(path, 1024), image!, "hungry", ...range],
      );
      assertEquals([ended.signal, ended.stderr], ["SIGKILL", ""]);
      assert(ended.killedForMemory);
      assert(ended.stdout !== "");
      disk.check(ended.stdout);
      await assertUsable(disk);
    }),
);

/** Sets the wall clock of the whole host forward, or back. */
async function setClock(seconds: number): Promise<void> {
  await run("date", "-s", `@${Math.floor(Date.now() / 1000) + seconds}`);
}

const HOUR = 3600;
/** The number of this system call on x86_64. */
const PPOLL = 271;

for (const [how, seconds] of [["forward", HOUR], ["back", -HOUR]] as const) {
  hostTest(
    `a sleep is as long as asked for when the wall clock is set ${how}`,
    ["KVM", "root", "settable clock"],
    async () => {
      const running = start(["run", "--mem=2", guest("poll"), "sleep", "3000"]);
      while (!readProc(`/proc/${running.child.pid}/syscall`).startsWith(`${PPOLL} `)) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await setClock(seconds);
      const ended = await running.end();
      await setClock(-seconds);
      const [wall, counter] = ended.stdout.split(" ").map(Number);
      assertEquals([ended.stderr, ended.status], ["", 0]);
      assert(counter! >= 2999, ended.stdout);
      // The guest sees the new time, in milliseconds.
      if (seconds > 0) assert(wall! >= HOUR * 1000, ended.stdout);
    },
  );
}
