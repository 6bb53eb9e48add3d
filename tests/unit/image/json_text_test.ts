import { assertEquals, assertThrows } from "@std/assert";
import { OperatorError } from "../../../src/errors.ts";
import { type JsonValue, readJson } from "../../../src/image/json_text.ts";
import { Random } from "../../support/random.ts";

const FILE = "m.json";

/** The value as `JSON.parse` gives it. */
function plain(value: JsonValue): unknown {
  switch (value.kind) {
    case "object":
      return Object.fromEntries(
        [...value.members].map(([key, one]) => [key, plain(one)]),
      );
    case "list":
      return value.items.map(plain);
    case "string":
      return value.text;
    default:
      return JSON.parse(value.text);
  }
}

const TAKEN = [
  "null",
  " true ",
  "[]",
  "{ }",
  "[[], {}, false]",
  '"\\u0041\\n\\"\\\\\\/"',
  '"\\ud83d\\ude00"',
  "[0, -0, 1.50, -12e+3, 1E-2]",
  '{"a": {"b": [1, "x"]}, "": null}',
  '\t{\r\n"a"\n:\n1\n}\n',
];

for (const text of TAKEN) {
  Deno.test(`readJson() gives the value of ${JSON.stringify(text)} when it is JSON`, () => {
    for (const dialect of ["standard", "solo5"] as const) {
      assertEquals(plain(readJson(FILE, text, dialect)), JSON.parse(text));
    }
  });
}

Deno.test("readJson() keeps the spelling when there are numbers", () => {
  const value = readJson(FILE, "[1.0, 1e0, 12345678901234567890]");
  const texts = value.kind === "list"
    ? value.items.map((one) => "text" in one && one.text)
    : [];
  assertEquals(texts, ["1.0", "1e0", "12345678901234567890"]);
});

Deno.test("readJson() counts lines when there are several", () => {
  const value = readJson(FILE, '\n{"a":\n1,\r\n"b": [\n\n"c"]}');
  const lines: number[] = [value.line];
  if (value.kind === "object") {
    for (const one of value.members.values()) lines.push(one.line);
    const b = value.members.get("b");
    if (b?.kind === "list") lines.push(b.items[0]!.line);
  }
  assertEquals(lines, [2, 3, 4, 6]);
});

Deno.test("readJson() takes __proto__ for a key like others when it comes", () => {
  const value = readJson(FILE, '{"__proto__": {"a": 1}}');
  assertEquals(value.kind === "object" && [...value.members.keys()], ["__proto__"]);
});

const MEND = "mend the JSON";

const REFUSED: readonly (readonly [text: string, place: string, sentence: string])[] = [
  ["", "1:1", `found the end of the text where a value is expected; ${MEND}`],
  [" \n ", "2:2", `found the end of the text where a value is expected; ${MEND}`],
  ["\ufeff{}", "1:1", `found U+FEFF where a value is expected; ${MEND}`],
  ["// x", "1:1", `found "/" where a value is expected; ${MEND}`],
  ["nul", "1:1", `found "n" where a value is expected; ${MEND}`],
  [
    "{",
    "1:2",
    `found the end of the text where a key in double quotes is expected; ${MEND}`,
  ],
  ["{'a': 1}", "1:2", `found "'" where a key in double quotes is expected; ${MEND}`],
  ["{a: 1}", "1:2", `found "a" where a key in double quotes is expected; ${MEND}`],
  ['{"a" 1}', "1:6", `found "1" where ":" is expected; ${MEND}`],
  ['{"a": }', "1:7", `found "}" where a value is expected; ${MEND}`],
  ["[1", "1:3", `found the end of the text where "," or "]" is expected; ${MEND}`],
  ["[01]", "1:3", `found "1" where "," or "]" is expected; ${MEND}`],
  ["[.5]", "1:2", `found "." where a value is expected; ${MEND}`],
  ["[+1]", "1:2", `found "+" where a value is expected; ${MEND}`],
  ["[1\v]", "1:3", `found U+000B where "," or "]" is expected; ${MEND}`],
  ["[1\n2]", "2:1", `found "2" where "," or "]" is expected; ${MEND}`],
  [
    '{"a": 1 "b": 2}',
    "1:9",
    `found a double quote where "," or "}" is expected; ${MEND}`,
  ],
  ["[1,\n]", "2:1", 'found "]" behind a comma; drop the comma'],
  ['{"a": 1,}', "1:9", 'found "}" behind a comma; drop the comma'],
  ["[,1]", "1:2", "found a comma with nothing before it; drop the comma"],
  ["[1,,2]", "1:4", "found a comma with nothing before it; drop the comma"],
  ["{} {}", "1:4", 'found "{" behind the end; drop what follows it'],
  [
    '"a',
    "1:3",
    `found the end of the text where the string's closing " is expected; ${MEND}`,
  ],
  [
    '"a\\',
    "1:4",
    `found the end of the text where the string's closing " is expected; ${MEND}`,
  ],
  ['"a\nb"', "1:3", "found U+000A in a string; write it as an escape"],
  ['"a\\\nb"', "1:1", `found an unknown escape in "a\\\\x0ab"; write one of JSON's`],
  ['"a\tb"', "1:3", "found U+0009 in a string; write it as an escape"],
  ['["\\x"]', "1:2", `found an unknown escape in "\\x"; write one of JSON's`],
  ['["\\u12"]', "1:2", `found an unknown escape in "\\u12"; write one of JSON's`],
  [
    "[".repeat(33),
    "1:33",
    "nested deeper than 32 levels; write no more than needed",
  ],
  [
    '{"a":'.repeat(100_000),
    "1:161",
    "nested deeper than 32 levels; write no more than needed",
  ],
];

