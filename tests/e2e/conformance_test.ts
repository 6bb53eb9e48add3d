/**
 * `deno task conformance` on folders that look like a Solo5 checkout, with
 * shell scripts in the programs' places.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { ROOT, tenderEnvironment } from "../support/checkout.ts";
import { hostTest } from "../support/needs.ts";
import { program } from "../support/programs.ts";

/** A program that passes the only test of elftool. */
const PASSES = "echo 'too many entries, maximum 63' >&2; exit 1";

/**
 * A tender that ends well when it is sent something after its first line; it
 * takes its time up to then.
 */
const ANSWERS = `case $1 in --version) exit 0 ;; esac
sleep 0.3
touch "$SHARED/speaks"
echo 'first line'
for i in $(seq 600); do
  [ ! -e "$SHARED/sent" ] || { echo SUCCESS; exit 0; }
  sleep 0.1
done
exit 1`;

/** A `ping` that notes whether the guest had spoken before. */
const PING = `case $1 in -V) exit 0 ;; esac
[ -e "$SHARED/speaks" ] || touch "$SHARED/early"
touch "$SHARED/sent"`;

/** What a test works in. */
interface Folders {
  readonly directory: string;
  readonly solo5: string;
}

async function script(path: string, text: string): Promise<string> {
  await Deno.mkdir(path.replace(/\/[^/]*$/, ""), { recursive: true });
  await Deno.writeTextFile(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return path;
}

async function withSolo5(fn: (folders: Folders) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  const solo5 = `${directory}/solo5`;
  for (const program of ["solo5-hvt", "solo5-hvt-debug"]) {
    await script(`${solo5}/tenders/hvt/${program}`, ANSWERS);
  }
  await script(`${solo5}/elftool/solo5-elftool`, PASSES);
  await script(`${solo5}/tests/test_hello/test_hello.hvt`, "");
  await script(`${solo5}/Makeconf.sh`, "");
  await script(
    `${solo5}/tests/tests.bats`,
    '@test "net hvt" {\n}\n@test "too_many_entries elftool" {\n}',
  );
  await Deno.mkdir(`${directory}/tmp`);
  try {
    await fn({ directory, solo5 });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function conformance({ directory, solo5 }: Folders, ...args: string[]) {
  const { PATH } = tenderEnvironment();
  const { code, stdout, stderr } = await program([
    Deno.execPath(),
    ...["run", "--quiet", "--no-prompt", "--no-check", "-P=conformance"],
    ...[`${ROOT}scripts/conformance.ts`, `--solo5=${solo5}`, "--driver=own", ...args],
  ], {
    cwd: ROOT,
    env: {
      PATH: `${directory}/bin:${PATH}`,
      SHARED: directory,
      TMPDIR: `${directory}/tmp`,
    },
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  // Nothing may be left over.
  assertEquals([...Deno.readDirSync(`${directory}/tmp`)], []);
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

Deno.test("conformance succeeds when our program passes what Solo5's passes", () =>
  withSolo5(async (folders) => {
    const program = `--program=${folders.solo5}/elftool/solo5-elftool`;
    const { code, stdout } = await conformance(folders, "--filter=elftool", program);
    assertEquals(stdout.split("\n"), [
      "test                      theirs  ours",
      "too_many_entries elftool  pass    pass",
      "",
      "1 of 1 tests pass with Solo5's own programs, and with ours all of these",
      "",
    ]);
    assertEquals(code, 0);
  }));

Deno.test("conformance fails and shows what was seen when our program does not pass", () =>
  withSolo5(async (folders) => {
    const program = await script(`${folders.directory}/ours`, 'echo "${0##*/} $1"');
    const { code, stdout } = await conformance(
      folders,
      "--filter=elftool",
      `--program=${program}`,
    );
    assertEquals(stdout.split("\n").slice(1, -2), [
      "too_many_entries elftool  pass    fail",
      "",
      "too_many_entries elftool, ours:",
      "  exit status 0, expected 1",
      '  "too many entries, maximum 63" is not in the output',
      "  solo5-elftool gen-manifest",
      "",
    ]);
    assertEquals(code, 1);
  }));

Deno.test("conformance says what is wrong in one line when there is no checkout", () =>
  withSolo5(async ({ directory }) => {
    const { code, stdout, stderr } = await conformance({
      directory,
      solo5: `${directory}/tmp`,
    });
    assertEquals([code, stdout], [1, ""]);
    assertMatch(
      stderr,
      /^conformance: --solo5=\S+: there is no tests\/tests\.bats; give .*\n$/,
    );
  }));

hostTest(
  "conformance sends requests once the guest has spoken when it runs a net test",
  ["KVM", "root", "tun"],
  () =>
    withSolo5(async (folders) => {
      await script(`${folders.directory}/bin/ping`, PING);
      const program = `--program=${folders.solo5}/tenders/hvt/solo5-hvt`;
      const { code, stdout } = await conformance(folders, "--filter=^net", program);
      assertMatch(stdout, /^net hvt +pass +pass$/m, stdout);
      assertEquals(code, 0);
      const left = [...Deno.readDirSync(folders.directory)].map(({ name }) => name);
      assertEquals(left.filter((name) => ["early", "sent"].includes(name)), ["sent"]);
    }),
);
