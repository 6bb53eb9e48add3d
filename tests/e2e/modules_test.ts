/**
 * A module that the manifest does not name is not there: not evaluated, not
 * needed on disk, its libc symbols not looked up.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { modulesOf, withModules } from "../../scripts/build/sources.ts";
import { hostTest } from "../support/needs.ts";
import { program } from "../support/programs.ts";
import { enterOwnNetwork, makeTap } from "../support/network.ts";
import { ROOT, tenderCommand, tenderEnvironment } from "../support/checkout.ts";
import { guest, tender } from "../support/tender.ts";

/** A copy of the tree that runs, without some of its modules' folders. */
async function treeWithout(...folders: string[]): Promise<string> {
  const copy = await Deno.makeTempDir();
  const parts = ["mod.ts", "src", "ffi", "scripts"].map((part) => `${ROOT}${part}`);
  const args = ["-r", ...parts, copy];
  const { success } = await new Deno.Command("cp", { args }).output();
  assert(success);
  for (const folder of folders) {
    await Deno.remove(`${copy}/src/modules/${folder}`, { recursive: true });
  }
  return `${copy}/`;
}

/** The same as a build has it, whose table does not name them. */
async function buildWithout(...modules: string[]): Promise<string> {
  const root = await treeWithout(...modules);
  const path = `${root}src/machine/parts.ts`;
  const table = await Deno.readTextFile(path);
  const kept = modulesOf(table).filter((name) => !modules.includes(name));
  await Deno.writeTextFile(path, withModules(table, kept));
  return root;
}

async function disk(): Promise<string> {
  const path = await Deno.makeTempFile();
  await Deno.truncate(path, 4096);
  return path;
}

hostTest("a guest without devices runs without net and block", ["KVM"], async () => {
  const root = await treeWithout("net", "block", "gdb");
  const ended = await tender(["run", "--mem=2", guest("hello")], { root });
  assertEquals([ended.stderr, ended.status], ["", 0]);
  const without = await buildWithout("gdb");
  const debugged = await tender(["run", "--gdb=0", guest("hello")], { root: without });
  assertMatch(debugged.stderr, /^solo5: module "gdb": [^\n]* --gdb; [^\n]*\n$/);
  assertEquals([debugged.stdout, debugged.status], ["", 1]);
  for (const each of [root, without]) await Deno.remove(each, { recursive: true });
});

hostTest(
  "a guest with a disk runs without net, and not without block",
  ["KVM"],
  async () => {
    const path = await disk();
    const run = ["run", "--mem=4", `--block:disk=${path}`, guest("block")];
    const withBlock = await treeWithout("net");
    assertEquals((await tender(run, { root: withBlock })).status, 0);
    const without = await buildWithout("block");
    const ended = await tender(run, { root: without });
    assertMatch(ended.stderr, /^solo5: module "block": [^\n]*BLOCK_BASIC; [^\n]*\n$/);
    assertEquals([ended.stdout, ended.status], ["", 1]);
    for (const root of [withBlock, without]) await Deno.remove(root, { recursive: true });
    await Deno.remove(path);
  },
);

hostTest("a guest runs without dumpcore, unless it is asked for", ["KVM"], async () => {
  const withoutFolder = await treeWithout("dumpcore");
  assertEquals(
    (await tender(["run", guest("hello")], { root: withoutFolder })).status,
    0,
  );
  await Deno.remove(withoutFolder, { recursive: true });
  const root = await buildWithout("dumpcore");
  const ended = await tender(["run", "--dumpcore=/tmp", guest("hello")], { root });
  assertMatch(ended.stderr, /^solo5: module "dumpcore": [^\n]*--dumpcore; [^\n]*\n$/);
  assertEquals([ended.stdout, ended.status], ["", 1]);
  await Deno.remove(root, { recursive: true });
});

hostTest("a guest runs without limits' modules, unless they are asked for", [
  "KVM",
], async () => {
  const whole = await treeWithout("rate", "visible");
  const run = ["run", "--mem=2", guest("hello")];
  assertEquals((await tender(run, { root: whole })).status, 0);
  await Deno.remove(whole, { recursive: true });
  const root = await buildWithout("rate", "visible");
  for (
    const [flag, name] of [["--console=visible", "visible"], [
      "--console-rate=1GB",
      "rate",
    ]]
  ) {
    const ended = await tender([...run, flag!], { root });
    assertMatch(ended.stderr, new RegExp(`^solo5: module "${name}": [^\n]*\n$`));
    assertEquals([ended.stdout, ended.status], ["", 1]);
  }
  await Deno.remove(root, { recursive: true });
});

