/**
 * Config files as text, with a mistake here and there.
 *
 * @module
 */
import { CONFIG_KEYS } from "../../src/binding/config_keys.ts";
import { configText } from "../../src/binding/config_text.ts";
import { parseRunArguments } from "../../src/binding/flags.ts";
import { makeLine, wordsOfLine } from "../../tests/support/config_lines.ts";
import type { Random } from "../../tests/support/random.ts";

/** Values of every kind, where another one is expected. */
const VALUES = ["{}", "[]", "0", "-1", "64.0", "null", '""', '"x"', '["a"]', '"\\ud800"']
  .concat('{"a": "tap0"}', '{"0": 512, "0": 512}', '{"a-b": 1}', '"/\\u0000"');

const KEYS = CONFIG_KEYS.map(({ name }) => name)
  .concat("image", "arguments", "$schema", "memory", "--mem", "__proto__", "help", "");

/** What stands between elements, and says nothing. */
const NOTES = ["// x\n", "/* \u202e */", "/*\n*/", "/**/", "//", "/*"];

/** A config file, of a command line or of members at random. */
export function configFile(random: Random): string {
  if (random.below(3) > 0) {
    const run = parseRunArguments(wordsOfLine(makeLine(random)));
    const text = configText(run, () => "/");
    if (random.below(2) === 0) return text;
    // Comments, between lines and in the middle of one.
    return text.replace(
      /\n|,|:/g,
      (mark) => random.below(40) === 0 ? `${mark}${random.pick(NOTES)}` : mark,
    );
  }
  const members = Array.from(
    { length: random.below(6) },
    () => `"${random.pick(KEYS)}": ${random.pick(VALUES)}`,
  );
  return `{ ${members.join(",\n")}${random.below(2) === 0 ? "," : ""} }`;
}
