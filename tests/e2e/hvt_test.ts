/**
 * Called as `solo5-hvt`: what clients of Solo5's own tender rely on.
 *
 * @module
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { lockFile } from "../../ffi/disk.ts";
import { closeFile, openFile } from "../../ffi/files.ts";
import { passing } from "../support/descriptors.ts";
import { withDisk } from "../support/disk.ts";
import { hostTest } from "../support/needs.ts";
import { enterOwnNetwork, frameSocket, makeTap, openTap } from "../support/network.ts";
import { guest, start, tender, type TenderOptions } from "../support/tender.ts";

const AS = "solo5-hvt";
const USAGE = `usage: solo5-hvt [ CORE OPTIONS ] [ MODULE OPTIONS ] [ -- ] KERNEL [ ARGS ]
KERNEL is the filename of the unikernel to run.
`;

function hvt(args: readonly string[], options: TenderOptions = {}) {
  return tender(args, { as: AS, ...options });
}

for (
  const [name, abi] of [
    ["solo5-hvt", 2],
    ["solo5-hvt.2", 2],
    ["solo5-hvt.1", 1],
    ["solo5-hvt.3", 2],
    ["solo5-hvt-debug", 2],
    ["solo5-hvt-of-mine", 2],
  ] as const
) {
  hostTest(`${name} --version says ABI version ${abi} on stderr`, [], async () => {
    const ended = await tender(["--bogus", "--version", "--help"], { as: name });
    assertMatch(ended.stderr, new RegExp(`^${name} tender, version [^\n]*\n`));
    assertEquals(ended.stderr.split("\n").slice(1), [`ABI version ${abi}`, ""]);
    assertEquals([ended.stdout, ended.status], ["", 0]);
  });
}

hostTest("solo5 hvt is solo5-hvt", [], async () => {
  const ended = await tender(["hvt", "--version"]);
  assertMatch(ended.stderr, /^solo5-hvt tender, version [^\n]*\nABI version 2\n$/);
  assertEquals([ended.stdout, ended.status], ["", 0]);
});

hostTest("--help shows the usage on stderr with status 1", [], async () => {
  const ended = await hvt(["--help"]);
  assertStringIncludes(ended.stderr, USAGE);
  assertStringIncludes(ended.stderr, "\nCompiled-in modules: core block net \n");
  assertEquals(ended.stderr.includes("--gdb"), false);
  assertEquals([ended.stdout, ended.status], ["", 1]);
  const debug = await tender(["--help"], { as: "solo5-hvt-debug" });
  assertStringIncludes(debug.stderr, "modules: core block net gdb dumpcore \n");
  assertStringIncludes(debug.stderr, "  [ --gdb-port=1234 ] (port to use) \n");
});

/** Lines before the usage text, or whole lines where there is none. */
const REFUSED: readonly (readonly [args: string[], lines: string[], usage: boolean])[] = [
  [[], ["Missing KERNEL operand"], true],
  [["-h", guest("hello")], ["Invalid option: `-h'"], true],
  [["--mem=0", guest("hello")], ["Malformed argument to --mem; "], false],
  [["--mem=5000", guest("hello")], [
    "guest memory size 5242880000 bytes exceeds the max size 4294967296 bytes",
  ], false],
  [["/not/there"], ["/not/there: Could not open: No such file or directory; "], false],
  [[""], [": Could not open: No such file or directory; "], false],
  [["--", "--help"], ["--help: Could not open: No such file or directory; "], false],
  [[guest("block")], [
    "Device 'disk' of type BLOCK_BASIC declared but not attached.",
    "All declared devices must be attached. See --help for syntax.",
  ], false],
  [["--block:foo=img", guest("block")], [
    "Resource not declared in manifest: 'foo'",
    "Invalid option: `--block:foo=img'",
  ], true],
  [["--block:disk=/not/there", guest("block")], [
    "Could not open block device: /not/there: No such file or directory; ",
  ], false],
  [["--block:disk=/", guest("block")], [
    "Could not open block device: /: Is a directory; ",
  ], false],
  [["--block:disk=/dev/null", guest("block")], [
    "disk: Backing storage must be at least 1 block (512 bytes) in size; ",
  ], false],
  [["--net:service0=nosuch", "--net:service1=x", guest("net")], [
    "Could not attach interface: nosuch: No such file or directory; ",
    "Invalid option: `--net:service0=nosuch'",
  ], true],
  [[guest("hello_abi3")], [
    `${guest("hello_abi3")}: Executable requests unsupported ABI version 3; `,
  ], false],
  [["/bin/sh"], ["/bin/sh: "], false],
];

hostTest("an image's odd name is shown once, as it is", [], async () => {
  const directory = await Deno.makeTempDir();
  const image = `${directory}/a$&\x1b[31m`;
  await Deno.copyFile(guest("hello_abi3"), image);
  const ended = await hvt([image]);
  const shown = `${directory}/a$&\\x1b[31m`;
  assertEquals(
    ended.stderr.split("; ")[0],
    `solo5-hvt: ${shown}: Executable requests unsupported ABI version 3`,
  );
  assertEquals(ended.stderr.split(shown).length, 2);
  await Deno.writeTextFile(image, "");
  const empty = await hvt([image]);
  assertStringIncludes(empty.stderr, `solo5-hvt: ${shown}: invalid executable: ELF`);
  await Deno.remove(directory, { recursive: true });
});

