/**
 * Guests of users without rights: members of the group kvm, and processes that
 * are started as systemd starts a unit with `DynamicUser=yes`. No capability, no
 * entry in the user database.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { AccessMode } from "../../ffi/linux/fcntl.ts";
import { Echo } from "../../scripts/demo/echo.ts";
import { openInheritably, passing } from "../support/descriptors.ts";
import { withDisk } from "../support/disk.ts";
import { hostTest } from "../support/needs.ts";
import { configure, enterOwnNetwork, makeTap, openTap } from "../support/network.ts";
import { type Ended, start, tender } from "../support/tender.ts";
import {
  type Circumstances,
  openArea,
  unprivileged,
  USER,
} from "../support/unprivileged.ts";

const NEEDS = ["KVM", "root", "tun"] as const;
const HOST = "10.77.0.1", GUEST = "10.77.0.2";
/** Numbers for passed descriptors that nobody else uses. */
const TAP = 99, DISK = 98;
/** As long as a service is not given a folder of its own. */
const NO_HOME = { HOME: "/" };

/** Runs the demo guest, has it answer on its network and count on its disk. */
async function demo(flags: string[], circumstances: Circumstances): Promise<Ended> {
  const area = await openArea();
  const args = ["run", "--mem=16", ...flags, `${area}demo.hvt`, GUEST];
  const running = start(args, await unprivileged(circumstances));
  await running.sees("answering");
  const echo = new Echo(GUEST);
  const answers = echo.udp(2);
  echo.quit();
  const ended = await running.end();
  assertEquals(answers.filter((answer) => answer === undefined), []);
  assertMatch(ended.stdout, /^demo: boot number 1 of this disk\n/);
  assertEquals([ended.stderr, ended.status], ["", 0]);
  return ended;
}

/** How often the demo guest has booted from a disk. */
async function boots(path: string): Promise<number | undefined> {
  return (await Deno.readFile(path))[0];
}

/** Makes the guest's host a network of its own, with a tap. */
function network(tap: string, owner: { user?: number; group?: number }): void {
  enterOwnNetwork();
  makeTap(tap, { address: HOST, ...owner });
}

/** Lets one interface have the host's address at a time. */
function leave(tap: string): void {
  configure(tap, { down: true });
}

hostTest(
  "a member of the group kvm runs a guest on a tap of this user's",
  NEEDS,
  () =>
    withDisk(4096, async (path) => {
      network("own0", { user: USER });
      const disk = `${await openArea()}home/disk.img`;
      await Deno.copyFile(path, disk);
      await Deno.chown(disk, USER, USER);
      await Deno.chmod(disk, 0o600);
      await demo(["--net:service=own0", `--block:storage=${disk}`], {});
      assertEquals(await boots(disk), 1);
      leave("own0");
    }),
);

hostTest(
  "a unit's process takes tap and disk by name",
  NEEDS,
  () =>
    withDisk(4096, async (path) => {
      network("name0", { user: USER + 1 });
      await Deno.chmod(path, 0o600);
      await passing(openInheritably(path, AccessMode.RDWR), DISK, () =>
        passing(openTap("name0"), TAP, () =>
          demo(["--net:service=@listen:tap", "--block:storage=@listen:disk"], {
            tunMode: "600",
            readOnly: true,
            variables: NO_HOME,
            listen: [["disk", DISK], ["tap", TAP]],
          })));
      assertEquals(await boots(path), 1);
      leave("name0");
    }),
);

hostTest(
  "a tap and a disk that are passed need no rights",
  NEEDS,
  () =>
    withDisk(4096, async (path) => {
      network("open0", { user: USER + 1 });
      await Deno.chmod(path, 0o600);
      await passing(openInheritably(path, AccessMode.RDWR), DISK, () =>
        passing(openTap("open0"), TAP, () =>
          demo([`--net:service=@${TAP}`, `--block:storage=@${DISK}`], {
            tunMode: "600",
          })));
      assertEquals(await boots(path), 1);
      leave("open0");
    }),
);

hostTest("scripts/solo5 needs no home and no writable file system", NEEDS, async () => {
  const hello = `${await openArea()}hello.hvt`;
  const options = await unprivileged({ readOnly: true, variables: {} });
  const ended = await tender(["run", "--mem=4", hello], options);
  assertMatch(ended.stdout, /^Hello, world\n/);
  assertEquals([ended.stderr, ended.status], ["", 0]);
});

/** What is missing, the guest, its flags, and what the tender says. */
const REFUSED: readonly (readonly [
  string,
  Circumstances,
  readonly [string, ...string[]],
  RegExp,
])[] = [
  [
    "no membership in kvm",
    { groups: [] },
    ["hello"],
    /\/dev\/kvm: open: EACCES \(permission denied\); become a member of the group kvm\n/,
  ],
  [
    "no right to /dev/net/tun",
    { tunMode: "600" },
    ["demo", "--net:service=other0", "--block:storage=/dev/null,ro"],
    /--net:service=other0: \/dev\/net\/tun: open: EACCES \(permission denied\); let this user, container or service use \/dev\/net\/tun\n/,
  ],
  [
    "another user's tap",
    {},
    ["demo", "--net:service=other0", "--block:storage=/dev/null,ro"],
    /other0: TUNSETIFF: EPERM [^\n]*; make it this user's: ip tuntap del other0 mode tap && ip tuntap add other0 mode tap user USER\n/,
  ],
  [
    "no right to write a disk",
    {},
    ["block", "--block:disk=$DISK"],
    /open: EACCES \(permission denied\); let this user write it, or bind it with ,ro\n/,
  ],
  [
    "a read-only file system",
    { readOnly: true },
    ["block", "--block:disk=$HOME/disk.img"],
    /open: EROFS \(read-only file system\); let this user write it, or bind it with ,ro\n/,
  ],
  [
    "no right to read the unikernel",
    {},
    ["secret"],
    /secret\.hvt: open: EACCES \(permission denied\); give the path of a unikernel's file/,
  ],
];

for (const [name, circumstances, [image, ...flags], words] of REFUSED) {
  hostTest(`${name} is one sentence`, NEEDS, () =>
    withDisk(4096, async (path) => {
      enterOwnNetwork();
      makeTap("other0", { user: USER + 1 });
      const area = await openArea();
      await Deno.writeFile(`${area}secret.hvt`, new Uint8Array(512), { mode: 0o600 });
      await Deno.writeFile(`${area}home/disk.img`, new Uint8Array(512));
      await Deno.chown(`${area}home/disk.img`, USER, USER);
      await Deno.chmod(path.replace(/\/[^/]*$/, ""), 0o755);
      const args = flags.map((flag) =>
        flag.replace("$DISK", path).replace("$HOME", `${area}home`)
      );
      const run = ["run", ...args, `${area}${image}.hvt`];
      const ended = await tender(run, await unprivileged(circumstances));
      assertMatch(ended.stderr, /^solo5: [^\n]*\n$/);
      assertMatch(ended.stderr, words);
      assertEquals([ended.stdout, ended.status], ["", 1]);
    }));
}
