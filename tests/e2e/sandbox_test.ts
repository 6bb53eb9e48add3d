/**
 * The seal, as it is seen from outside: in every thread of a tender whose guest
 * runs.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { withDisk } from "../support/disk.ts";
import { hostTest } from "../support/needs.ts";
import {
  assertSealed,
  KERNEL_WORKER,
  look,
  NO_CAPABILITIES,
  threadsOf,
  whileSpinning,
} from "../support/sealed.ts";
import { FIGURES, guest, start, tender } from "../support/tender.ts";
import { openArea, unprivileged, USER } from "../support/unprivileged.ts";

hostTest("every thread of root's tender is sealed, and nobody's", [
  "KVM",
  "root",
], async () => {
  await whileSpinning([], async (pid) => {
    const threads = await assertSealed(pid, 65534);
    for (const status of threads) {
      assertEquals(status["Groups"]?.trim() ?? "", "");
      assertMatch(status["Gid"]!, /^(65534\s*){4}$/);
    }
    const main = threads[0]!;
    assertEquals(main["CapBnd"], NO_CAPABILITIES);
    // Made in the guest's thread when it first runs: nothing is left to it either.
    const worker = threads.find((status) => status["Name"] === KERNEL_WORKER);
    assertEquals(worker?.["CapBnd"] ?? NO_CAPABILITIES, NO_CAPABILITIES);
    assertEquals((await look(`ls -A /proc/${pid}/root/`)).trim(), "");
    assertMatch(
      await look(`readlink /proc/${pid}/root`),
      /\.solo5-[0-9a-f]+ \(deleted\)\n$|\/proc\/tty\/ldisc/,
    );
  });
});

hostTest("a sealed tender has its own descriptors open, and no room for more", [
  "KVM",
  "root",
], async () => {
  await withDisk(8192, async (path) => {
    const running = start([
      "run",
      "--mem=4",
      `--block:disk=${path}`,
      guest("poll_disk"),
      "forever",
    ]);
    const pid = running.child.pid;
    // Sealed before its guest runs.
    while ((await threadsOf(pid))[0]?.["Seccomp"] !== "2");
    const open = (await look(`ls -l /proc/${pid}/fd`)).split("\n")
      .flatMap((line) => / -> (.*)$/.exec(line)?.[1] ?? []);
    // Where starts take half a second, the runtime's thread for signals has some.
    const own = open.filter((name) => !name.startsWith("socket:"));
    assertEquals(own.length, 6, open.join(" "));
    const [figures, ...others] = own.slice(3).toSorted((one, other) =>
      Number(other.startsWith(FIGURES)) - Number(one.startsWith(FIGURES))
    );
    assertMatch(figures!, /\/slot\.[0-9]+$/);
    assertEquals(others.toSorted(), [path, "anon_inode:kvm-vcpu:0"].toSorted());
    const limits = await look(`cat /proc/${pid}/limits`);
    assertMatch(
      limits,
      new RegExp(`^Max open files +${open.length} +${open.length} `, "m"),
    );
    assertMatch(limits, /^Max core file size +0 +0 /m);
    assertMatch(limits, /^Max file size +8192 +8192 /m);
    running.child.kill("SIGTERM");
    await running.end();
  });
});

hostTest(
  "the length of files is not limited when the console is one",
  ["KVM"],
  async () => {
    const file = await Deno.makeTempFile();
    const running = start(["run", "--mem=4", guest("spin")], {
      shell: `exec "$@" >${file}`,
    });
    while ((await Deno.stat(file)).size === 0) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const limits = await look(`cat /proc/${running.child.pid}/limits`);
    assertMatch(limits, /^Max file size +unlimited/m);
    running.child.kill("SIGTERM");
    await running.end();
    await Deno.remove(file);
  },
);

hostTest(
  "a user's tender is sealed, and stays this user's",
  ["KVM", "root"],
  async () => {
    const image = `${await openArea()}spin.hvt`;
    const options = await unprivileged({});
    const said = await whileSpinning(
      ["--trace=sandbox"],
      async (pid) => void await assertSealed(pid, USER),
      { ...options, image },
    );
    assertMatch(said, /layer root folder: missing: it takes CAP_SYS_CHROOT\n/);
    assertMatch(said, new RegExp(`layer user: uid ${USER}, as it was\n`));
  },
);

hostTest("--user= is whom root's tender becomes", ["KVM", "root"], async () => {
  await whileSpinning(
    ["--user=4242:4343"],
    async (pid) => void await assertSealed(pid, 4242),
  );
});

for (
  const [user, sentence] of [
    ["0:65534", "the tender does not stay root"],
    ["no-such-user", "no such user in /etc/passwd"],
  ] as const
) {
  hostTest(`--user=${user} is refused`, ["KVM", "root"], async () => {
    const { stdout, stderr, status } = await tender([
      "run",
      `--user=${user}`,
      guest("hello"),
    ]);
    assertMatch(stderr, new RegExp(`^solo5: --user=${user}: ${sentence}; [^\n]*\n$`));
    assertEquals([stdout, status], ["", 1]);
  });
}

hostTest("--user= is refused to who is not root", ["KVM", "root"], async () => {
  const image = `${await openArea()}hello.hvt`;
  const { stdout, stderr, status } = await tender(
    ["run", "--user=nobody", image],
    await unprivileged({}),
  );
  assertMatch(stderr, /^solo5: --user=nobody: only root, [^\n]*; [^\n]*\n$/);
  assertEquals([stdout, status], ["", 1]);
});

hostTest("--sandbox=off leaves the process as it is, and says so", ["KVM"], async () => {
  const said = await whileSpinning(["--sandbox=off"], async (pid) => {
    for (const status of await threadsOf(pid)) assertEquals(status["Seccomp"], "0");
  });
  assertMatch(said, /^solo5: --sandbox=off: [^\n]*keeps every right[^\n]*\n/);
});

/** The part of `--trace=sandbox`, or of `solo5 sandbox`, that names calls. */
function callsOf(text: string): string[] {
  return [...text.matchAll(/call (\w+)\(/g)].map(([, name]) => name!);
}

hostTest("a guest without devices is left 20 system calls, their arguments bound", [
  "KVM",
], async () => {
  const traced = await tender(["run", "--trace=sandbox", guest("hello")]);
  assertEquals(traced.status, 0);
  const calls = new Set(callsOf(traced.stderr));
  assert(calls.size <= 20, `${calls.size}: ${[...calls].join(" ")}`);
  const free = [...traced.stderr.matchAll(/call (\w+)\(\)/g)].map(([, name]) => name!);
  // These take no argument.
  const none = ["gettid", "restart_syscall", "rt_sigreturn", "sched_yield"];
  assertEquals(free.toSorted(), none);
  assertMatch(
    traced.stderr,
    /call ioctl\(fd is \d+ \(vCPU\), request is 0xae80 \(KVM_RUN\), argument is 0 \(NULL\)\) for kvm: /,
  );
  assertEquals(traced.stderr.match(/call ioctl/g)?.length, 1);
  const askers = [...traced.stderr.matchAll(/ for (\w+): /g)].map(([, module]) =>
    module!
  );
  assertEquals([...new Set(askers)].toSorted(), ["core", "kvm", "runtime"]);
});

hostTest("a sealed tender's memory is hidden from processes of the same user", [
  "KVM",
  "root",
], async () => {
  await whileSpinning(["--user=4242:4242"], async (pid) => {
    // What the kernel hides from others is root's.
    assertMatch(await look(`ls -ldn /proc/${pid}/mem`), /^-rw-+ +1 +0 +0 /);
  });
});

hostTest("solo5 sandbox says what run would be sealed with, and runs nothing", [
  "KVM",
], async () => {
  await withDisk(4096, async (path) => {
    const flags = [`--block:disk=${path}`, guest("block")];
    const shown = await tender(["sandbox", ...flags]);
    assertEquals([shown.stderr, shown.status], ["", 0]);
    const traced = await tender(["run", "--trace=sandbox", ...flags]);
    const told = [...traced.stderr.matchAll(/^solo5: trace: sandbox: (.*)$/gm)];
    assertEquals(
      shown.stdout.trim().split("\n").sort(),
      told.map(([, line]) => line!).sort(),
    );
    const json = await tender(["sandbox", "--json", ...flags]);
    const value = JSON.parse(json.stdout);
    assertEquals(value.fileBytes, 4096);
    assertEquals(
      value.systemCalls.map(({ call }: { call: string }) => call),
      callsOf(shown.stdout),
    );
    const bpf = await tender(["sandbox", "--bpf", ...flags]);
    assertEquals(bpf.stdout.trim().split("\n").length, value.filter.length);
    assertMatch(bpf.stdout, /^0: ld \[4\]\n1: jeq 0xc000003e, 2, \d+\n/);
    assertMatch(bpf.stdout, /: ret kill process\n$/);
  });
});
