import { assertEquals } from "@std/assert";
import { meant, suggest } from "../../../src/contract/suggest.ts";

const FLAGS = ["--net", "--net-mac", "--block", "--block-sector-size", "--mem", "--user"];
const COMMANDS = ["run", "hvt", "sandbox", "manifest", "help", "version", "ps", "top"];

const ROWS: readonly (readonly [
  what: string,
  word: string,
  known: readonly string[],
  found: string | undefined,
])[] = [
  ["two characters are swapped", "rnu", COMMANDS, "run"],
  ["a character is missing", "versin", COMMANDS, "version"],
  ["a character is too many", "runn", COMMANDS, "run"],
  ["a character is another one", "sandbax", COMMANDS, "sandbox"],
  ["only the case is another one", "HELP", COMMANDS, "help"],
  ["a hyphen is missing", "-mem", FLAGS, "--mem"],
  ["an underscore stands for a hyphen", "--net_mac", FLAGS, "--net-mac"],
  ["a long word has two slips", "--blok-sectr-size", FLAGS, "--block-sector-size"],
  ["one known word begins so", "--block-s", FLAGS, "--block-sector-size"],
  ["two known words begin so", "abc", ["abcdefgh", "abcdwxyz"], undefined],
  ["two characters begin a known word", "ma", COMMANDS, undefined],
  ["nothing is near", "frobnicate", COMMANDS, undefined],
  ["two characters have a slip", "px", COMMANDS, undefined],
  ["it is empty", "", COMMANDS, undefined],
  ["nothing is known", "run", [], undefined],
  ["two are as near", "tap", ["map", "cap"], "map"],
  ["it is longer than any word", "x".repeat(65), ["x".repeat(64)], undefined],
  ["it is as long as a word can be", "x".repeat(64), ["x".repeat(63)], "x".repeat(63)],
];

for (const [what, word, known, found] of ROWS) {
  Deno.test(`suggest() returns ${found?.slice(0, 20)} when ${what}`, () => {
    assertEquals(suggest(word, known), found);
  });
}

Deno.test("meant() returns a question when a word is near, else nothing", () => {
  assertEquals(meant("--net-mca", FLAGS), "did you mean --net-mac? ");
  assertEquals(meant("--frob", FLAGS), "");
});
