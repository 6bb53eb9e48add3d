/**
 * Layers of the seal on hosts that lack some, and what one of them does alone.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { Errno } from "../../ffi/errno.ts";
import { landlockAbi } from "../../ffi/landlock.ts";
import { ROOT, tenderCommand } from "../support/checkout.ts";
import { hostTest } from "../support/needs.ts";
import { program } from "../support/programs.ts";
import { guest } from "../support/tender.ts";

/** Runs the tender where the kernel refuses some system calls. */
async function without(calls: string, ...args: string[]) {
  const { code, stdout, stderr } = await program([
    Deno.execPath(),
    ...["run", "--quiet", "--no-prompt", "--no-config", "--allow-ffi", "--allow-run"],
    `${ROOT}tests/support/without_calls.ts`,
    calls,
    ...tenderCommand(),
    ...args,
  ], { stdin: "null" }).output();
  const decoder = new TextDecoder();
  return { status: code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

for (
  const [calls, layer, problem] of [
    ["seccomp", "system calls", "seccomp: EPERM"],
    ["capset", "capabilities", "capset: EPERM"],
  ] as const
) {
  hostTest(`no guest runs where the host refuses ${calls}`, ["KVM"], async () => {
    const { status, stdout, stderr } = await without(calls, "run", guest("hello"));
    assertMatch(
      stderr,
      new RegExp(
        `^solo5: sandbox, ${layer}: [^\n]*${problem}[^\n]*; the guest was not started; [^\n]*\n$`,
      ),
    );
    assertEquals([stdout, status], ["", 1]);
  });
}

hostTest("no guest of root's runs as root where the host refuses another user", [
  "KVM",
  "root",
], async () => {
  const { status, stdout, stderr } = await without("setresuid", "run", guest("hello"));
  assertMatch(stderr, /^solo5: sandbox, user: user 65534: setresuid: EPERM [^\n]*\n$/);
  assertEquals([stdout, status], ["", 1]);
});

hostTest(
  "no guest of root's runs where a thread stays root",
  ["KVM", "root"],
  async () => {
    // The C library tells the other threads of the change by this.
    const { status, stdout, stderr } = await without("tgkill", "run", guest("hello"));
    assertMatch(
      stderr,
      /^solo5: sandbox, capabilities: another thread: setresuid: EPERM [^\n]*\n$/,
    );
    assertEquals([stdout, status], ["", 1]);
  },
);

hostTest("a guest runs where the host refuses the other layers, and says so when asked", [
  "KVM",
  "root",
], async () => {
  const calls = "chroot,unshare,landlock_create_ruleset,landlock_restrict_self";
  const silent = await without(calls, "run", guest("hello"));
  assertEquals([silent.stderr, silent.status], ["", 0]);
  const { status, stderr } = await without(
    calls,
    "run",
    "--trace=sandbox",
    guest("hello"),
  );
  assertEquals(status, 0);
  assertMatch(stderr, /layer root folder: missing: \/: chroot: EPERM/);
  assertMatch(stderr, /layer mount namespace: missing: this process: unshare: EPERM/);
  assertMatch(stderr, /layer Landlock: missing: this kernel has none/);
  const strict = await without(calls, "run", "--sandbox=strict", guest("hello"));
  assertMatch(strict.stderr, /^solo5: [^\n]*Landlock[^\n]*\n$/);
  assertEquals([strict.stdout, strict.status], ["", 1]);
});

hostTest(
  "a guest of root's has a mount namespace of its own",
  ["KVM", "root"],
  async () => {
    const { stdout } = await new Deno.Command("sh", {
      args: [
        "-c",
        `"$@" >/dev/null & pid=$!
while ! grep -q "Seccomp:.2" /proc/$pid/status; do :; done
readlink /proc/$pid/ns/mnt
readlink /proc/self/ns/mnt
kill $pid`,
        "sh",
        ...[...tenderCommand(), "run", guest("spin")],
      ],
    }).output();
    const [its, ours] = new TextDecoder().decode(stdout).trim().split("\n");
    assertMatch(its!, /^mnt:\[\d+\]$/);
    assertEquals(its === ours, false);
  },
);

Deno.test({
  name: "Landlock, as the seal has it, leaves no path to its thread",
  ignore: landlockAbi() === 0,
  async fn() {
    const { stdout } = await program([
      Deno.execPath(),
      ...["run", "--quiet", "--no-prompt", "--no-config", "--allow-ffi"],
      `${ROOT}tests/support/behind_landlock.ts`,
      ...["/bin/sh", "/proc/self/status", "/dev/null", "/"],
    ], { stdin: "null" }).output();
    const { EACCES } = Errno;
    const outcomes = JSON.parse(new TextDecoder().decode(stdout));
    assertEquals(outcomes, [EACCES, EACCES, EACCES, EACCES]);
  },
});
