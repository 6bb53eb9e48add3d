/**
 * Devices on descriptors that were open before the tender started: by number,
 * and by the names that a service manager gives them.
 *
 * @module
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { lockFile } from "../../ffi/disk.ts";
import { closeFile, openFile } from "../../ffi/files.ts";
import { AccessMode } from "../../ffi/linux/fcntl.ts";
import { openInheritably, passing } from "../support/descriptors.ts";
import { withDisk } from "../support/disk.ts";
import { hostTest } from "../support/needs.ts";
import { guest, tender } from "../support/tender.ts";

const { RDONLY, RDWR } = AccessMode;
/** A number for a passed descriptor that nobody else uses. */
const PASSED = 99;

hostTest(
  "a disk can be passed as an open descriptor",
  ["KVM"],
  () =>
    withDisk(8192, async (path) => {
      const run = (value: string, ...args: string[]) =>
        passing(
          openInheritably(path, value.endsWith(",ro") ? RDONLY : RDWR),
          PASSED,
          () =>
            tender(["run", "--mem=4", `--block:disk=${value}`, guest("block"), ...args]),
        );
      const written = await run(`@${PASSED}`, "write", "through a descriptor");
      assertEquals([written.stderr, written.status], ["", 0]);
      assertStringIncludes(await Deno.readTextFile(path), "through a descriptor");
      const only = await run(`@${PASSED},ro`, "readonly");
      assertEquals([only.stdout, only.stderr, only.status], ["SUCCESS\n", "", 0]);
    }),
);

hostTest(
  "a passed disk is locked like any other",
  ["KVM"],
  () =>
    withDisk(4096, async (path) => {
      const holder = openFile(path, "read");
      lockFile(holder, false, path);
      const ended = await passing(
        openInheritably(path, RDWR),
        PASSED,
        () => tender(["run", `--block:disk=@${PASSED}`, guest("block"), "readonly"]),
      );
      closeFile(holder);
      assertMatch(ended.stderr, /^solo5: --block:disk=@99: [^\n]*flock: EAGAIN[^\n]*\n$/);
      assertEquals(ended.status, 1);
    }),
);

/** What is passed as descriptor 8, the flag's value, and what the tender says. */
const REFUSED: readonly (readonly [string, string, RegExp])[] = [
  ["8<$DISK", "@8", /open for reading only; bind it with ,ro/],
  ["8>>$DISK", "@8", /open for writing only/],
  ["8</", "@8,ro", /descriptor 8: \w+: (EISDIR|EINVAL)/],
  ["8<$DISK", "@77,ro", /descriptor 77: F_GETFL: EBADF/],
  ["8<$DISK", "@2,ro", /has a bad value/],
];

for (const [redirection, value, words] of REFUSED) {
  hostTest(
    `--block:disk=${value} with ${redirection} is refused`,
    [],
    () =>
      withDisk(4096, async (path) => {
        const ended = await tender(["run", `--block:disk=${value}`, guest("block")], {
          shell: `exec ${redirection}; exec "$@"`,
          env: { DISK: path },
        });
        assertMatch(ended.stderr, /^solo5: [^\n]*--block:disk=[^\n]*\n$/);
        assertMatch(ended.stderr, words);
        assertEquals([ended.stdout, ended.status], ["", 1]);
      }),
  );
}

hostTest("solo5-hvt takes @5 for a disk's path", [], async () => {
  const ended = await tender(["--block:disk=@5", guest("block")], { as: "solo5-hvt" });
  assertStringIncludes(
    ended.stderr,
    "solo5-hvt: Could not open block device: @5: No such",
  );
  assertEquals(ended.status, 1);
});

hostTest("solo5-hvt says that a descriptor is closed", [], async () => {
  const args = ["--net:service0=@77", "--net:service1=@78", guest("net")];
  const ended = await tender(args, { as: "solo5-hvt" });
  assertStringIncludes(
    ended.stderr,
    "solo5-hvt: Could not attach interface: @77: Bad file descriptor",
  );
  assertEquals(ended.status, 1);
});

/** Passes descriptors 3 and 4 as a service manager does; the shell's pid stays. */
const LISTEN = `exec 3<>$DISK 4<$DISK
LISTEN_PID=$$ LISTEN_FDS=2 LISTEN_FDNAMES=first:second exec "$@"`;

hostTest("disks can be passed by name", ["KVM"], () =>
  withDisk(4096, async (path) => {
    const ended = await tender([
      "run",
      "--mem=4",
      "--trace=modules",
      "--block:second=@listen:second,ro",
      "--block:first=@listen:first,ro",
      guest("two_disks"),
      "7",
    ], { shell: LISTEN, env: { DISK: path } });
    assertStringIncludes(ended.stderr, "symbol getenv (environment)");
    assertEquals(ended.status, 7);
  }));

/** Variables, flags, and what the tender says of them. */
const WRONG: readonly (readonly [string, string[], string])[] = [
  ["exec", ["@listen:first", "@listen:second"], "@listen: needs LISTEN_FDS"],
  ["LISTEN_PID=1 LISTEN_FDS=1 LISTEN_FDNAMES=first exec", [
    "@listen:first",
    "@4",
  ], 'LISTEN_PID is "1", and this is process'],
  ["LISTEN_PID=$$ LISTEN_FDS=2 LISTEN_FDNAMES=a:b exec", [
    "@listen:first",
    "@listen:b",
  ], "--block:first=@listen:first names no descriptor of LISTEN_FDNAMES (it has a, b)"],
  ["LISTEN_PID=$$ LISTEN_FDS=2 LISTEN_FDNAMES=a:b exec", [
    "@listen:a",
    "/dev/null",
  ], 'LISTEN_FDNAMES has "b", which no device uses'],
  ["LISTEN_PID=$$ LISTEN_FDS=2 LISTEN_FDNAMES=a:b exec", [
    "@listen:b",
    "@4",
  ], '@4 is given to both "first" and "second"'],
];

for (const [exec, [first, second], words] of WRONG) {
  hostTest(`${exec} with ${first} and ${second} is refused`, [], async () => {
    const args = [`--block:first=${first}`, `--block:second=${second}`];
    const ended = await tender(["run", ...args, guest("two_disks")], {
      shell: `${exec} "$@"`,
    });
    assertMatch(ended.stderr, /^solo5: [^\n]*\n$/);
    assertStringIncludes(ended.stderr, words);
    assertEquals([ended.stdout, ended.status], ["", 1]);
  });
}
