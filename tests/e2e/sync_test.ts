/**
 * `--block:NAME=…,sync=MODE`: when what a guest has written is on the disk, and
 * not only in the host's page cache. A disk without room behind it tells: the
 * page cache takes every write.
 *
 * @module
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { AccessMode, OpenFlag } from "../../ffi/linux/fcntl.ts";
import { openInheritably, passing } from "../support/descriptors.ts";
import { withDisk } from "../support/disk.ts";
import { hostTest } from "../support/needs.ts";
import { BLOCK_BYTES, NumberedDisk, numbers } from "../support/numbers.ts";
import { guest, tender } from "../support/tender.ts";
import { ROOM_BYTES, THIN_BYTES, withThinDevice } from "../support/thin_device.ts";

const LOOP_NEEDS = ["KVM", "root", "loop"] as const;
const FIT = ROOM_BYTES / BLOCK_BYTES;
/** More than the loop driver moves at once: it takes a part for the whole. */
const MANY = 16 * FIT;
/** A number for a passed descriptor that nobody else uses. */
const PASSED = 98;

/** How the tender gets a disk: the flag's value, and what runs it. */
const WAYS = {
  "by its path": (path: string, args: (value: string) => string[]) => tender(args(path)),
  "as a descriptor": (path: string, args: (value: string) => string[]) =>
    passing(
      openInheritably(path, AccessMode.RDWR),
      PASSED,
      () => tender(args(`@${PASSED}`)),
    ),
  "by a descriptor's name": (path: string, args: (value: string) => string[]) =>
    tender(args("@listen:disk"), {
      shell: `exec 3<>$DISK; LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=disk exec "$@"`,
      env: { DISK: path },
    }),
};

for (const [way, run] of Object.entries(WAYS)) {
  for (const mode of ["none", "write", "end"] as const) {
    hostTest(
      `a disk that is given ${way} can have sync=${mode}`,
      ["KVM"],
      () =>
        withDisk(8192, async (path) => {
          const ended = await run(path, (value) => [
            ...["run", "--mem=4", `--block:disk=${value},sync=${mode}`, guest("block")],
          ]);
          assertEquals([ended.stderr, ended.status], ["", 0]);
          assertStringIncludes(ended.stdout, "SUCCESS");
        }),
    );
  }

  hostTest(
    `with sync=write a disk that is given ${way} has what the guest was told it has`,
    LOOP_NEEDS,
    () =>
      withThinDevice(async (device, file) => {
        const ended = await run(device, (value) => [
          ...["run", "--mem=4", `--block:disk=${value},sync=write`],
          ...numbers(1, 4 * FIT),
        ]);
        assertMatch(
          ended.stderr,
          /^solo5: [^:\n]+: write at byte [0-9]+ failed: EIO \(input\/output error\); look at the disk, and start again\n$/,
        );
        assertEquals(ended.status, 1);
        // What is behind the device, not its page cache.
        const disk = new NumberedDisk(file, THIN_BYTES);
        disk.check(ended.stdout);
      }),
  );

  hostTest(
    `with sync=end a lost write to a disk that is given ${way} is a failure`,
    LOOP_NEEDS,
    () =>
      withThinDevice(async (device) => {
        const ended = await run(device, (value) => [
          ...["run", "--mem=4", `--block:disk=${value},sync=end`],
          ...numbers(1, MANY),
        ]);
        assertMatch(
          ended.stderr,
          /^solo5: [^:\n]+: what the guest wrote earlier did not reach it: EIO \(input\/output error\); look at the disk, and start again\n$/,
        );
        assertStringIncludes(ended.stdout, `\n${MANY}\n`);
        assertEquals(ended.status, 1);
      }),
  );
}

hostTest(
  "a passed disk that is open for synced writes needs no word",
  LOOP_NEEDS,
  () =>
    withThinDevice(async (device) => {
      const ended = await passing(
        openInheritably(device, AccessMode.RDWR | OpenFlag.DSYNC),
        PASSED,
        () =>
          tender(["run", "--mem=4", `--block:disk=@${PASSED}`, ...numbers(1, 4 * FIT)]),
      );
      assertMatch(
        ended.stderr,
        /^solo5: [^\n]*write at byte [0-9]+ failed: EIO[^\n]*\n$/,
      );
      assertEquals(ended.status, 1);
    }),
);

hostTest(
  "sync= opens no more of libc than it needs",
  ["KVM"],
  () =>
    withDisk(BLOCK_BYTES, async (path) => {
      const run = async (value: string) =>
        (await WAYS["as a descriptor"](path, (passed) => [
          ...["run", "--mem=4", "--trace=modules"],
          ...[`--block:disk=${value.replace("@", passed)}`, ...numbers(1, 1)],
        ])).stderr;
      for (const value of [path, `${path},sync=write`, "@"]) {
        assertEquals(/pwritev2|fdatasync/.exec(await run(value)), null, value);
      }
      assertMatch(await run("@,sync=write"), /symbol pwritev2 /);
      assertMatch(await run(`${path},sync=end`), /symbol fdatasync /);
    }),
);

const REFUSED = [
  ["ro,sync=write", /"disk" is bound with both ,ro and ,sync=write \(drop one: /],
  ["sync=end,ro", /"disk" is bound with both ,ro and ,sync=end \(drop one: /],
  ["sync=always", /,sync=always has a bad value \(give [^)]*,sync=none, ,sync=write or /],
] as const;

for (const [words, sentence] of REFUSED) {
  hostTest(`a disk with ,${words} is refused`, [], async () => {
    const ended = await tender(["run", `--block:disk=/x,${words}`, guest("block")]);
    assertMatch(ended.stderr, /^solo5: [^\n]*cannot be run with these flags: [^\n]*\n$/);
    assertMatch(ended.stderr, sentence);
    assertEquals([ended.stdout, ended.status], ["", 1]);
  });
}
