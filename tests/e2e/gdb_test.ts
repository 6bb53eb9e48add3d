/**
 * Debugging a guest with gdb itself, which needs no word beyond its target.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Debugged, startDebugged } from "../support/debugger.ts";
import { hostTest } from "../support/needs.ts";
import { type Ended, guest, start } from "../support/tender.ts";

const IMAGE = guest("debug");

/** A gdb that is connected and does what it is told. */
function gdb(target: string, commands: readonly string[], image: string[] = [IMAGE]) {
  const words = [`target remote ${target}`, ...commands].flatMap((each) => ["-ex", each]);
  return new Deno.Command("gdb", {
    args: ["-nx", "-q", "-batch", ...words, ...image],
    env: { LC_ALL: "C" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** What gdb has printed in the end. */
async function printed(child: Deno.ChildProcess): Promise<string> {
  const { stdout, stderr } = await child.output();
  const text = new TextDecoder();
  return text.decode(stdout) + text.decode(stderr);
}

/** Starts a guest, has gdb do something with it, and waits for both. */
async function debug(
  args: readonly string[],
  commands: readonly string[],
): Promise<{ readonly said: string; readonly ended: Ended }> {
  const { running, path } = await startDebugged(args);
  const said = await printed(gdb(path, commands, [args[0]!]));
  return { said, ended: await running.end() };
}

/** Checks that a text has all these parts, in this order. */
function assertInOrder(text: string, parts: readonly string[]): void {
  let at = 0;
  for (const part of parts) {
    const found = text.indexOf(part, at);
    assert(found >= 0, `no "${part}" behind character ${at} of: ${text}`);
    at = found + part.length;
  }
}

hostTest(
  "gdb learns the architecture from the tender alone",
  ["KVM", "gdb"],
  async () => {
    const running = start(["run", "--mem=4", "--gdb=0", IMAGE]);
    const [, target] = /target remote (\S+)"/.exec(await running.hears("target remote"))!;
    const said = await printed(gdb(target!, [
      "show architecture",
      "info registers r15 rip eflags gs fs_base",
      "print $mxcsr",
      "print $xmm15.v4_int32",
      "continue",
    ], []));
    assertInOrder(said, [
      '(currently "i386:x86-64")',
      "r15            0x0",
      "rip            0x100040",
      "eflags         0x2                 [ ]",
      "gs             0x10                16",
      "fs_base        0x0                 0",
      "[ IM DM ZM OM UM PM ]",
      "{0, 0, 0, 0}",
      "exited with code 052",
    ]);
    assertEquals((await running.end()).status, 42);
  },
);

hostTest("gdb stops at breakpoints and shows where the guest is", [
  "KVM",
  "gdb",
], async () => {
  const { said, ended } = await debug([IMAGE], [
    "break add",
    "hbreak *read_clock",
    "continue",
    "backtrace 2",
    "print $rsi",
    "finish",
    "continue",
    "delete 1",
    "continue",
    "stepi",
    "x/i $pc",
    "continue",
  ]);
  assertInOrder(said, [
    "Breakpoint 1, 0x",
    "#0 ",
    "in add ()",
    "#1 ",
    "in count ()",
    "$1 = 0",
    "in count ()",
    "Breakpoint 1, ",
    "in add ()",
    "Breakpoint 2, ",
    "in read_clock ()",
    "=> 0x",
    "<read_clock+",
    "exited with code 052",
  ]);
  assertEquals([ended.status, ended.stdout], [42, "6\n"]);
});

hostTest("gdb changes registers and memory, and calls functions", [
  "KVM",
  "gdb",
], async () => {
  const { said, ended } = await debug([IMAGE], [
    "set $r12 = 0x1122334455667788",
    "set $r15 = -1",
    "set $xmm1.v2_int64[1] = 5",
    "stepi",
    "print/x $r12",
    "print $r15",
    "print $xmm1.v2_int64",
    "break count",
    "continue",
    "print ((long (*)(long, long)) add)(40, 2)",
    "set {long} &total = 100",
    "x/xg &total",
    "continue",
  ]);
  assertInOrder(said, [
    "0x1122334455667788",
    "= -1",
    "{0, 5}",
    "Breakpoint 1, ",
    "= 42",
    "<total>:",
    "0x0000000000000064",
    "exited with code 052",
  ]);
  assertEquals(ended.stdout, "106\n");
});

hostTest("gdb watches memory, which guest or tender may write", [
  "KVM",
  "gdb",
], async () => {
  const { said, ended } = await debug([IMAGE], [
    "watch *(long *) &total",
    "continue",
    "continue",
    "continue",
    "delete",
    "watch *(long *) &nsecs",
    "continue",
    "delete",
    "continue",
  ]);
  assertInOrder(said, [
    "Old value = 0\nNew value = 1\n",
    "in count ()",
    "Old value = 1\nNew value = 3\n",
    "Old value = 3\nNew value = 6\n",
    "Old value = 0\nNew value = 1",
    "in read_clock ()",
    "exited with code 052",
  ]);
  assertEquals([ended.status, ended.stdout], [42, "6\n"]);
});

/** Has gdb run the guest, and stops it by Ctrl-C once it has shown a line. */
async function interrupt(
  { running, path }: Debugged,
  line: string,
  commands: readonly string[],
): Promise<string> {
  const child = gdb(path, ["continue", ...commands]);
  await running.sees(line);
  child.kill("SIGINT");
  return await printed(child);
}

hostTest("Ctrl-C in gdb stops a guest that runs", ["KVM", "gdb"], async () => {
  const debugged = await startDebugged([IMAGE, "loop"]);
  const said = await interrupt(debugged, "looping", [
    "set {char} &flag = 0",
    "continue",
  ]);
  assertInOrder(said, [
    "received signal SIGINT",
    "exited with code 07",
  ]);
  assertEquals((await debugged.running.end()).status, 7);
});

hostTest("Ctrl-C in gdb stops a guest that sleeps", ["KVM", "gdb"], async () => {
  const debugged = await startDebugged([IMAGE, "sleep"]);
  const said = await interrupt(debugged, "sleeping", ["kill"]);
  assertInOrder(said, ["received signal SIGINT", "killed]"]);
  const ended = await debugged.running.end();
  assertMatch(ended.stderr, /^solo5: Debugger asked us to quit$/m);
  assertEquals(ended.status, 1);
});

hostTest("a guest runs on when gdb detaches or just ends", ["KVM", "gdb"], async () => {
  for (const last of [["detach"], []]) {
    const { said, ended } = await debug([IMAGE], ["break add", "continue", ...last]);
    assertInOrder(said, ["Breakpoint 1, ", "detached]"]);
    assertMatch(ended.stderr, /^solo5: Debugger detached$/m);
    assertEquals([ended.status, ended.stdout], [42, "6\n"]);
  }
});

hostTest("gdb shows what a guest died of", ["KVM", "gdb"], async () => {
  const { said, ended } = await debug([guest("fault"), "hypercall-net"], [
    "continue",
    "print/x $rdx",
    "continue",
  ]);
  assertInOrder(said, [
    "received signal SIGSYS",
    "0x506",
    "terminated with signal SIGSYS",
    // On gdb's standard error, which comes last here.
    "invalid guest hypercall: num=6",
  ]);
  assertMatch(ended.stderr, /^solo5: guest fault at rip=0x[0-9a-f]+: invalid/m);
  assertEquals(ended.status, 1);
});
