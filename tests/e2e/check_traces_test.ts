/**
 * `solo5 check` leaves everything as it was.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { lockFile } from "../../ffi/disk.ts";
import { closeFile, openFile } from "../../ffi/files.ts";
import { AccessMode, FcntlCommand, OpenFlag, Seek } from "../../ffi/linux/fcntl.ts";
import { trySystemCall } from "../../ffi/system_call.ts";
import { openInheritably, passing } from "../support/descriptors.ts";
import { makeDisk, withDirectory } from "../support/disk.ts";
import { hostTest } from "../support/needs.ts";
import { enterOwnNetwork, makeTap, openTap } from "../support/network.ts";
import { readProc } from "../support/proc.ts";
import { guest, tender } from "../support/tender.ts";

/** A number for a passed descriptor that nobody else uses. */
const PASSED = 99;

/** Everything below a folder: names, sizes, times of change. */
function contents(directory: string): unknown[] {
  return [...Deno.readDirSync(directory)].map(({ name, isDirectory }) => {
    const path = `${directory}/${name}`;
    const { size, mtime, mode } = Deno.statSync(path);
    return [name, size, mtime?.getTime(), mode, isDirectory ? contents(path) : []];
  });
}

for (const level of ["best-effort", "strict"]) {
  hostTest(
    `check leaves no file and no lock behind with --sandbox=${level}`,
    ["KVM"],
    () =>
      withDirectory(async (directory) => {
        const disk = `${directory}/disk`;
        await makeDisk(disk, 8192);
        await Deno.writeTextFile(disk, "content");
        await Deno.truncate(disk, 8192);
        await Deno.writeTextFile(`${directory}/report`, "an older report");
        for (const folder of ["cores", "sockets"]) {
          await Deno.mkdir(`${directory}/${folder}`);
        }
        const before = contents(directory);
        const watches = level === "strict"
          ? []
          : [`--dumpcore=${directory}/cores`, `--gdb=${directory}/sockets/gdb`];
        const { stdout, stderr, status } = await tender([
          ...["check", `--sandbox=${level}`, `--block:disk=${disk}`, ...watches],
          ...[`--report=${directory}/report`, "--name=guest", guest("block")],
        ], { env: { SOLO5_RUNTIME_DIR: `${directory}/run` } });
        assertEquals([stderr, status], ["", 0], stdout);
        const after = contents(directory);
        // Those that had something in them for a moment know when that was.
        const timeless = (all: unknown[]) =>
          JSON.stringify(all, (key, value) => key === "2" ? 0 : value);
        assertEquals(timeless(after), timeless(before));
        assertStringIncludes(await Deno.readTextFile(disk), "content");
        const holder = openFile(disk, "read");
        lockFile(holder, false, disk);
        closeFile(holder);
      }),
  );
}

hostTest(
  "check leaves a passed disk as it was passed",
  ["KVM"],
  () =>
    withDirectory(async (directory) => {
      const disk = `${directory}/disk`;
      await makeDisk(disk, 8192);
      const descriptor = openInheritably(disk, AccessMode.RDWR);
      trySystemCall("lseek", descriptor, 4711, Seek.SET);
      await passing(descriptor, PASSED, async () => {
        // The process that took a lock says nothing: its open file has it.
        const state = () =>
          readProc(`/proc/self/fdinfo/${PASSED}`).replace(/(READ|WRITE) [0-9]+/, "$1");
        const before = state();
        assert(/^pos:\t4711$/m.test(before), before);
        for (const flag of [`--block:disk=@${PASSED}`, `--block:disk=@${PASSED},ro`]) {
          const { stdout, status } = await tender(["check", flag, guest("block")]);
          assertEquals(status, 0, stdout);
          assertEquals(state(), before);
        }
        // The lock of whoever passes it is still there, and no other.
        for (const shared of [true, false]) {
          lockFile(PASSED, shared, disk);
          const held = state();
          const { stdout, status } = await tender([
            ...["check", `--block:disk=@${PASSED}`, guest("block")],
          ]);
          assertEquals(status, 0, stdout);
          assertEquals(state(), held);
        }
      });
    }),
);

hostTest("check takes no frame from a passed tap, and leaves it as it blocks", [
  "KVM",
  "root",
  "tun",
], async () => {
  enterOwnNetwork();
  makeTap("trace0");
  makeTap("trace1");
  const tap = openTap("trace0");
  const flags = () => trySystemCall("fcntl", tap, FcntlCommand.GETFL);
  trySystemCall("fcntl", tap, FcntlCommand.SETFL, flags() & ~OpenFlag.NONBLOCK);
  const blocking = flags();
  const copy = trySystemCall("fcntl", tap, FcntlCommand.DUPFD_CLOEXEC, 0);
  await passing(copy, PASSED, async () => {
    const { stdout, status } = await tender([
      ...["check", `--net:0=@${PASSED}`, "--net:1=trace1", guest("net")],
    ]);
    assertEquals(status, 0, stdout);
  });
  assertEquals(flags(), blocking);
  closeFile(tap);
});

hostTest(
  "check seals nothing and leaves no core of its own when it is refused",
  [],
  () =>
    withDirectory(async (directory) => {
      const { status } = await tender(["check", guest("hello"), "--net:0=x"], {
        shell: `cd ${directory} && ulimit -c unlimited && exec "$@"`,
      });
      assertEquals(status, 1);
      assertEquals(contents(directory), []);
    }),
);
