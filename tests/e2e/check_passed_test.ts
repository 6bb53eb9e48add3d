/**
 * `solo5 check` of devices that were passed, where looking takes more than one
 * start, or there is little room: others have the same open files.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { AccessMode, FcntlCommand } from "../../ffi/linux/fcntl.ts";
import { trySystemCall } from "../../ffi/system_call.ts";
import { openInheritably, passing } from "../support/descriptors.ts";
import { withDisk } from "../support/disk.ts";
import { hostTest } from "../support/needs.ts";
import { enterOwnNetwork, openTap } from "../support/network.ts";
import { readProc } from "../support/proc.ts";
import { guest, tender } from "../support/tender.ts";

/** Numbers for passed descriptors that nobody else uses. */
const DISK = 96, TAPS = [97, 98] as const;

/** How the kernel shows an open file: position, flags, locks. */
function stateOf(descriptor: number): string {
  return readProc(`/proc/self/fdinfo/${descriptor}`);
}

/** Has a disk passed to what `action` starts. */
function withPassedDisk(action: () => Promise<void>): Promise<void> {
  return withDisk(
    4096,
    (path) => passing(openInheritably(path, AccessMode.RDWR), DISK, action),
  );
}

hostTest("check leaves a passed disk as it was where two starts look at it", [
  "KVM",
], () =>
  withPassedDisk(async () => {
    const before = stateOf(DISK);
    const { status, stderr } = await tender([
      "check",
      "--sandbox=strict",
      `--block:disk=@${DISK}`,
      guest("block"),
    ]);
    assertEquals([stderr, status], ["", 0]);
    assertEquals(stateOf(DISK), before);
  }));

hostTest("check leaves passed taps as they were where two starts look at them", [
  "KVM",
  "root",
  "tun",
], async () => {
  enterOwnNetwork();
  await passing(
    openTap("twice0"),
    TAPS[0],
    () =>
      passing(openTap("twice1"), TAPS[1], async () => {
        // A tender makes its taps ones that do not block.
        for (const tap of TAPS) trySystemCall("fcntl", tap, FcntlCommand.SETFL, 0);
        const before = TAPS.map(stateOf);
        const flags = TAPS.map((tap, index) => `--net:${index}=@${tap}`);
        const { status, stderr } = await tender([
          "check",
          "--sandbox=strict",
          ...flags,
          guest("net"),
        ]);
        assertEquals([stderr, status], ["", 0]);
        assertEquals(TAPS.map(stateOf), before);
      }),
  );
});

hostTest("check finds a passed disk where few descriptors can be open", [
  "KVM",
], () =>
  withPassedDisk(async () => {
    const { status, stderr } = await tender(
      ["check", `--block:disk=@${DISK}`, guest("block")],
      { shell: 'ulimit -n 128 && exec "$@"' },
    );
    assertEquals([stderr, status], ["", 0]);
  }));

Deno.test("check warns of memory that is rounded where something else is wrong", async () => {
  const { stdout, status } = await tender([
    "check",
    "--mem=5",
    "--block:disk=/nonexistent",
    guest("block"),
  ]);
  assertEquals(stdout.match(/^warning +--mem=5: .* the guest gets 4 MiB$/gm)?.length, 1);
  assertEquals(status, 1);
});
