/**
 * The executable that `deno task build` makes, and what lies beside it.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { VERSION } from "../../src/cli/release.ts";
import { modulesOf } from "../../scripts/build/sources.ts";
import { ROOT } from "../support/checkout.ts";
import { callBuild, compiledProgram } from "../support/compiled.ts";
import { namesIn, withDirectory } from "../support/directory.ts";
import { textsOfModule } from "../support/module_strings.ts";
import { hostTest } from "../support/needs.ts";
import { program } from "../support/programs.ts";
import { guest } from "../support/tender.ts";

const MODULES = modulesOf(Deno.readTextFileSync(`${ROOT}src/machine/parts.ts`));

/** The target of these tests: the only one whose runtime is here. */
const TARGET = "x86_64-unknown-linux-gnu";

/** What a program made of its bytes is, beyond the runtime. */
async function payloadOf(path: string): Promise<string> {
  const { size } = await Deno.stat(Deno.env.get("DENORT_BIN")!);
  const bytes = await Deno.readFile(path);
  return new TextDecoder("latin1").decode(bytes.subarray(size));
}

async function runProgram(argv: readonly string[], env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await program(argv, { env, stdin: "null" }).output();
  const text = new TextDecoder();
  return { status: code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

/** A copy of what a build reads, without git. */
async function copyOfSource(directory: string): Promise<void> {
  await Deno.mkdir(`${directory}/tests`, { recursive: true });
  const parts = ["src", "ffi", "scripts", "deno.json", "deno.lock", "tests/support"];
  for (const part of parts) {
    const { success } = await new Deno.Command("cp", {
      args: ["-r", `${ROOT}${part}`, `${directory}/${part}`],
    }).output();
    assert(success, part);
  }
}

hostTest("a build says what it is", ["DENORT_BIN"], async () => {
  const path = await compiledProgram();
  const { status, stdout, stderr } = await runProgram([path, "version", "--json"]);
  assertEquals([status, stderr], [0, ""]);
  const { commit, runtime, ...rest } = JSON.parse(stdout);
  assertEquals(rest, {
    version: VERSION,
    abiVersions: [2, 1],
    modules: ["core", ...MODULES],
    target: TARGET,
    compiled: true,
  });
  assertMatch(runtime.version, /^\d+\.\d+\.\d+$/);
  assert(commit === null || /^[0-9a-f]{40}(-modified)?$/.test(commit), commit);
  assert(path.endsWith(`/solo5-${VERSION}-${TARGET}`), path);
});

hostTest("a program is the runtime and at most 1 MiB", ["DENORT_BIN"], async () => {
  const runtime = await Deno.stat(Deno.env.get("DENORT_BIN")!);
  const { size } = await Deno.stat(await compiledProgram());
  assert(size > runtime.size && size <= runtime.size + 2 ** 20, `${size}`);
});

hostTest("a program has nothing in it that only a development needs", [
  "DENORT_BIN",
], async () => {
  const payload = await payloadOf(await compiledProgram());
  for (const word of ["Deno.test(", "sourceMappingURL", "registry.npmjs.org", "@std/"]) {
    assertEquals(payload.includes(word), false, word);
  }
  // Doc comments of the sources, which a bundler leaves out.
  assertEquals(payload.includes("@module"), false);
});

hostTest("a program is permitted FFI alone, and nothing is asked or fetched", [
  "DENORT_BIN",
], async () => {
  const payload = await payloadOf(await compiledProgram());
  // The runtime's own record of what it was compiled with.
  const [, record] = /("permissions":\{.*?\})/.exec(payload) ?? [];
  const { permissions } = JSON.parse(`{${record}}`);
  const { prompt, allow_ffi, allow_import: _, deny_import, ...others } = permissions;
  // Empty lists mean everything.
  assertEquals([prompt, allow_ffi, deny_import], [false, [], []]);
  assertEquals(Object.values(others).filter((value) => value !== null), []);
  assertMatch(payload, /"code_cache_key":null/);
});

hostTest(
  "a program leaves no file behind",
  ["KVM", "DENORT_BIN"],
  () =>
    withDirectory(async (directory) => {
      const env = { TMPDIR: directory, HOME: directory };
      const path = await compiledProgram();
      assertEquals((await runProgram([path, "run", guest("hello")], env)).status, 0);
      assertEquals(namesIn(directory), []);
    }),
);

for (const absent of MODULES) {
  hostTest(`a build without ${absent} has nothing of it in its bytes`, [
    "DENORT_BIN",
  ], async () => {
    const kept = MODULES.filter((name) => name !== absent).join(",");
    const texts = textsOfModule(absent);
    const whole = await payloadOf(await compiledProgram());
    assert(texts.some((text) => whole.includes(text)), `of ${texts.length} texts`);
    const path = await compiledProgram(kept);
    const less = await payloadOf(path);
    assertEquals(texts.filter((text) => less.includes(text)), []);
    assert(path.includes(`/solo5-${VERSION}+core.`), path);
    const { stdout } = await runProgram([path, "version"]);
    assertMatch(
      stdout,
      new RegExp(`^modules: core, ${kept.replaceAll(",", ", ")}$`, "m"),
    );
  });
}

hostTest("a build without modules runs a guest without devices, and no other", [
  "KVM",
  "DENORT_BIN",
], async () => {
  const path = await compiledProgram("");
  assert(path.endsWith(`/solo5-${VERSION}+core-${TARGET}`), path);
  const hello = await runProgram([path, "run", guest("hello")]);
  assertEquals([hello.status, hello.stderr], [0, ""]);
  assertMatch(hello.stdout, /^Hello, world\n/);
  await withDirectory(async (directory) => {
    const disk = `${directory}/disk`;
    await Deno.writeFile(disk, new Uint8Array(4096));
    const ended = await runProgram([path, "run", `--block:0=${disk}`, guest("block")]);
    assertMatch(ended.stderr, /^solo5: module "block": this build [^\n]*; [^\n]*\n$/);
    assertEquals([ended.status, ended.stdout], [1, ""]);
  });
  const usage = await runProgram([path, "hvt", "--help"]);
  assertMatch(usage.stderr, /^Compiled-in modules: core $/m);
});

hostTest("a guest without devices evaluates neither net nor block when compiled", [
  "KVM",
  "DENORT_BIN",
], () =>
  withDirectory(async (directory) => {
    await copyOfSource(directory);
    for (const name of ["net", "block"]) {
      const path = `${directory}/src/modules/${name}/mod.ts`;
      const text = await Deno.readTextFile(path);
      await Deno.writeTextFile(path, `${text}\nthrow new Error("${name} is loaded");\n`);
    }
    const env = { SOURCE_DATE_EPOCH: "0" };
    const built = await callBuild([`--out=${directory}/out`], { root: directory, env });
    assertEquals([built.status, built.stderr], [0, ""]);
    const path = built.stdout.trim();
    const hello = await runProgram([path, "run", guest("hello")]);
    assertEquals([hello.status, hello.stderr], [0, ""]);
    // And where they are needed they are loaded, and throw.
    const disk = `${directory}/disk`;
    await Deno.writeFile(disk, new Uint8Array(4096));
    const block = await runProgram([path, "run", `--block:0=${disk}`, guest("block")]);
    assertMatch(block.stderr, /block is loaded/);
    assertEquals(block.status === 0, false);
  }));

/** The symbols that were looked up in libc itself, first of all places. */
function lookedUp(stderr: string): Set<string> {
  const symbols = new Set<string>();
  for (
    const [, symbol] of stderr.matchAll(
      /symbol=([^;]+);\s+lookup in file=\S*\/libc\.so\S* \[0\]/g,
    )
  ) symbols.add(symbol!);
  return symbols;
}

hostTest("a compiled program looks up the symbols of a guest's modules alone", [
  "KVM",
  "DENORT_BIN",
], () =>
  withDirectory(async (directory) => {
    const path = await compiledProgram();
    const disk = `${directory}/disk`;
    await Deno.writeFile(disk, new Uint8Array(65536));
    const env = { LD_DEBUG: "symbols" };
    const argv = [path, "run", "--trace=modules"];
    const plain = await runProgram([...argv, guest("hello")], env);
    const block = await runProgram([...argv, `--block:0=${disk}`, guest("block")], env);
    const traced = (text: string, what: string) =>
      Array.from(
        text.matchAll(new RegExp(`trace: ${what} (\\S+)`, "g")),
        ([, name]) => name!,
      );
    assertEquals(traced(plain.stderr, "module"), ["core"]);
    assertEquals(traced(block.stderr, "module"), ["core", "block"]);
    const own = (text: string) => new Set(traced(text, "symbol"));
    // What the runtime itself is linked with is looked up in every start.
    const { stderr } = await runProgram([path, "version"], env);
    const onlyBlock = own(block.stderr).difference(own(plain.stderr))
      .difference(lookedUp(stderr));
    assert(onlyBlock.size > 0, "the block module has symbols of its own");
    for (const symbol of own(plain.stderr)) {
      assert(lookedUp(plain.stderr).has(symbol), symbol);
    }
    for (const symbol of onlyBlock) {
      assert(lookedUp(block.stderr).has(symbol), symbol);
      assertEquals(lookedUp(plain.stderr).has(symbol), false, symbol);
    }
  }));

hostTest("two builds of the same sources in two directories are the same bytes", [
  "DENORT_BIN",
], () =>
  withDirectory(async (directory) => {
    const sums: string[] = [];
    for (
      const [name, before] of [["a", ["env"]], ["b/c", [
        "env",
        "TZ=Asia/Tokyo",
        "LC_ALL=C",
      ]]] as const
    ) {
      const root = `${directory}/${name}`;
      await copyOfSource(root);
      const built = await callBuild(["--out=dist"], {
        root,
        before,
        env: { SOURCE_DATE_EPOCH: "1700000000" },
      });
      assertEquals([built.status, built.stderr], [0, ""]);
      sums.push(await Deno.readTextFile(`${root}/dist/SHA256SUMS`));
      const check = await program(["sha256sum", "--check", "--strict", "SHA256SUMS"], {
        cwd: `${root}/dist`,
      }).output();
      assertEquals(check.code, 0);
    }
    assertEquals(sums[0], sums[1]);
    assertEquals(sums[0]!.split("\n").length, 4);
  }));

hostTest("what lies beside a program is about it", ["KVM", "DENORT_BIN"], async () => {
  const path = await compiledProgram();
  const read = async (suffix: string) =>
    JSON.parse(await Deno.readTextFile(`${path}${suffix}`));
  const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(path));
  const sha256 = new Uint8Array(digest).toHex();
  const runtimeDigest = await crypto.subtle.digest(
    "SHA-256",
    await Deno.readFile(Deno.env.get("DENORT_BIN")!),
  );
  const bill = await read(".cdx.json");
  assertEquals([bill.bomFormat, bill.specVersion], ["CycloneDX", "1.6"]);
  const [deno, libc] = bill.components;
  assertEquals(deno.hashes[0].content, new Uint8Array(runtimeDigest).toHex());
  assertMatch(deno.version, /^\d+\.\d+\.\d+$/);
  assertEquals(bill.metadata.component.hashes[0].content, sha256);
  const symbols: string[] = libc.properties.map(({ value }: { value: string }) => value);
  const { stderr } = await runProgram([path, "run", "--trace=modules", guest("hello")]);
  const used = Array.from(stderr.matchAll(/trace: symbol (\S+)/g), ([, name]) => name!);
  assert(used.length > 5);
  assertEquals(used.filter((name) => !symbols.includes(name)), []);
  const statement = await read(".provenance.json");
  assertEquals(statement.subject, [{ name: path.split("/").at(-1), digest: { sha256 } }]);
  const { buildDefinition, runDetails } = statement.predicate;
  assertEquals(buildDefinition.externalParameters.command.slice(0, 3), [
    "deno",
    "task",
    "build",
  ]);
  assertMatch(runDetails.builder.version.deno, /^\d+\.\d+\.\d+$/);
});
