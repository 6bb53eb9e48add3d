/**
 * `solo5 doctor` through the real program.
 *
 * @module
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ROOT, tenderCommand } from "../support/checkout.ts";
import { checkSchema } from "../support/json_schema.ts";
import { hostTest } from "../support/needs.ts";
import { program } from "../support/programs.ts";
import { guest, tender } from "../support/tender.ts";
import { unprivileged } from "../support/unprivileged.ts";

const SCHEMA = JSON.parse(
  await Deno.readTextFile(`${ROOT}docs/schemas/doctor.schema.json`),
);

/** The lines of what is missing. */
function missing(stdout: string): string[] {
  return stdout.split("\n").filter((line) => line.startsWith("missing"));
}

hostTest("doctor exits with 0 exactly where a guest runs", [], async () => {
  const [{ stdout, stderr, status }, run] = await Promise.all([
    tender(["doctor"]),
    tender(["run", guest("hello")]),
  ]);
  assertEquals(stderr, "");
  assertEquals([status, missing(stdout).length === 0], [run.status, run.status === 0]);
  assertMatch(stdout, /^ok +kernel: Linux [0-9]/m);
  assertMatch(stdout, /^(ok|missing) +\/dev\/kvm: /m);
});

hostTest("doctor's JSON keeps to its schema", [], async () => {
  const { stdout, stderr, status } = await tender(["doctor", "--json"]);
  assertEquals(stderr, "");
  const value = JSON.parse(stdout);
  assertEquals(checkSchema(SCHEMA, value), []);
  assertEquals(status, value.ready ? 0 : 1);
});

hostTest("doctor names the group that may use /dev/kvm to a user who may not", [
  "KVM",
  "root",
  "a fast host",
], async () => {
  const outside = await tender(["doctor"], await unprivileged({ groups: [] }));
  assertEquals([outside.stderr, outside.status], ["", 1]);
  const [line, ...more] = missing(outside.stdout);
  assertMatch(
    line!,
    /^missing +\/dev\/kvm: open: EACCES [^\n]*: sudo usermod -aG 61235 /,
  );
  assertEquals(more, []);
  const inside = await tender(["doctor"], await unprivileged());
  assertEquals([inside.stderr, inside.status], ["", 0]);
});

hostTest("doctor says what a run would be refused for", [
  "KVM",
  "root",
  "a fast host",
], async () => {
  for (const calls of ["close_range", "setresuid", "setgroups", "tgkill"]) {
    const without = async (...args: string[]) => {
      const { code, stdout, stderr } = await program([
        Deno.execPath(),
        ...["run", "--quiet", "--no-prompt", "--no-config", "--allow-ffi", "--allow-run"],
        `${ROOT}tests/support/without_calls.ts`,
        calls,
        ...tenderCommand(),
        ...args,
      ], { stdin: "null" }).output();
      const text = new TextDecoder();
      return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
    };
    const [run, doctor] = await Promise.all([
      without("run", guest("hello")),
      without("doctor"),
    ]);
    assertEquals([run.code, doctor.code], [1, 1], calls);
    const sentence = run.stderr.replace(/^solo5: /, "");
    assertStringIncludes(doctor.stdout, `missing  ${sentence}`, calls);
  }
});
