import { assertEquals } from "@std/assert";
import { type HvtCommand, parseHvtCommand } from "../../../src/binding/hvt_command.ts";

function runs(options: string[], kernel: string, ...args: string[]): HvtCommand {
  return { kind: "run", options, kernel, args };
}

const ROWS: readonly (readonly [args: string[], command: HvtCommand])[] = [
  [[], { kind: "missing kernel" }],
  [["--"], { kind: "missing kernel" }],
  [["--mem=16"], { kind: "missing kernel" }],
  [["-h"], { kind: "missing kernel" }],
  [["--mem=16", "--"], { kind: "missing kernel" }],
  [["--help"], { kind: "help" }],
  [["--help", "--version"], { kind: "help" }],
  [["--version", "--help"], { kind: "version" }],
  [["--bogus", "--version"], { kind: "version" }],
  [["--bogus", "-", "--help", "k"], { kind: "help" }],
  [["--", "--help"], runs([], "--help")],
  [["k", "--help"], runs([], "k", "--help")],
  [["--", "--", "x"], runs([], "--", "x")],
  [[""], runs([], "")],
  [["", "a"], runs([], "", "a")],
  [["-h", "k"], runs(["-h"], "k")],
  [["-", "k"], runs(["-"], "k")],
  [["--mem", "16", "k"], runs(["--mem"], "16", "k")],
  [
    ["--mem=16", "k", "--", "x", "--mem=2"],
    runs(["--mem=16"], "k", "--", "x", "--mem=2"),
  ],
  [
    ["--mem=1", "--mem=2", "--", "k", "", "a"],
    runs(["--mem=1", "--mem=2"], "k", "", "a"),
  ],
  [["--helpx", "k"], runs(["--helpx"], "k")],
];

for (const [args, command] of ROWS) {
  Deno.test(`parseHvtCommand() reads ${JSON.stringify(args)} as ${command.kind}`, () => {
    assertEquals(parseHvtCommand(args), command);
  });
}