hostTest("a guest with interfaces runs without block, and not without net", [
  "KVM",
  "root",
  "tun",
], async () => {
  enterOwnNetwork();
  for (const name of ["mod0", "mod1"]) makeTap(name);
  const run = ["run", "--mem=4", "--net:0=mod0", "--net:1=mod1", guest("net"), "errors"];
  const withNet = await treeWithout("block");
  assertEquals((await tender(run, { root: withNet })).status, 0);
  const without = await buildWithout("net");
  const ended = await tender(run, { root: without });
  assertMatch(ended.stderr, /^solo5: module "net": [^\n]*NET_BASIC; [^\n]*\n$/);
  assertEquals([ended.stdout, ended.status], ["", 1]);
  for (const root of [withNet, without]) await Deno.remove(root, { recursive: true });
});

/**
 * The symbols that `dlsym` looked up in libc alone, as the dynamic linker
 * reports them. (What the program itself is linked with is looked up in the
 * program first.)
 */
async function lookedUp(command: string[]): Promise<Set<string>> {
  const { stderr } = await program(command, {
    env: { ...tenderEnvironment(), LD_DEBUG: "symbols" },
    stdout: "null",
    stderr: "piped",
  }).output();
  const symbols = new Set<string>();
  let latest = "";
  for (const line of new TextDecoder().decode(stderr).split("\n")) {
    const [, symbol, file] = /symbol=([^;]+);\s+lookup in file=(\S+) \[0\]/.exec(line) ??
      [];
    if (symbol === undefined) continue;
    if (symbol !== latest && file!.includes("/libc.so")) symbols.add(symbol);
    latest = symbol;
  }
  return symbols;
}

async function traced(
  args: string[],
): Promise<{ symbols: Set<string>; modules: string[] }> {
  const { stderr } = await tender(args);
  const find = (pattern: RegExp) =>
    [...stderr.matchAll(pattern)].map(([, name]) => name!);
  return {
    symbols: new Set(find(/^solo5: trace: symbol (\S+) /gm)),
    modules: find(/^solo5: trace: module (\S+)$/gm),
  };
}

hostTest("--trace=modules tells exactly the symbols that the linker saw", [
  "KVM",
  "root",
  "tun",
], async () => {
  enterOwnNetwork();
  for (const name of ["sym0", "sym1"]) makeTap(name);
  const path = await disk();
  // The shell, and Deno with nothing of ours that needs libc.
  const baseline = await lookedUp([...tenderCommand(), "version"]);
  const nets = ["--net:0=sym0", "--net:1=sym1"];
  const cases: [what: string, modules: string[], args: string[]][] = [
    ["core", ["core"], [guest("hello")]],
    ["block", ["core", "block"], [`--block:0=${path}`, guest("block")]],
    ["dumpcore", ["core", "dumpcore"], ["--dumpcore=/tmp", guest("hello")]],
    ["net", ["core", "net"], [...nets, guest("net"), "errors"]],
    ["ring", ["core", "net"], [nets[0]!, guest("ring"), "info"]],
    ["limits", ["core", "visible", "rate"], [
      "--console=visible",
      "--console-rate=1GB",
      guest("hello"),
    ]],
  ];
  const own = new Map<string, Set<string>>();
  for (const [what, modules, args] of cases) {
    const run = ["run", "--trace=modules", "--mem=4", ...args];
    const told = await traced(run);
    assertEquals(told.modules, modules);
    const seen = (await lookedUp([...tenderCommand(), ...run])).difference(baseline);
    // Some the runtime has looked up for itself.
    assertEquals([...told.symbols.difference(baseline)].sort(), [...seen].sort());
    own.set(what, told.symbols);
  }
  const core = own.get("core")!;
  const others = ["flock", "preadv", "pwritev", "sync_file_range", "socket", "readv"];
  for (const symbol of [...others, "fcntl", "accept4"]) {
    assertEquals(core.has(symbol), false, symbol);
  }
  assertEquals([...own.get("block")!.difference(core)].sort(), [
    "flock",
    "preadv",
    "pwritev",
    "sync_file_range",
  ]);
  assertEquals([...own.get("net")!.difference(core)].sort(), ["readv", "socket"]);
  assertEquals([...own.get("ring")!.difference(own.get("net")!)], ["eventfd"]);
  assertEquals([...own.get("limits")!.difference(core)], []);
  assertEquals([...own.get("dumpcore")!.difference(core)].sort(), [
    "fsync",
    "ftruncate",
    "linkat",
    "openat",
    "pread",
    "pwrite",
    "pwritev",
    "renameat2",
    "unlinkat",
  ]);
  await Deno.remove(path);
});
