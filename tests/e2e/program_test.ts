/**
 * The program around `run`: help, versions, wrong calls, and the ways to call
 * the checkout.
 *
 * @module
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { hostTest } from "../support/needs.ts";
import { program } from "../support/programs.ts";
import { ROOT, tenderEnvironment } from "../support/checkout.ts";
import { guest, tender } from "../support/tender.ts";

/** One line on stderr, nothing on stdout, status 1, no stack trace. */
async function assertRefused(args: string[], words: string): Promise<void> {
  const ended = await tender(args);
  assertMatch(ended.stderr, /^solo5: [^\n]*; [^\n]*\n$/);
  assertStringIncludes(ended.stderr, words);
  assertEquals([ended.stdout, ended.status], ["", 1]);
}

for (const args of [["help"], ["--help"], ["-h"], ["run", "--help"], ["help", "run"]]) {
  hostTest(`solo5 ${args.join(" ")} shows help`, [], async () => {
    const ended = await tender(args);
    assertStringIncludes(ended.stdout, "solo5 run");
    assertEquals([ended.stderr, ended.status], ["", 0]);
  });
}

for (const args of [["version"], ["--version"]]) {
  hostTest(`solo5 ${args.join(" ")} shows the versions`, [], async () => {
    const { version } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
    const ended = await tender(args);
    assertMatch(ended.stdout, new RegExp(`^solo5 ${version} \\(Deno [0-9.]+\\)\n`));
    assertStringIncludes(ended.stdout, "guest ABI versions: 2 (Solo5 0.8 and later), 1 ");
    assertEquals([ended.stderr, ended.status], ["", 0]);
  });
}

const REFUSED: readonly (readonly [string[], string])[] = [
  [[], "no subcommand given"],
  [["frob"], '"frob": no subcommand of this name'],
  [["rnu"], "did you mean run? write solo5 run app.elf, or see solo5 help"],
  [["toString"], '"toString": no subcommand of this name'],
  [["run"], "no unikernel given"],
  [["run", "--"], "no unikernel given"],
  [["run", "--mem=16"], "no unikernel given"],
  [["run", ""], '"": open: ENOENT'],
  [["run", "/not/there"], "/not/there: open: ENOENT (no such file or directory)"],
  [["run", "/not/there/\x1b[2J\n"], "/not/there/\\x1b[2J\\x0a: open: ENOENT"],
  [["run", "/"], "/: "],
  [["run", "/dev/null"], "found a file of 0 bytes"],
  [["run", "--", "--help"], "--help: open: ENOENT"],
  [["run", "--mem", "16", guest("hello")], "--mem is malformed (write --mem=MIB)"],
  [["run", guest("hello"), "--mem", "16"], "--mem is malformed (write --mem=MIB)"],
  [["run", "--mem=16M", guest("hello")], "--mem=16M has a bad value"],
  [["run", "-", guest("hello")], "- is no flag"],
  [["run", guest("hello"), "--bogus"], "--bogus is no flag (drop it, or write -- before"],
  [["run", "--net-mca:0=x", guest("net")], "is no flag (did you mean --net-mac? drop it"],
  [["sandbox", "--jsno", guest("hello")], "--jsno is no flag (did you mean --json? drop"],
  [["run", "--mem=2", "--mem=2", guest("hello")], "--mem=2 is a second --mem"],
  [["run", "--net:0=tap0", guest("hello")], "--net:0 names no network device"],
  [["run", guest("hello"), "x".repeat(8192)], "8192 bytes (shorten them to 8191"],
  [["run", guest("net")], 'network device "service1" is not bound'],
  [["run", "--trace=x", "--bogus", "--mem=1"], "--bogus is no flag"],
  [["help", "nosuch"], '"nosuch": no subcommand of this name; write solo5 run'],
  [["help", "run", "x"], '"x": is no job of solo5 run; see solo5 run --help'],
  [["help", "manifest", "shwo"], "did you mean show? write solo5 manifest generate"],
  [["help", "run", "x", "y"], '"y": is one word too many; write solo5 help [COMMAND'],
  [["version", "extra"], '"extra": is one word too many; write solo5 version'],
  [["--help", "--bogus"], '"--bogus": is no option; write solo5 help [COMMAND'],
];

for (const [args, words] of REFUSED) {
  const shown = args.map((arg) => JSON.stringify(arg.slice(0, 30))).join(" ");
  hostTest(
    `solo5 ${shown} is refused with a sentence`,
    [],
    () => assertRefused(args, words),
  );
}

