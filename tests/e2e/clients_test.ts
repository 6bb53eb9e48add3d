/**
 * The exact calls of clients of `solo5-hvt`: albatross and urunc.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { closeFile, openFile, readAt } from "../../ffi/files.ts";
import { compiledProgram } from "../support/compiled.ts";
import { withDisk } from "../support/disk.ts";
import { hostTest } from "../support/needs.ts";
import { enterOwnNetwork, makeTap } from "../support/network.ts";
import { guest, start, tender } from "../support/tender.ts";

const ALBATROSS = "solo5-hvt.2";

hostTest("albatross finds its version line where it looks for it", [], async () => {
  const { stdout, status } = await tender(["--version"], {
    as: ALBATROSS,
    shell: 'exec "$@" 2>&1',
  });
  const words = stdout.split("\n").map((line) => line.split(" "));
  assert(words.some((line) => line.join("|") === "ABI|version|2"), stdout);
  assertEquals(status, 0);
});

/** The devices of the demo guest as albatross writes them. */
function albatrossArguments(tap: string, disk: string, image: string): string[] {
  return [
    "--mem=32",
    `--net:service=${tap}`,
    "--net-mac:service=00:80:41:0a:0b:0c",
    `--block:storage=${disk}`,
    "--block-sector-size:storage=512",
    "--",
    image,
    "--name=demo",
    "10.7.0.2",
  ];
}

/** Reads a file of `/proc`, which Deno itself would refuse. */
function readProc(pid: number, name: string): string {
  const path = `/proc/${pid}/${name}`;
  const descriptor = openFile(path, "read");
  const bytes = new Uint8Array(4096);
  const count = readAt(descriptor, 0, bytes, path);
  closeFile(descriptor);
  return new TextDecoder().decode(bytes.subarray(0, count));
}

hostTest(
  "albatross's call runs on one processor, on one FIFO, in the process it started",
  ["KVM", "root", "tun"],
  () =>
    withDisk(1 << 20, async (path) => {
      enterOwnNetwork();
      makeTap("vmmtap7");
      const directory = path.replace(/[^/]*$/, "");
      const disk = `${directory}robur:storage`;
      const image = `${directory}robur:demo.img`;
      await Deno.rename(path, disk);
      await Deno.copyFile(guest("demo"), image);
      const fifo = `${directory}fifo`;
      const shell = `mkfifo ${fifo}; cat ${fifo} & ` +
        `exec taskset -c 0 "$@" 0>>${fifo} 1>>${fifo} 2>>${fifo}`;
      const running = start(albatrossArguments("vmmtap7", disk, image), {
        as: ALBATROSS,
        shell,
      });
      await running.sees("of this disk\n");
      const { pid } = running.child;
      assertStringIncludes(readProc(pid, "status"), "\nCpus_allowed_list:\t0\n");
      assertMatch(readProc(pid, "cmdline"), /robur:demo\.img\0--name=demo\0/);
      assertMatch(readProc(pid, "statm"), /^[1-9][0-9]* [1-9]/);
      running.child.kill("SIGTERM");
      const ended = await running.end();
      assertStringIncludes(ended.stdout, `${ALBATROSS}: Exiting on signal 15\n`);
      assertEquals([ended.status, ended.signal], [1, null]);
    }),
);

hostTest("albatross sees status 1 when a tap is gone", ["KVM", "root"], async () => {
  enterOwnNetwork();
  const args = albatrossArguments("vmmtap9", "/not/there", guest("demo"));
  const ended = await tender(args, { as: ALBATROSS, shell: 'exec taskset -c 0 "$@"' });
  assertStringIncludes(ended.stderr, "Could not attach interface: vmmtap9: No such file");
  assertEquals([ended.stdout, ended.status], ["", 1]);
});

/** Without network MirageOS gets two empty arguments. */
const URUNC = ["--mem=537", guest("hello"), "", "", "-l", "*:debug", '{"cmd":"a  b"}'];

hostTest("urunc's call keeps empty arguments and an odd memory", ["KVM"], async () => {
  const ended = await tender(URUNC, { as: "solo5-hvt", shell: 'cd / && exec "$@"' });
  assertMatch(ended.stdout, /^Hello, {3}-l \*:debug \{"cmd":"a {2}b"\}\n/);
  assertEquals(ended.stderr, "solo5-hvt: adjusting memory to 562036736 bytes\n");
  assertEquals(ended.status, 0);
});

hostTest(
  "urunc's call works with its tap, MAC address and disk",
  ["KVM", "root", "tun"],
  () =>
    withDisk(1 << 20, async (disk) => {
      enterOwnNetwork();
      makeTap("tap0_urunc");
      const running = start([
        "--mem=256",
        "--net:service=tap0_urunc",
        "--net-mac:service=9a:ee:2c:11:22:33",
        `--block:storage=${disk}`,
        guest("demo"),
        "10.8.0.2",
      ], { as: "solo5-hvt" });
      await running.sees("answering ARP");
      running.child.kill("SIGKILL");
      assertEquals((await running.end()).signal, "SIGKILL");
    }),
);

/**
 * What a container of urunc's has: one executable, the host's libraries, /proc,
 * a few devices, a small /tmp without programs; no home, no environment.
 */
const CONTAINER = `
set -e
root=$(mktemp -d); image=$1; program=$2; shift 2
mount -t tmpfs -o mode=755 none $root
cd $root
mkdir -p proc dev lib lib64 usr/lib usr/local/bin tmp cntrRootfs
mount -t proc proc proc
for at in lib lib64 usr/lib; do mount --bind /$at $at; done
mount -t tmpfs -o noexec,size=64m none tmp
mount -t tmpfs none dev
mknod dev/null c 1 3; mknod dev/urandom c 1 9; mknod dev/kvm c 10 232; chmod 666 dev/*
: >usr/local/bin/solo5-hvt; mount --bind $program usr/local/bin/solo5-hvt
cp $image cntrRootfs/app.hvt
mount -o remount,ro,mode=755 none $root
exec env -i "$(command -v chroot)" --userspec=1000:1000 . /usr/local/bin/solo5-hvt --mem=256 /cntrRootfs/app.hvt "$@"
`;

hostTest(
  "one executable runs as process 1 of urunc's container",
  ["KVM", "root", "DENORT_BIN"],
  async () => {
    const child = new Deno.Command("unshare", {
      args: ["-m", "-p", "-f", "sh", "-c", CONTAINER, "sh", guest("hello")]
        .concat(await compiledProgram(), "", "", "a"),
      stdin: "null",
    });
    const { stdout, stderr, code } = await child.output();
    const text = new TextDecoder();
    assertEquals(text.decode(stderr), "");
    assertMatch(text.decode(stdout), /^Hello, {3}a\n/);
    assertEquals(code, 0);
  },
);
