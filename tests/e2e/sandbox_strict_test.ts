/**
 * `--sandbox=strict`: what holds in every thread, seen from outside and tried
 * from inside, and when it refuses to run.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { lockFile } from "../../ffi/disk.ts";
import { Errno, type SystemCallError } from "../../ffi/errno.ts";
import { closeFile, openFile } from "../../ffi/files.ts";
import { Echo } from "../../scripts/demo/echo.ts";
import { ROOT } from "../support/checkout.ts";
import { compiledProgram } from "../support/compiled.ts";
import { withDisk } from "../support/disk.ts";
import { hostTest } from "../support/needs.ts";
import { enterOwnNetwork, makeTap } from "../support/network.ts";
import { program } from "../support/programs.ts";
import {
  assertSealed,
  look,
  NO_CAPABILITIES,
  threadsOf,
  whileSpinning,
} from "../support/sealed.ts";
import { guest, start, tender } from "../support/tender.ts";
import { openArea, unprivileged, USER } from "../support/unprivileged.ts";

const STRICT = "--sandbox=strict";
const TRACED = [STRICT, "--trace=sandbox"];
const NOBODY = 65534;

/** The layers that a trace shows, by name. */
function layersOf(said: string): Map<string, string> {
  const lines = said.matchAll(/^(?:solo5: trace: sandbox: )?layer ([^:]+): (.*)$/gm);
  return new Map([...lines].map(([, name, detail]) => [name!, detail!]));
}

/** Every layer holds in every thread; returns them. */
function assertWhole(said: string): Map<string, string> {
  const layers = layersOf(said);
  assert(layers.size > 8, said);
  for (const [name, detail] of layers) {
    assert(!/^(missing|partial)/.test(detail), `${name}: ${detail}`);
  }
  return layers;
}

hostTest("with strict every thread of root's tender has every layer", [
  "KVM",
  "root",
], async () => {
  const said = await whileSpinning(TRACED, async (pid) => {
    for (const status of await assertSealed(pid, NOBODY)) {
      assertEquals(
        `${status["Name"]} ${status["CapBnd"]}`,
        `${status["Name"]} ${NO_CAPABILITIES}`,
      );
      assertEquals(status["Groups"]?.trim() ?? "", "");
    }
    const spaces = await look(`readlink /proc/self/ns/mnt /proc/${pid}/task/*/ns/mnt`);
    const [own, ...theirs] = spaces.trim().split("\n");
    assertEquals(new Set(theirs).size, 1, spaces);
    assert(theirs[0] !== own, spaces);
    const etc = await look(`ls -A /proc/${pid}/root/etc /proc/${pid}/root/dev`);
    assert(!/passwd|kvm/.test(etc), etc);
  });
  const layers = assertWhole(said);
  assertEquals(layers.get("bounding set"), "empty");
  assertEquals(layers.get("user"), `uid ${NOBODY}, as it was`);
});

hostTest("with strict no thread can open what a start does not read", [
  "root",
], async () => {
  const child = program([
    Deno.execPath(),
    ..."run --quiet --no-prompt --no-config --no-lock --allow-ffi --allow-read".split(
      " ",
    ),
    "--unstable-lazy-dynamic-imports",
    `${ROOT}tests/support/strict_probe.ts`,
  ], { stdin: "null", stdout: "piped", stderr: "piped" }).spawn();
  const { stdout, stderr } = await child.output();
  const text = new TextDecoder();
  assertEquals(text.decode(stderr), "");
  const opened = [true, false, false, false, false];
  assertEquals(JSON.parse(text.decode(stdout)), {
    first: opened,
    other: opened,
    pid: child.pid,
  });
});

hostTest("with strict a guest has its tap and its locked disk", [
  "KVM",
  "root",
  "tun",
], () =>
  withDisk(4096, async (path) => {
    enterOwnNetwork();
    makeTap("strict0", { address: "10.78.0.1" });
    const running = start([
      "run",
      "--mem=16",
      ...TRACED,
      "--net:service=strict0",
      `--block:storage=${path}`,
      guest("demo"),
      "10.78.0.2",
    ]);
    await running.sees("answering");
    const pid = running.child.pid;
    for (const status of await threadsOf(pid)) assertEquals(status["Seccomp"], "2");
    const file = openFile(path, "read");
    let errno = 0;
    try {
      lockFile(file, true, path);
    } catch (error) {
      errno = (error as SystemCallError).errno;
    }
    closeFile(file);
    assertEquals(errno, Errno.EAGAIN);
    const echo = new Echo("10.78.0.2");
    const answers = echo.udp(2);
    echo.quit();
    const ended = await running.end();
    assertEquals(answers.filter((answer) => answer === undefined), []);
    assertMatch(ended.stdout, /^demo: boot number 1 of this disk\n/);
    assertEquals(ended.status, 0);
    const layers = assertWhole(ended.stderr);
    assertMatch(
      layers.get("descriptors")!,
      new RegExp(`standard error, .*${path}.*strict0|strict0.*${path}`),
    );
  }));