hostTest("a FIFO is refused, not waited for", [], async () => {
  const directory = await Deno.makeTempDir();
  await new Deno.Command("mkfifo", { args: [`${directory}/fifo`] }).output();
  await assertRefused(["run", `${directory}/fifo`], "lseek: ESPIPE");
  await Deno.remove(directory, { recursive: true });
});

hostTest("every problem of a command line is in one message", [], async () => {
  const args = ["--bogus", "--net:other=tap0", "--mem=1", "--net-mac:0=x", "--block:0=a"];
  const ended = await tender(["run", ...args, guest("net")]);
  for (
    const words of [
      "--bogus is no flag (drop it",
      "--net:other names no network device",
      "--mem=1 has a bad value",
      "--net-mac:0=x has a bad value",
      "--block:0 names no block device of the manifest (drop it)",
      '"service1" is not bound (add --net:service1=TAP)',
    ]
  ) {
    assertStringIncludes(ended.stderr, words);
  }
  assertEquals([ended.stderr.split("\n").length, ended.status], [2, 1]);
});

hostTest("without KVM there is one sentence", ["root"], async () => {
  const ended = await tender(["run", guest("hello")], {
    shell: 'unshare -m sh -c \'mount -t tmpfs none /dev && exec "$@"\' sh "$@"',
  });
  assertMatch(ended.stderr, /^solo5: \/dev\/kvm: open: ENOENT [^\n]*modprobe[^\n]*\n$/);
  assertEquals(ended.status, 1);
});

hostTest("memory that the host does not give is refused", ["KVM"], async () => {
  const limited = `${ROOT}tests/support/with_address_limit.ts`;
  const { code, stdout, stderr } = await program(
    [Deno.execPath(), "run", "--quiet", "--no-prompt", "--allow-ffi", limited]
      .concat("run", "--mem=4096", guest("exit"), "5"),
  ).output();
  assertMatch(
    new TextDecoder().decode(stderr),
    /^solo5: guest memory: mmap: ENOMEM [^\n]*--mem=4096[^\n]*\n$/,
  );
  assertEquals([stdout.length, code], [0, 1]);
});

hostTest(
  "scripts/solo5 runs the checkout from anywhere, through a link",
  ["KVM"],
  async () => {
    const directory = await Deno.makeTempDir();
    await Deno.symlink(`${ROOT}scripts/solo5`, `${directory}/solo5`);
    const { code, stdout } = await program([
      `${directory}/solo5`,
      "run",
      "--mem=4",
      guest("hello"),
      "there",
    ], {
      cwd: "/",
      env: tenderEnvironment(),
    }).output();
    assertStringIncludes(new TextDecoder().decode(stdout), "Hello, there\n");
    assertEquals(code, 0);
    await Deno.remove(directory, { recursive: true });
  },
);

hostTest("deno install of the checkout gives a working solo5", ["KVM"], async () => {
  const root = await Deno.makeTempDir();
  const install = ["install", "--quiet", "--global", "--root", root, "--name", "solo5"];
  const permissions = ["--allow-ffi", `--allow-read=${ROOT}`, "--no-prompt"];
  const { success } = await program(
    [Deno.execPath(), ...install, ...permissions, `${ROOT}mod.ts`],
    { stderr: "null" },
  ).output();
  assertEquals(success, true);
  const { code } = await program([
    `${root}/bin/solo5`,
    "run",
    "--mem=2",
    guest("exit"),
    "23",
  ], {
    env: tenderEnvironment(),
  }).output();
  assertEquals(code, 23);
  await Deno.remove(root, { recursive: true });
});

hostTest("without the permission for FFI there is one sentence", [], async () => {
  const { code, stderr } = await program(
    [Deno.execPath(), "run", "--quiet", "--no-prompt", `${ROOT}mod.ts`, "run"]
      .concat(guest("hello")),
  ).output();
  assertMatch(new TextDecoder().decode(stderr), /^solo5 ?[^\n]*--allow-ffi\n$/);
  assertEquals(code, 1);
});

hostTest("help that nobody can read is an error", [], async () => {
  const ended = await tender(["help"], { shell: '"$@" >/dev/full' });
  assertMatch(ended.stderr, /^solo5: standard output: cannot be written: [^\n]*\n$/);
  assertEquals(ended.status, 1);
});
