/**
 * `solo5 check` says what `solo5 run` does: everywhere it exits with 0 exactly
 * where the guest starts, and else has found what the run is refused for.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { lockFile } from "../../ffi/disk.ts";
import { closeFile, openFile } from "../../ffi/files.ts";
import { agreementTests, type Prepared, type Situation } from "../support/agreement.ts";
import { ROOT } from "../support/checkout.ts";
import { makeDisk, withDirectory } from "../support/disk.ts";
import { hostTest } from "../support/needs.ts";
import { guest, start, tender } from "../support/tender.ts";

const DISK = guest("block"), HELLO = guest("hello");

/** A guest that needs nothing, with these flags. */
function hello(...flags: string[]): () => Prepared {
  return () => ({ args: [...flags, HELLO] });
}

/** A guest with a disk of so many bytes. */
function disk(bytes: number, ...flags: string[]) {
  return async (directory: string): Promise<Prepared> => {
    await makeDisk(`${directory}/disk`, bytes);
    return { args: [...flags.map((flag) => flag.replace("DIR", directory)), DISK] };
  };
}

/** A disk that somebody has locked. */
function locked(shared: boolean, flag: string) {
  return async (directory: string): Promise<Prepared> => {
    const prepared = await disk(4096, flag)(directory);
    const holder = openFile(`${directory}/disk`, "read");
    lockFile(holder, shared, "disk");
    return { ...prepared, over: () => closeFile(holder) };
  };
}

const BIND = "--block:disk=DIR/disk";

