/**
 * What a running guest survives, and what ends it: its disks. (Full, and
 * shortened while it reads: `block_test.ts`.)
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { answering } from "../support/answering.ts";
import { makeDisk, withDirectory } from "../support/disk.ts";
import { hostTest } from "../support/needs.ts";
import { guest, start } from "../support/tender.ts";
import { run, withThinDevice } from "../support/thin_device.ts";

const MEBIBYTE = 1 << 20;

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

for (
  const [what, image, args] of [
    ["sleeps", "poll_disk", ["forever"]],
    ["works", "bench_disk", ["read", "1000000000", "0"]],
  ] as const
) {
  hostTest(
    `a disk that becomes shorter ends a guest that ${what}`,
    ["KVM"],
    () =>
      withDirectory(async (directory) => {
        const disk = `${directory}/disk.img`;
        await makeDisk(disk, MEBIBYTE);
        const flags = ["--mem=2", `--block:disk=${disk},ro`];
        const running = start(["run", ...flags, guest(image), ...args]);
        await running.sees("\n");
        await Deno.truncate(disk, MEBIBYTE - 512);
        const ended = await running.end();
        assertEquals(
          ended.stderr,
          `solo5: ${disk}: it has become shorter than ${MEBIBYTE} bytes; ` +
            "look at the disk, and start again\n",
        );
        assertEquals(ended.status, 1);
      }),
  );
}

function notReached(device: string): string {
  return `solo5: ${device}: what the guest wrote earlier did not reach it: ` +
    "EIO (input/output error); look at the disk, and start again\n";
}

const LOOP_NEEDS = ["KVM", "root", "loop"] as const;

hostTest(
  "a write that the host could not carry out later ends the guest",
  LOOP_NEEDS,
  () =>
    withThinDevice(async (device) => {
      const work = ["write", "1000000000", "4096"];
      const flags = ["--mem=4", `--block:disk=${device}`];
      const running = start(["run", ...flags, guest("bench_disk"), ...work]);
      await running.sees("benchmark");
      await pause(200);
      // The host does this by itself, some seconds later.
      await run("blockdev", "--flushbufs", device);
      const ended = await running.end();
      assertEquals(ended.stderr, notReached(device));
      assertEquals(ended.status, 1);
    }),
);

hostTest(
  "such a write makes a failure of a guest that ends well",
  ["KVM", "root", "loop", "tun"],
  () =>
    withThinDevice(async (device, file) => {
      const running = await answering({ disk: device });
      // There is room for some of the guest's 256 places, not for all.
      await Deno.writeFile(`${file}.other`, new Uint8Array(200 << 10));
      for (let count = 0; count < 30; count++) running.ask();
      await run("blockdev", "--flushbufs", device);
      running.requestEnd();
      const ended = await running.end();
      assertEquals(ended.stderr, notReached(device));
      assertEquals(ended.status, 1);
    }),
);

hostTest(
  "a disk that cannot be read ends the guest",
  LOOP_NEEDS,
  () =>
    withThinDevice(async (device, file) => {
      const work = ["read", "1000000000", "512"];
      const flags = ["--mem=4", `--block:disk=${device}`];
      const running = start(["run", ...flags, guest("bench_disk"), ...work]);
      await running.sees("benchmark");
      await Deno.truncate(file, 4096);
      await run("blockdev", "--flushbufs", device);
      const ended = await running.end();
      assertMatch(
        ended.stderr,
        /^solo5: \/dev\/loop[0-9]+: read at byte [0-9]+ failed: EIO \(input\/output error\); look at the disk, and start again\n$/,
      );
      assertEquals(ended.status, 1);
    }),
);