for (const [args, lines, usage] of REFUSED) {
  const shown = args.map((arg) => arg.replace(/.*\//, "")).join(" ");
  hostTest(`solo5-hvt ${shown} is refused in the known words`, [], async () => {
    const ended = await hvt(args);
    const own = ended.stderr.split("usage: ")[0]!.split("\n").slice(0, -1);
    assertEquals(own.length, lines.length, ended.stderr);
    for (const [index, line] of lines.entries()) {
      assertStringIncludes(own[index]!, `solo5-hvt: ${line}`);
    }
    assertEquals(ended.stderr.includes(USAGE), usage);
    assertEquals([ended.stdout, ended.status], ["", 1]);
  });
}

hostTest("a run prints nothing but what the guest prints", ["KVM"], async () => {
  const ended = await hvt(["--mem=16", "--", guest("hello"), "--", "--help", "", "x "]);
  assertMatch(ended.stdout, /^Hello, -- --help {2}x \nmemory: 16777216\n/);
  assertEquals([ended.stderr, ended.status], ["", 0]);
});

for (
  const [status, seen] of [["300", 44], ["256", 0], ["negative", 255], ["abort", 255]]
) {
  hostTest(`a guest's status ${status} is ${seen} outside`, ["KVM"], async () => {
    const ended = await hvt(["--mem=4", guest("exit"), `${status}`]);
    assertEquals([ended.stdout, ended.stderr, ended.status], ["", "", seen]);
  });
}

hostTest("an image of ABI version 1 runs", ["KVM"], async () => {
  const ended = await tender([guest("hello_abi1"), "one"], { as: "solo5-hvt.1" });
  assertMatch(ended.stdout, /^Hello, one\n/);
  assertEquals([ended.stderr, ended.status], ["", 0]);
});

hostTest("memory that is adjusted is one warning and a run", ["KVM"], async () => {
  const ended = await hvt(["--mem=17", guest("hello")]);
  assertStringIncludes(ended.stdout, "memory: 16777216\n");
  assertEquals(ended.stderr, "solo5-hvt: adjusting memory to 16777216 bytes\n");
  assertEquals(ended.status, 0);
});

for (const [signal, number] of [["SIGINT", 2], ["SIGTERM", 15]] as const) {
  hostTest(`${signal} ends it with status 1 and its known line`, ["KVM"], async () => {
    const running = start(["--mem=2", guest("spin"), "loop"], { as: AS });
    await running.sees("spinning");
    running.child.kill(signal);
    const ended = await running.end();
    assertEquals(ended.stderr, `solo5-hvt: Exiting on signal ${number}\n`);
    assertEquals([ended.status, ended.signal], [1, null]);
  });
}

hostTest(
  "a write to read-only memory is a translation fault",
  ["KVM", "hardware virtualization"],
  async () => {
    const ended = await hvt([guest("fault"), "write-text"]);
    assertMatch(ended.stderr, /^solo5-hvt: [^\n]*host\/guest translation fault[^\n]*\n$/);
    assertEquals(ended.status, 1);
  },
);

hostTest(
  "disks of bad sizes are refused in the suite's words",
  [],
  () =>
    withDisk(6144, async (path) => {
      const sized = (bytes: number) =>
        hvt([
          `--block:disk=${path}`,
          `--block-sector-size:disk=${bytes}`,
          guest("block"),
        ]);
      const misaligned = await sized(4096);
      assertStringIncludes(
        misaligned.stderr,
        "solo5-hvt: disk: Backing storage size must be block aligned (4096 bytes); ",
      );
      const odd = await sized(521);
      assertStringIncludes(
        odd.stderr,
        "solo5-hvt: Block size must be a multiple of 2 greater than or equal 512\n",
      );
      assertEquals([misaligned.status, odd.status], [1, 1]);
    }),
);

hostTest(
  "the value of --block is wholly a path, and the last one wins",
  ["KVM"],
  () =>
    withDisk(4096, async (path) => {
      const odd = `${path} a,ro`;
      await Deno.copyFile(path, odd);
      const ended = await hvt([
        "--block:disk=/not/there",
        `--block:disk=${odd}`,
        "--mem=4",
        guest("block"),
      ]);
      assertEquals([ended.stdout.split("\n").at(-2), ended.stderr], ["SUCCESS", ""]);
    }),
);

hostTest(
  "a disk that another process holds is one warning and a run",
  ["KVM"],
  () =>
    withDisk(4096, async (path) => {
      const holder = openFile(path, "read");
      lockFile(holder, false, path);
      try {
        const ended = await hvt([`--block:disk=${path}`, "--mem=4", guest("block")]);
        assertMatch(ended.stderr, /^solo5-hvt: --block:disk=[^\n]* holds it; [^\n]*\n$/);
        assertEquals([ended.stdout.split("\n").at(-2), ended.status], ["SUCCESS", 0]);
        const strict = await tender(["run", `--block:disk=${path}`, guest("block")]);
        assertStringIncludes(strict.stderr, "flock: EAGAIN");
        assertEquals(strict.status, 1);
      } finally {
        closeFile(holder);
      }
    }),
);

hostTest("a passed tap works as @FD", ["KVM", "root", "tun"], async () => {
  enterOwnNetwork();
  makeTap("tapx0");
  makeTap("tapx1");
  const running = await passing(
    openTap("tapx0"),
    99,
    () =>
      Promise.resolve(start([
        "--net:service0=@99",
        "--net:service1=tapx1",
        "--net-mac:service1=2:0:0:1:2:3",
        guest("net"),
      ], { as: AS })),
  );
  await running.sees("service1 0x2:0x0:0x0:0x1:0x2:0x3 1500\n");
  const socket = frameSocket("tapx0");
  const quit = new Uint8Array(60);
  quit.set([2, 0, 0, 0, 0, 0x99, 2, 0, 0, 0, 0, 0x11, 0x88, 0xb5, 81]);
  socket.send(quit);
  const ended = await running.end();
  socket.close();
  assertEquals([ended.stderr, ended.status], ["", 0]);
});
