/**
 * Help, of every command.
 *
 * @module
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { COMMANDS } from "../../src/cli/description/commands.ts";
import { usage } from "../../src/cli/description/usage.ts";
import { hostTest } from "../support/needs.ts";
import { tender } from "../support/tender.ts";

/** The command lines of Solo5's own programs: their help is on standard error. */
const SKINS = ["hvt", "elftool"];

for (const command of COMMANDS) {
  const { name } = command;
  const skin = SKINS.includes(name);
  const calls = [["help", name], ...skin ? [] : [[name, "--help"], [name, "-h"]]];
  hostTest(`solo5 ${name} shows its usage in every way to ask for it`, [
    "a fast host",
  ], async () => {
    const all = await Promise.all(calls.map((args) => tender(args)));
    for (const { stdout, stderr, status } of all) {
      assertEquals(stdout, usage("solo5", [name], command));
      assertEquals([stderr, status], ["", 0]);
    }
    for (const option of skin ? ["--help", "-h"] : []) {
      const ended = await tender([name, option]);
      assertStringIncludes(ended.stderr, `usage: solo5-${name} `);
      assertEquals([ended.stdout, ended.status], ["", 1]);
    }
  });
}

hostTest(
  "a job shows its usage in every way to ask for it",
  ["a fast host"],
  async () => {
    const calls = [["help", "manifest", "show"], ["manifest", "show", "-h", "app.elf"]];
    const all = await Promise.all(calls.map((args) => tender(args)));
    for (const { stdout } of all) {
      assertEquals(stdout.split("\n")[0], "usage: solo5 manifest show app.elf");
    }
  },
);
