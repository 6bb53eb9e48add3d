/**
 * `solo5 check` says what `solo5 run` does of taps, and leaves them as they are.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { closeFile } from "../../ffi/files.ts";
import { agreementTests, type Prepared, type Situation } from "../support/agreement.ts";
import { hostTest, type Need } from "../support/needs.ts";
import { enterOwnNetwork, makeTap, openTap } from "../support/network.ts";
import { readProc } from "../support/proc.ts";
import { guest, tender } from "../support/tender.ts";
import { openArea, unprivileged, USER } from "../support/unprivileged.ts";

const NEEDS: readonly Need[] = ["KVM", "root", "tun"];

/** A guest on two interfaces. */
function on(first: string, second: string, ...flags: string[]): Prepared {
  return {
    args: [`--net:0=${first}`, `--net:1=${second}`, ...flags, guest("net")],
  };
}

function taps(...names: string[]): void {
  enterOwnNetwork();
  for (const name of names) makeTap(name);
}

const SITUATIONS: readonly Situation[] = [
  ["its taps are free", NEEDS, () => {
    taps("free0", "free1");
    return on("free0", "free1");
  }],
  ["its taps are free, strictly", [...NEEDS, "a fast host"], () => {
    taps("strict0", "strict1");
    return on("strict0", "strict1", "--sandbox=strict");
  }],
  [
    "a tap is missing and another is down",
    [...NEEDS, "a fast host"],
    () => {
      enterOwnNetwork();
      makeTap("down0", { down: true });
      return on("gone0", "down0");
    },
    /^--net:service0=gone0: .*ENODEV.*ip tuntap add gone0/,
    /^--net:service1=down0: the interface is down; ip link set down0 up/,
  ],
  [
    "a tap is another's and an interface is no tap",
    [...NEEDS, "a fast host"],
    () => {
      enterOwnNetwork();
      makeTap("busy0");
      const holder = openTap("busy0");
      return { ...on("busy0", "lo"), over: () => closeFile(holder) };
    },
    /^--net:service0=busy0: TUNSETIFF: EBUSY/,
    /^--net:service1=lo: TUNSETIFF: EINVAL/,
  ],
  [
    "both devices are given one tap",
    [...NEEDS, "a fast host"],
    () => {
      taps("twice0");
      return on("twice0", "twice0");
    },
    /twice0 is given to both/,
  ],
  ["its taps are its user's", [...NEEDS, "a fast host"], async () => {
    enterOwnNetwork();
    makeTap("user0", { user: USER });
    makeTap("user1", { user: USER });
    const [net] = [`${await openArea()}net.hvt`];
    await Deno.copyFile(guest("net"), net);
    return {
      args: ["--net:0=user0", "--net:1=user1", net],
      options: await unprivileged(),
    };
  }],
  [
    "a tap is another user's",
    [...NEEDS, "a fast host"],
    async () => {
      enterOwnNetwork();
      makeTap("other0", { user: 1 });
      makeTap("other1", { user: USER });
      const [net] = [`${await openArea()}net.hvt`];
      await Deno.copyFile(guest("net"), net);
      return {
        args: ["--net:0=other0", "--net:1=other1", net],
        options: await unprivileged(),
      };
    },
    /^--net:service0=other0: TUNSETIFF: EPERM/,
  ],
];

agreementTests(SITUATIONS);

/** The names of this network's interfaces. */
function interfaces(): string[] {
  return readProc("/proc/thread-self/net/dev").split("\n").slice(2)
    .map((line) => line.split(":")[0]!.trim());
}

hostTest("check makes no tap, says the MTU, and leaves taps free", NEEDS, async () => {
  enterOwnNetwork();
  makeTap("mtu0", { mtu: 9000 });
  const before = interfaces();
  const { args } = on("mtu0", "never0");
  const { stdout, status } = await tender(["check", ...args]);
  assertEquals(status, 1);
  assertEquals(
    /^ok +--net:service0=mtu0: (.*)$/m.exec(stdout)?.[1],
    "is free and up, with an MTU of 9000",
  );
  assertEquals(interfaces(), before);
  // Who holds it now is the only one.
  closeFile(openTap("mtu0"));
});