for (const [text, place, sentence] of REFUSED) {
  const shown = JSON.stringify(text.length > 40 ? `${text.slice(0, 10)}…` : text);
  Deno.test(`readJson() says where and what when the text is ${shown}`, () => {
    const { message } = assertThrows(() => readJson(FILE, text), OperatorError);
    assertEquals(message, `${FILE}:${place}: ${sentence}`);
    assertThrows(() => JSON.parse(text), SyntaxError);
  });
}

const DIALECT: readonly (readonly [text: string, value: unknown])[] = [
  ["[1, 2,]", [1, 2]],
  ["[1,,2,,]", [1, 2]],
  ["[1 2 [3]]", [1, 2, [3]]],
  ['{"a": 1 "b": 2,}', { a: 1, b: 2 }],
  ["{} junk {", {}],
];

for (const [text, value] of DIALECT) {
  Deno.test(`readJson() takes ${text} when the dialect is Solo5's`, () => {
    assertEquals(plain(readJson(FILE, text, "solo5")), value);
    assertThrows(() => readJson(FILE, text), OperatorError);
  });
}

for (
  const text of ["[,1]", "{,}", "[// x\n]", "'a'", "{a: 1}", "\ufeff[]", "[1", '["\n"]']
) {
  Deno.test(`readJson() refuses ${JSON.stringify(text)} when the dialect is Solo5's`, () => {
    assertThrows(() => readJson(FILE, text, "solo5"), OperatorError);
  });
}

Deno.test("readJson() agrees with JSON.parse() when texts are changed at random", () => {
  const text = '{"a": [1, -2.5e3, "x\\u0041"], "b": {"c": true, "d": null}, "e": []}';
  const pieces = [",", "]", "}", "[", "{", ":", '"', "1", "\\", " ", "\n", "e", "-", "."];
  const outcome = (read: () => unknown) => {
    try {
      return JSON.stringify(read());
    } catch (error) {
      if (error instanceof OperatorError || error instanceof SyntaxError) {
        return "refused";
      }
      throw error;
    }
  };
  let taken = 0;
  for (let seed = 0; seed < 3000; seed++) {
    const random = new Random(seed);
    const at = random.below(text.length);
    const piece = random.below(3) === 0 ? "" : random.pick(pieces);
    const changed = text.slice(0, at) + piece + text.slice(at + random.below(2));
    const expected = outcome(() => JSON.parse(changed));
    assertEquals(outcome(() => plain(readJson(FILE, changed))), expected, changed);
    if (expected !== "refused") taken++;
  }
  assertEquals(taken > 300, true);
});

const COMMENTED: readonly (readonly [text: string, value: unknown])[] = [
  ['// a\n{"a": 1, // b\n"b": [2, 3,],}// c', { a: 1, b: [2, 3] }],
  ['/* a */{/**/"a"/* * / */:/*\n*/1/***/,}/* */', { a: 1 }],
  ['/*//*/["// /* */"]//', ["// /* */"]],
  ["[1,//\r\n]", [1]],
  [" [] ", []],
];

for (const [text, value] of COMMENTED) {
  Deno.test(`readJson() takes ${JSON.stringify(text)} when there may be comments`, () => {
    assertEquals(plain(readJson(FILE, text, "commented")), value);
    for (const dialect of ["standard", "solo5"] as const) {
      const strict = () => readJson(FILE, text, dialect);
      if (text === " [] ") assertEquals(plain(strict()), value);
      else assertThrows(strict, OperatorError);
    }
  });
}

Deno.test("readJson() counts lines when comments have several", () => {
  const value = readJson(FILE, '/*\n\n*/ // x\n{ "a": /*\n*/ 1 }', "commented");
  assertEquals(value.line, 4);
  assertEquals(value.kind === "object" && value.members.get("a")?.line, 5);
});

const NOT_COMMENTED: readonly (readonly [text: string, sentence: string])[] = [
  ["[1,,]", "1:4: found a comma with nothing before it; drop the comma"],
  ["[,]", "1:2: found a comma with nothing before it; drop the comma"],
  ["[1 2]", `1:4: found "2" where "," or "]" is expected; ${MEND}`],
  ["# a\n[]", `1:1: found "#" where a value is expected; ${MEND}`],
  ["[] /* a", "1:4: found a comment without an end; close it with */"],
  ["\n /*/", "2:2: found a comment without an end; close it with */"],
  ["[] / 1", '1:4: found "/" behind the end; drop what follows it'],
  ["[]\n[]", '2:1: found "[" behind the end; drop what follows it'],
  ['{"a": 1,\n "a": 2}', '2:2: found "a" a second time; drop one'],
  ['{"a": 1, /* é😀 */ "\\u0061": 2}', '1:19: found "a" a second time; drop one'],
  [
    '{"__proto__": 1, "__proto__": 2}',
    '1:18: found "__proto__" a second time; drop one',
  ],
  ["'a'", `1:1: found "'" where a value is expected; ${MEND}`],
  ["{a: 1}", `1:2: found "a" where a key in double quotes is expected; ${MEND}`],
];

for (const [text, sentence] of NOT_COMMENTED) {
  Deno.test(`readJson() refuses ${JSON.stringify(text)} when there may be comments`, () => {
    const { message } = assertThrows(
      () => readJson(FILE, text, "commented"),
      OperatorError,
    );
    assertEquals(message, `${FILE}:${sentence}`);
  });
}
