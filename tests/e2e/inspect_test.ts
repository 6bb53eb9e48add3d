/**
 * `solo5 inspect` through the real program.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { buildImage } from "../support/elf_builder.ts";
import { checkSchema } from "../support/json_schema.ts";
import { ROOT } from "../support/checkout.ts";
import { guest, tender } from "../support/tender.ts";

const BUILT = `${ROOT}tests/guests/built/`;

const GUESTS = Array.from(Deno.readDirSync(BUILT), ({ name }) => name)
  .filter((name) => name.endsWith(".hvt"))
  .toSorted();

const SCHEMA = JSON.parse(
  await Deno.readTextFile(`${ROOT}docs/schemas/inspect.schema.json`),
);

Deno.test("inspect shows one file with its map, devices and command line", async () => {
  const path = guest("net");
  const { stdout, stderr, status } = await tender(["inspect", path]);
  assertEquals([stderr, status], ["", 0]);
  for (
    const line of [
      /^ {2}target +hvt, ABI version 2 \(Solo5 0\.8 and later\): run by this program$/m,
      /^ {2}machine +x86_64, statically linked, at a fixed address$/m,
      /^ {2}entry +0x100[0-9a-f]{3}$/m,
      /^ {2}sha256 +[0-9a-f]{64}$/m,
      /^memory, drawn to scale: a column is 32 KiB$/m,
      /^ {6}2 +service1 +NET_BASIC +--net:service1=TAP$/m,
    ]
  ) assertMatch(stdout, line);
  assertStringIncludes(
    stdout,
    `run it with\n  solo5 run ${path} --net:service0=TAP --net:service1=TAP\n`,
  );
});

Deno.test("inspect's JSON keeps to its schema for every guest", async () => {
  assert(GUESTS.length > 30);
  const paths = GUESTS.map((name) => BUILT + name);
  const { stdout, stderr, status } = await tender([
    ...["inspect", "--json", ...paths, "/nonexistent"],
  ]);
  assertEquals([stderr, status], ["", 1]);
  const value = JSON.parse(stdout);
  assertEquals(checkSchema(SCHEMA, value), []);
  assertEquals(
    value.files.map(({ file }: { file: string }) => file),
    [...paths, "/nonexistent"],
  );
  for (const file of value.files.slice(0, -1)) {
    const wanted = file.file.endsWith("hello_abi3.hvt") ? false : true;
    assertEquals(file.run.accepted, wanted, file.file);
    assertEquals(file.damaged, [], file.file);
    assert(file.devices.every(({ flag }: { flag: unknown }) => flag !== null));
  }
});

Deno.test("inspect makes a table of several files, with a row for a bad one", async () => {
  const [net, abi3] = [guest("net"), guest("hello_abi3")];
  const { stdout, stderr, status } = await tender([
    ...["inspect", net, "/nonexistent", `${ROOT}README.md`, abi3],
  ]);
  assertEquals([stderr, status], ["", 1]);
  const rows = stdout.trimEnd().split("\n").map((row) => row.split(/ {2,}/));
  assertEquals(rows.map((row) => row.slice(0, 6)), [
    ["FILE", "TARGET", "MACHINE", "NEEDS", "SYMBOLS", "DEVICES"],
    [net, "hvt 2", "x86_64", "2 MiB", "stripped", "service0:net service1:net"],
    ["/nonexistent", "-", "-", "-", "-", "-"],
    [`${ROOT}README.md`, "-", "-", "-", "-", "-"],
    [abi3, "hvt 3", "x86_64", "2 MiB", "stripped", "none"],
  ]);
  assertMatch(rows[2]![6]!, /^open: ENOENT /);
  assertMatch(rows[3]![6]!, /^ELF header, magic at offset 0x0: found /);
  assertMatch(rows[4]![6]!, /^run refuses it: ABI note, version at /);
});

Deno.test("inspect ends with 0 when all of several files can be read", async () => {
  const { status } = await tender(["inspect", guest("net"), guest("hello_abi3")]);
  assertEquals(status, 0);
});

Deno.test("inspect shows what run would refuse, with run's own sentence", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, buildImage({ elf: { machine: 183 } }));
    const run = await tender(["run", path]);
    const { stdout, status } = await tender(["inspect", path]);
    assertEquals(status, 0);
    assertStringIncludes(stdout, "machine   aarch64, statically linked");
    assertEquals(run.status, 1);
    assertStringIncludes(stdout, `\nsolo5 run refuses it\n  ${run.stderr.slice(7)}`);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("inspect's command line has the file's name as the shell takes it", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const path = `${directory}/it's\n\xff \\.hvt`;
    await Deno.copyFile(`${BUILT}hello.hvt`, path);
    const { stdout, status } = await tender(["inspect", path]);
    assertEquals(status, 0);
    const [, command] = /\nrun it with\n {2}solo5 run (.*)\n$/.exec(stdout) ?? [];
    assertEquals(command, `$'${directory}/it\\'s\\x0aÿ \\\\.hvt'`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("inspect says in one sentence what is wrong with its arguments", async () => {
  for (
    const [args, words] of [
      [[], "solo5: command line: no unikernel given; write solo5 inspect"],
      [["--text", "app.elf"], 'solo5: "--text": is no option; write solo5 inspect'],
      [["/nonexistent"], "solo5: /nonexistent: open: ENOENT"],
      [["/"], "solo5: /: "],
      [[`${ROOT}README.md`], `solo5: ${ROOT}README.md: ELF header, magic`],
      [["--", "--json"], "solo5: --json: open: ENOENT"],
      [[Deno.execPath()], `solo5: ${Deno.execPath()}: notes: found none of Solo5's`],
    ] as const
  ) {
    const { stdout, stderr, status } = await tender(["inspect", ...args]);
    assertMatch(stderr, /^solo5: [^\n]*; [^\n]*\n$/);
    assert(stderr.startsWith(words), stderr);
    assertEquals([stdout, status], ["", 1]);
  }
});
