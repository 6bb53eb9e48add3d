import { assertEquals, assertThrows } from "@std/assert";
import type { CommandDescription } from "../../../src/cli/description/command.ts";
import { readWords } from "../../../src/cli/words.ts";
import { OperatorError } from "../../../src/errors.ts";

const COMMAND: CommandDescription = {
  name: "do",
  summary: "do something",
  usage: ["FILE [FLAGS]"],
  text: "Does something.",
  flags: [
    { name: "--json", help: "as JSON" },
    { name: "--to", short: "-t", value: "PLACE", help: "to which place" },
    { name: "-o", value: "OUTPUT", apart: true, help: "where to" },
  ],
  operand: "file",
};

function read(...args: string[]) {
  const { flags, operands, help } = readWords(["do"], COMMAND, args);
  return { flags: Object.fromEntries(flags), operands, help };
}

const READ: readonly (readonly [
  args: string[],
  flags: Record<string, string>,
  operands: string[],
])[] = [
  [[], {}, []],
  [["a"], {}, ["a"]],
  [["-"], {}, ["-"]],
  [["--json", "a", "--to=b=c"], { "--json": "", "--to": "b=c" }, ["a"]],
  [["-t=b"], { "--to": "b" }, []],
  [["--to="], { "--to": "" }, []],
  [["a", "-o", "b"], { "-o": "b" }, ["a"]],
  [["-o", "--json"], { "-o": "--json" }, []],
  [["--", "--json"], {}, ["--json"]],
  [["--json", "--", "--"], { "--json": "" }, ["--"]],
];

for (const [args, flags, operands] of READ) {
  Deno.test(`readWords() returns what is there when it is ${JSON.stringify(args)}`, () => {
    assertEquals(read(...args), { flags, operands, help: false });
  });
}

for (const args of [["--help"], ["-h"], ["a", "-h", "--bogus"], ["--json", "--help"]]) {
  Deno.test(`readWords() sees help when it is ${JSON.stringify(args)}`, () => {
    assertEquals(read(...args).help, true);
  });
}

const WRONG: readonly (readonly [args: string[], sentence: string])[] = [
  [["a", "b"], '"b": is one word too many; '],
  [["--jsno"], '"--jsno": is no option; did you mean --json? '],
  [["--frobnicate=x"], '"--frobnicate=x": is no option; '],
  [["--json=x"], '"--json=x": takes no value; '],
  [["--json="], '"--json=": takes no value; '],
  [["--to", "b"], '"--to": has no value; '],
  [["--json", "--json"], "--json: stands here twice; "],
  [["--to=a", "-t=b"], "--to: stands here twice; "],
  [["-o"], "-o: has no OUTPUT behind it; "],
  [["-o=b"], '"-o=b": has its OUTPUT behind a "="; '],
];

for (const [args, sentence] of WRONG) {
  Deno.test(`readWords() refuses the words when they are ${JSON.stringify(args)}`, () => {
    const { message } = assertThrows(() => read(...args), OperatorError);
    assertEquals(message, `${sentence}write solo5 do FILE [FLAGS]`);
  });
}

Deno.test("readWords() takes no word when the command has no operand", () => {
  const { operand: _, ...none } = COMMAND;
  assertThrows(() => readWords(["do"], none, ["a"]), OperatorError, "one word too many");
});
