import { assert, assertEquals } from "@std/assert";
import type { CommandDescription } from "../../../src/cli/description/command.ts";
import { COMMANDS } from "../../../src/cli/description/commands.ts";
import { blocks, wrap } from "../../../src/cli/description/text.ts";
import { overview, usage } from "../../../src/cli/description/usage.ts";

const WRAPPED: readonly (readonly [
  what: string,
  text: string,
  width: number,
  lines: string[],
])[] = [
  ["it fits", "one two", 7, ["one two"]],
  ["it is a character too long", "one two", 6, ["one", "two"]],
  ["a word is longer than a line", "a incredibly b", 4, ["a", "incredibly", "b"]],
  ["it is empty", "", 4, [""]],
];

for (const [what, text, width, lines] of WRAPPED) {
  Deno.test(`wrap() returns ${JSON.stringify(lines)} when ${what}`, () => {
    assertEquals(wrap(text, width), lines);
  });
}

Deno.test("blocks() keeps lines that begin with blanks when they stand in a text", () => {
  assertEquals(blocks("one\ntwo\n\nthree is\n  { x }\n    y\nfour\n"), [
    { kind: "paragraph", text: "one two" },
    { kind: "paragraph", text: "three is" },
    { kind: "literal", lines: ["  { x }", "    y"] },
    { kind: "paragraph", text: "four" },
  ]);
  assertEquals(blocks(""), []);
});

const COMMAND: CommandDescription = {
  name: "do",
  summary: "do something",
  usage: ["FILE [FLAGS]", "--list"],
  text: `Does something with FILE, in one
way or another, and says so:

  {
    "done": true }`,
  flags: [
    { name: "--to", value: "PLACE", help: `to which place${", perhaps".repeat(6)}` },
    { name: "--with-something", device: true, value: "OF-GREAT-LENGTH", help: "with it" },
  ],
  operand: "file",
  status: "2 for what cannot be done.",
  examples: [["solo5 do it", "it is done"]],
};

const USAGE = `usage: solo5 do FILE [FLAGS]
usage: solo5 do --list

Does something with FILE, in one way or another, and says so:

  {
    "done": true }

  --to=PLACE  to which place, perhaps, perhaps, perhaps, perhaps, perhaps,
              perhaps
  --with-something:DEVICE=OF-GREAT-LENGTH
              with it
  -h, --help  show this

Exit status: 2 for what cannot be done.

Examples:
  solo5 do it  it is done
`;

Deno.test("usage() fills 80 columns when a command is described", () => {
  assertEquals(usage("solo5", ["do"], COMMAND), USAGE);
});

Deno.test("usage() shows each job behind the command when there are jobs", () => {
  const job = { name: "job", summary: "x", usage: ["X"], text: "A job." };
  const command = { ...job, name: "jobs", usage: ["JOB …"], text: "Jobs.", jobs: [job] };
  assertEquals(
    usage("solo5", ["jobs"], command),
    "usage: solo5 jobs JOB …\n\nJobs.\n\nusage: solo5 jobs job X\n\nA job.\n",
  );
});

Deno.test("overview() names every command once when it is shown", () => {
  const lines = overview("solo5", COMMANDS).split("\n");
  for (const { name, summary } of COMMANDS) {
    const found = lines.filter((line) => line.startsWith(`  ${name} `));
    assertEquals(found.length, 1, name);
    assert(found[0]!.endsWith(summary));
  }
});

for (const command of COMMANDS) {
  Deno.test(`the usage of ${command.name} fits a terminal when it is shown`, () => {
    const lines = usage("solo5", [command.name], command).split("\n");
    assertEquals(lines.filter((line) => line.length > 80), []);
    assertEquals(lines.filter((line) => /\s$/.test(line)), []);
  });
}
