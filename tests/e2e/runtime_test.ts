/**
 * What the runtime decides before the program's first line: arguments that are
 * not UTF-8, and a missing `/proc`. (docs/operators.md, "What the runtime
 * decides".)
 *
 * @module
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ROOT } from "../support/checkout.ts";
import { compiledProgram, COMPILER } from "../support/compiled.ts";
import { withDisk } from "../support/disk.ts";
import { hostTest, type Need } from "../support/needs.ts";
import { program } from "../support/programs.ts";
import { guest, tender } from "../support/tender.ts";

/** Adds an argument that is not UTF-8. */
const LATIN1 = `exec "$@" "$(printf 'caf\\351')"`;

const NO_PROC = 'exec unshare -m sh -c \'umount -l /proc && exec "$@"\' sh "$@"';

for (
  const [as, words] of [
    ["solo5-hvt", []],
    [undefined, ["run"]],
  ] as const
) {
  const name = as ?? "solo5 run";
  hostTest(`${name} hands on arguments that are not UTF-8`, ["KVM"], async () => {
    const ended = await tender([...words, guest("hello"), "\ufffd"], {
      ...(as ? { as } : {}),
      shell: LATIN1,
    });
    const line = ended.bytes.subarray(0, ended.bytes.indexOf(10));
    const expected = [..."Hello, "].map((letter) => letter.charCodeAt(0));
    expected.push(0xef, 0xbf, 0xbd, 0x20, 0x63, 0x61, 0x66, 0xe9);
    assertEquals([...line], expected);
    assertEquals([ended.stderr, ended.status], ["", 0]);
  });
}

hostTest(
  "files whose names are not UTF-8 are opened",
  ["KVM"],
  () =>
    withDisk(4096, async (path) => {
      const shell = `cd ${path.replace(/[^/]*$/, "")} && name=$(printf 'caf\\351') && ` +
        `mv disk.img "$name" && cp ${guest("block")} "$name.hvt" && ` +
        'exec "$@" --mem=4 "--block:disk=$name" "$name.hvt"';
      const ended = await tender([], { as: "solo5-hvt", shell });
      assertEquals([ended.stdout.split("\n").at(-2), ended.stderr], ["SUCCESS", ""]);
    }),
);

hostTest("a name that is not UTF-8 is shown as its bytes", [], async () => {
  const ended = await tender(["run"], { shell: `exec "$@" "$(printf 'caf\\351')"` });
  assertMatch(ended.stderr, /^solo5: caf\\xe9: open: ENOENT [^\n]*\n$/);
  assertEquals(ended.status, 1);
});

hostTest("a guest runs where /proc is missing", ["KVM", "root"], async () => {
  const ended = await tender([guest("hello")], { as: "solo5-hvt", shell: NO_PROC });
  assertMatch(ended.stdout, /^Hello, world\n/);
  assertEquals([ended.stderr, ended.status], ["", 0]);
});

hostTest(
  "arguments that are not UTF-8 are refused where /proc is missing",
  ["root"],
  async () => {
    const ended = await tender([guest("hello"), "\ufffd"], {
      as: "solo5-hvt",
      shell: NO_PROC,
    });
    assertMatch(
      ended.stderr,
      /^solo5-hvt: \ufffd: is not UTF-8, and its bytes are lost where \/proc is missing; [^\n]*\n$/,
    );
    assertEquals(ended.status, 1);
  },
);

/** The runtimes that the program works with, and how each is called. */
const RUNTIMES: readonly (readonly [
  what: string,
  needs: readonly Need[],
  command: () => Promise<string[]>,
])[] = [
  [
    "the Deno of these tests",
    [],
    () => Promise.resolve([Deno.execPath(), ...FROM_SOURCE]),
  ],
  ["the compiler's Deno", ["DENORT_BIN"], () =>
    Promise.resolve([
      ...["npx", "-y", "--prefer-offline", "--loglevel=error", COMPILER],
      ...FROM_SOURCE,
    ])],
  ["the runtime in a compiled program", ["DENORT_BIN"], async () => [
    await compiledProgram(),
  ]],
];

const FROM_SOURCE = [
  ...["run", "--quiet", "--no-prompt", "--no-config", "--no-lock", "--allow-ffi"],
  `${ROOT}mod.ts`,
];

for (const [what, needs, command] of RUNTIMES) {
  hostTest(`a guest runs with ${what}`, ["KVM", ...needs], async (t) => {
    const argv = await command();
    const call = async (...args: string[]) => {
      const { code, stdout } = await program([...argv, ...args], { stdin: "null" })
        .output();
      assertEquals(code, 0);
      return new TextDecoder().decode(stdout);
    };
    const { runtime } = JSON.parse(await call("version", "--json"));
    await t.step(`which is Deno ${runtime.version}`, async () => {
      assertMatch(await call("run", guest("hello")), /^Hello, world\n/);
    });
  });
}

async function compiled(shell: string, ...args: string[]) {
  const output = await new Deno.Command("sh", {
    args: ["-c", shell, "sh", await compiledProgram(), ...args],
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  return { stderr: text.decode(output.stderr), code: output.code };
}

hostTest(
  "a compiled program dies of arguments that are not UTF-8, with status 101",
  ["DENORT_BIN"],
  async () => {
    const { stderr, code } = await compiled(LATIN1, "run", guest("hello"));
    assertStringIncludes(stderr, "panicked");
    assertEquals(code, 101);
  },
);

hostTest(
  "a compiled program does not start where /proc is missing, with status 1",
  ["root", "DENORT_BIN"],
  async () => {
    const { stderr, code } = await compiled(NO_PROC, "version");
    assertStringIncludes(stderr, "Is /proc mounted?");
    assertEquals(code, 1);
  },
);