hostTest("with strict an ordinary user's tender has every layer", [
  "KVM",
  "root",
], async () => {
  const said = await whileSpinning(TRACED, async (pid) => {
    await assertSealed(pid, USER);
  }, { ...await unprivileged({}), image: `${await openArea()}spin.hvt` });
  const layers = assertWhole(said);
  assertMatch(layers.get("mount namespace")!, /^the host's, inert: /);
  assertMatch(layers.get("Landlock")!, /^no path but to read /);
});

hostTest(
  "with strict root's tender runs in a user namespace that has nobody else",
  ["KVM", "root", "user namespaces"],
  async () => {
    const shell = 'exec unshare -r "$@"';
    const refused = await tender(["run", guest("hello")], { shell });
    assertMatch(refused.stderr, /^solo5: sandbox, user: [^\n]*--sandbox=strict[^\n]*\n$/);
    assertEquals([refused.stdout, refused.status], ["", 1]);
    const said = await whileSpinning(TRACED, async (pid) => {
      for (const status of await assertSealed(pid, 0)) {
        assertEquals(status["CapBnd"], NO_CAPABILITIES, status["Name"]);
      }
    }, { shell });
    assertWhole(said);
    const asked = await tender(["run", STRICT, "--user=4242:4242", guest("hello")], {
      shell,
    });
    assertMatch(asked.stderr, /^solo5: --user=4242:4242: this user namespace [^\n]*\n$/);
    assertEquals([asked.stdout, asked.status], ["", 1]);
  },
);

hostTest("with strict inheritable capabilities are dropped in every thread", [
  "KVM",
  "root",
  "setpriv",
], async () => {
  const shell = 'exec setpriv --inh-caps=+net_admin "$@"';
  const refused = await tender(["run", guest("hello")], { shell });
  assertMatch(refused.stderr, /^solo5: this process: [^\n]*--sandbox=strict\n$/);
  assertEquals([refused.stdout, refused.status], ["", 1]);
  const said = await whileSpinning(
    TRACED,
    async (pid) => void await assertSealed(pid, NOBODY),
    { shell },
  );
  assertWhole(said);
});

hostTest("strict refuses root a layer that it has no capability for", [
  "KVM",
  "root",
  "setpriv",
], async () => {
  const { stdout, stderr, status } = await tender(["run", STRICT, guest("hello")], {
    shell: 'exec setpriv --bounding-set=-sys_admin --inh-caps=-all "$@"',
  });
  assertMatch(
    stderr,
    /^solo5: --sandbox=strict: [^\n]*: mount namespace \(missing: it takes CAP_SYS_ADMIN\); [^\n]*\n$/,
  );
  assertEquals([stdout, status], ["", 1]);
});

for (
  const [flags, sentence] of [
    [["--dumpcore=/tmp"], "--sandbox=strict: cannot be had together with --dumpcore"],
    [["--gdb=0"], "--sandbox=strict: cannot be had together with --gdb"],
    [["--user=root"], "--user=root: the tender does not stay root"],
    [["--mem=1"], "--mem=1 has a bad value"],
  ] as const
) {
  hostTest(`strict is refused with ${flags}`, ["KVM", "root"], async () => {
    const ended = await tender(["run", STRICT, ...flags, guest("hello")]);
    assertMatch(
      ended.stderr,
      new RegExp(`^solo5: [^\n]*${sentence}[^\n]*\n$`),
    );
    assertEquals([ended.stdout, ended.status], ["", 1]);
  });
}

hostTest("with strict what is to be said beside the guest is said once", [
  "KVM",
], async () => {
  const args = ["--mem=3", guest("exit"), "0"];
  const usual = await tender(["run", ...args]);
  const strict = await tender(["run", STRICT, ...args]);
  assertMatch(usual.stderr, /^solo5: --mem=3: [^\n]*\n$/);
  assertEquals([strict.stderr, strict.status], [usual.stderr, 0]);
});

hostTest("with strict what is wrong with a disk is said as ever", ["KVM"], async () => {
  const args = ["--block:disk=/nonexistent/disk", guest("block")];
  const usual = await tender(["run", ...args]);
  const strict = await tender(["run", STRICT, ...args]);
  assertMatch(usual.stderr, /^solo5: --block:disk=\/nonexistent\/disk: open: ENOENT/);
  assertEquals([strict.stderr, strict.status], [usual.stderr, usual.status]);
});

for (const word of ["--handed-over=", "--handed-over=1,0,0,1"]) {
  for (const level of [STRICT, "--mem=4"]) {
    hostTest(`${word} of somebody else's is refused with ${level}`, ["KVM"], async () => {
      const ended = await tender(["run", word, level, guest("hello")]);
      assertMatch(
        ended.stderr,
        /^solo5: --handed-over=\S*: only the program itself writes this, [^\n]*; drop it\n$/,
      );
      assertEquals([ended.stdout, ended.status], ["", 1]);
    });
  }
}

hostTest("with strict arguments and statuses are the guest's, bytes and all", [
  "KVM",
], async () => {
  const ended = await tender(["run", STRICT, guest("hello")], {
    shell: `exec "$@" "$(printf 'caf\\351')"`,
  });
  const line = ended.bytes.subarray(0, ended.bytes.indexOf(10));
  assertEquals([...line.subarray(-4)], [0x63, 0x61, 0x66, 0xe9]);
  const exited = await tender(["run", STRICT, guest("exit"), "42"]);
  assertEquals([exited.stderr, exited.status], ["", 42]);
});

hostTest("solo5 sandbox shows what strict would be", ["KVM"], async () => {
  const shown = await tender(["sandbox", STRICT, guest("hello")]);
  assertEquals([shown.stderr, shown.status], ["", 0]);
  assertWhole(shown.stdout);
});

hostTest(
  "a compiled program starts itself strictly",
  ["KVM", "root", "DENORT_BIN"],
  async () => {
    const child = program(
      [await compiledProgram(), "run", ...TRACED, guest("hello")],
      { stdin: "null", stdout: "piped", stderr: "piped" },
    );
    const { code, stdout, stderr } = await child.output();
    const text = new TextDecoder();
    assertMatch(text.decode(stdout), /^Hello, world\n/);
    assertEquals(code, 0);
    assertWhole(text.decode(stderr));
  },
);
