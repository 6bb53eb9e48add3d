import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { documents } from "../../../../scripts/documents.ts";
import { contexts, quoted } from "../../../../scripts/documents/contexts.ts";
import { manPage } from "../../../../scripts/documents/man_page.ts";
import type { CommandDescription } from "../../../../src/cli/description/command.ts";
import { beginning } from "../../../../scripts/documents/contexts.ts";
import { COMMANDS } from "../../../../src/cli/description/commands.ts";

const RELEASE = { version: "1.2.3", date: new Date("2024-02-29T23:59:59Z") };

const COMMAND: CommandDescription = {
  name: "do",
  summary: "do something's work",
  usage: ["FILE [--to=PLACE]"],
  text: "Does FILE.\n\n.hidden is a name:\n\n  { 'a' }",
  flags: [{ name: "--to", short: "-t", value: "PLACE", help: "where to" }],
  status: "2 without FILE",
  examples: [["solo5 do it", "it is done"]],
  environment: [["HOME", "Nothing."]],
  files: [["/etc/x", "Read."]],
  seeAlso: ["ip(8)"],
};

const PAGE = `.\\" Made from the description of the command line: change that.
.TH SOLO5-DO 1 2024-02-29 "solo5 1.2.3"
.nh
.SH NAME
solo5\\-do \\- do something\\(aqs work
.SH SYNOPSIS
\\fBsolo5 do\\fR \\fIFILE\\fR [\\fB\\-\\-to\\fR=\\fIPLACE\\fR]
.SH DESCRIPTION
Does \\fIFILE\\fR.
.PP
\\&.hidden is a name:
.PP
.EX
  { \\(aqa\\(aq }
.EE
.SH OPTIONS
.TP
\\fB\\-t\\fR=\\fIPLACE\\fR, \\fB\\-\\-to\\fR=\\fIPLACE\\fR
Where to.
.TP
\\fB\\-h\\fR, \\fB\\-\\-help\\fR
Show this.
.SH ENVIRONMENT
.TP
\\fBHOME\\fR
Nothing.
.SH FILES
.TP
\\fB/etc/x\\fR
Read.
.SH EXIT STATUS
2 without \\fIFILE\\fR.
.SH EXAMPLES
.TP
\\fBsolo5 do it\\fR
It is done.
.SH SEE ALSO
.BR solo5 (1) ,
.BR ip (8)
`;

Deno.test("manPage() has every part when a command is described in full", () => {
  const page = { name: "solo5-do", calls: ["solo5 do"], command: COMMAND };
  assertEquals(manPage({ ...page, related: ["solo5"] }, RELEASE), PAGE);
});

const ALL = documents(RELEASE.version, RELEASE.date);

Deno.test("documents() returns the same when the release is the same", () => {
  assertEquals(documents(RELEASE.version, new Date(RELEASE.date)), ALL);
});

Deno.test("documents() has a page of each command when it is asked for all", () => {
  const paths = ALL.map(({ path }) => path);
  assertEquals(new Set(paths).size, paths.length);
  for (const name of ["solo5", ...COMMANDS.map(({ name }) => `solo5-${name}`)]) {
    assert(paths.includes(`share/man/man1/${name}.1`), name);
  }
  const overview = ALL.find(({ path }) => path.endsWith("/solo5.1"))!.text;
  for (const { name } of COMMANDS) {
    assertStringIncludes(overview, `.BR solo5\\-${name} (1)`);
  }
});

for (const { path, text } of ALL) {
  Deno.test(`${path} is whole lines of printable text when it is made`, () => {
    assert(text.endsWith("\n") && !text.endsWith("\n\n"), text.slice(-20));
    assertEquals(text.match(/[^\P{Cc}\n]|[ \t]+$|undefined/gmu), null);
    if (path.includes("/man1/")) assertEquals(text.match(/[^\n -~]/), null);
  });
}

const SHELLS = [
  "bash-completion/completions/solo5",
  "site-functions/_solo5",
  "/solo5.fish",
];

for (const shell of SHELLS) {
  Deno.test(`${shell} has every command and flag when it is made`, () => {
    const { text } = ALL.find(({ path }) => path.endsWith(shell))!;
    // An item of zsh's has its colons escaped.
    const plain = text.replaceAll("\\\\:", ":").replaceAll("\\:", ":");
    for (const context of contexts()) {
      assertStringIncludes(plain, `${context.call}`);
      for (const { name } of context.commands) assertStringIncludes(plain, name);
      for (const flag of context.flags) assertStringIncludes(plain, beginning(flag));
    }
  });
}

Deno.test("contexts() has the flags of run when sandbox is completed", () => {
  const sandbox = contexts().find(({ call }) => call === "sandbox")!;
  const names = sandbox.flags.map(({ name }) => name);
  assert(names.includes("--json") && names.includes("--net"));
  assertEquals(names.filter((name) => name === "--help").length, 1);
});

const QUOTED: readonly (readonly [text: string, quoted: string])[] = [
  ["a b", "'a b'"],
  ["$(x) `y`", "'$(x) `y`'"],
  ["a's", '"a\'s"'],
  ['a\'s $(x) `y` "z" \\n', '"a\'s \\$(x) \\`y\\` \\"z\\" \\\\n"'],
];

for (const [text, expected] of QUOTED) {
  Deno.test(`quoted() returns ${expected} when the text is ${text}`, () => {
    assertEquals(quoted(text), expected);
  });
}