const SITUATIONS: readonly Situation[] = [
  ["nothing is wrong", ["KVM"], hello()],
  ["it is to be sealed strictly", ["KVM"], hello("--sandbox=strict")],
  ["it is not to be sealed", ["KVM", "a fast host"], hello("--sandbox=off")],
  ["there is no image", ["a fast host"], () => ({ args: [] }), /no unikernel given/],
  [
    "the image is not there",
    ["a fast host"],
    (directory) => ({ args: [`${directory}/none`] }),
    /^\S+\/none: open: ENOENT/,
  ],
  [
    "the image is none",
    ["a fast host"],
    () => ({ args: [`${ROOT}README.md`] }),
    /ELF header, magic/,
  ],
  [
    "its ABI is another",
    ["a fast host"],
    () => ({ args: [guest("hello_abi3")] }),
    /ABI note, version/,
  ],
  [
    "its memory is too small for it",
    ["a fast host"],
    () => ({ args: ["--mem=2", guest("puts")] }),
    /at least --mem=/,
  ],
  [
    "flags are wrong, and the image is not there",
    ["a fast host"],
    (directory) => ({
      args: ["--mem=0", "--nett:0=x", `${directory}/none`],
    }),
    /ENOENT/,
    /^command line: --mem=0 has a bad value/,
    /^command line: --nett:0=x is no flag/,
  ],
  [
    "the config file is not there",
    ["a fast host"],
    (directory) => ({ args: [`--config=${directory}/none`] }),
    /\/none: .*ENOENT/,
  ],
  [
    "flags are wrong",
    ["a fast host"],
    () => ({
      args: ["--net:0=x", "--mem=1", "--user=", HELLO],
    }),
    /--mem=1 has a bad value/,
    /--user=.* has a bad value/,
    /--net:0 names no network device/,
  ],
  ["its disk is one", ["KVM"], disk(4096, BIND)],
  ["its disk is one, strictly", ["KVM"], disk(4096, BIND, "--sandbox=strict")],
  [
    "its disk is not there",
    ["a fast host"],
    disk(0, "--block:disk=DIR/other"),
    /--block:disk=.*ENOENT.*truncate/,
  ],
  ["its disk is empty", ["a fast host"], disk(0, BIND), /its 0 bytes are not/],
  [
    "its disk has a part of a sector",
    ["a fast host"],
    disk(5000, BIND),
    /5000 bytes .* sectors of 512/,
  ],
  [
    "its disk has half a larger sector",
    ["a fast host"],
    disk(2048, BIND, "--block-sector-size:disk=4096"),
    /sectors of 4096/,
  ],
  [
    "its disk is a folder",
    ["a fast host"],
    disk(0, "--block:disk=DIR"),
    /--block:disk=.*(EISDIR|EINVAL)/,
  ],
  ["its disk is locked", ["a fast host"], locked(true, BIND), /flock: EAGAIN/],
  ["its disk is read by others too", ["KVM", "a fast host"], locked(true, `${BIND},ro`)],
  [
    "its disk is written by others",
    ["a fast host"],
    locked(false, `${BIND},ro`),
    /flock: EAGAIN/,
  ],
  ["two disks are one file", ["a fast host"], async (directory) => {
    await makeDisk(`${directory}/disk`, 4096);
    const file = `${directory}/disk`;
    return {
      args: [`--block:first=${file}`, `--block:second=${file}`, guest("two_disks")],
    };
  }, /flock: EAGAIN/],
  [
    "one disk is missing, and the other not bound",
    ["a fast host"],
    (directory) => ({
      args: [`--block:0=${directory}/none`, guest("two_disks")],
    }),
    /"second" is not bound/,
    /--block:first=\S+\/none: open: ENOENT/,
  ],
  [
    "everything is wrong at once",
    ["root", "a fast host"],
    disk(
      5000,
      BIND,
      "--mem=1",
      "--foo",
      "--gdb=DIR/none/s",
      "--dumpcore=DIR/none",
      "--report=DIR/none/r",
      "--user=nobodyatall",
    ),
    /--mem=1 has/,
    /--foo is no flag/,
    /5000 bytes/,
    /^--gdb=\S+\/none\/s: /,
    /^--dumpcore=\S+\/none: /,
    /^--report=\S+\/none\/r: /,
    /^--user=nobodyatall: no such user/,
  ],
  [
    "its core is to be dumped where that can be",
    ["KVM", "a fast host"],
    (directory) => ({ args: [HELLO, `--dumpcore=${directory}`] }),
  ],
  [
    "a debugger's socket is there already",
    ["a fast host"],
    disk(4096, BIND, "--gdb=DIR/disk"),
    /^--gdb=\S+\/disk: bind: EADDRINUSE/,
  ],
  ["its memory is no multiple of 2 MiB", ["KVM", "a fast host"], hello("--mem=5")],
  [
    "strictly, with core dumps",
    ["a fast host"],
    hello("--sandbox=strict", "--dumpcore=/tmp"),
    /cannot be had together with --dumpcore/,
  ],
  ["its name is free", ["KVM", "a fast host"], (directory) => ({
    args: ["--name=free", HELLO],
    options: { env: { SOLO5_RUNTIME_DIR: `${directory}/run` } },
  })],
  ["its name is another's", ["KVM", "a fast host"], async (directory) => {
    const env = { SOLO5_RUNTIME_DIR: `${directory}/run` };
    const other = start(["run", "--name=taken", guest("spin")], { env });
    await other.sees("");
    while ((await tender(["stats", "taken"], { env })).status !== 0);
    return {
      args: ["--name=taken", HELLO],
      options: { env },
      over: async () => {
        other.child.kill("SIGKILL");
        await other.end();
      },
    };
  }, /^--name=taken: another guest/],
  [
    "it would stay root",
    ["root", "KVM", "a fast host"],
    hello("--user=0:0"),
    /^--user=0:0: the tender does not stay root/,
  ],
];

agreementTests(SITUATIONS);

hostTest(
  "check says what it looked at, a line each, in the order of a start",
  ["KVM"],
  () =>
    withDirectory(async (directory) => {
      const { args } = await disk(4096, BIND)(directory);
      const { stdout, stderr, status } = await tender(["check", ...args]);
      assertEquals([stderr, status], ["", 0]);
      const things = stdout.split("\n").map((line) => /^\w+ +(\S+?):? /.exec(line)?.[1]);
      const expected = [
        DISK,
        "command",
        `--block:disk=${directory}/disk`,
        "guest",
        "/dev/kvm",
      ];
      assertEquals(things.slice(0, 5), expected);
      assertMatch(stdout, /^ok +seal: [0-9]+ of [0-9]+ layers/m);
    }),
);
