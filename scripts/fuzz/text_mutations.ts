/**
 * Manifests as JSON text, and what is nearly one.
 *
 * @module
 */
import type { Random } from "../../tests/support/random.ts";
import { configFile } from "./config_texts.ts";

/** Pieces that texts are made of, and broken with. */
const PIECES: readonly string[] = [
  ...["{", "}", "[", "]", ",", ":", '"', "\\", "/", "//", "/*", "'", "\0", "\n", "\r\n"],
  ...["\t", " ", "\u2028", "\u061c", "\u202e", "\u00ad", "\ufeff", "\u{e0001}", "\ud800"],
  ...["\udc80", "\x1b[31m", "\x7f", "é", "日", "😀", "0", "-", "-0", "1", "1.0", "1e0"],
  ...[
    "1e999999999",
    "01",
    "+1",
    ".5",
    "NaN",
    "null",
    "true",
    "False",
    "\\u0000",
    "\\ud800",
  ],
  ...["\\u12", "\\x", '"type"', '"version"', '"devices"', '"name"', '"__proto__"'],
  ...['"NET_BASIC"', '"BLOCK_BASIC"', '"toString"', '"solo5.manifest"', '"solo5.abi"'],
  ...[
    "9".repeat(400),
    '"' + "x".repeat(67) + '"',
    '"' + "x".repeat(68) + '"',
    '"' + "\u0600".repeat(100) + '"',
    '"' + "😀".repeat(60) + '"',
    '"x' + "😀".repeat(60) + '"',
  ],
];

const DEVICE_COUNTS = [0, 0, 1, 1, 2, 3, 8, 62, 63, 64] as const;

/** Numbers of pieces in a row: the last ones are about time and the stack. */
const REPEATS = [2, 31, 32, 33, 100, 20_000] as const;

/** Values of every kind, where another one is expected. */
const VALUES = ["{}", "[]", "0", "null", '""', "[[[]]]", '{"a": {}}', '"x y"', "1.5"]
  .concat("[".repeat(40) + "]".repeat(40));

/** Writes a member, one in so many with another value than it should have. */
function member(key: string, value: string, odds: number, random: Random): string {
  if (random.below(odds) > 0) return `"${key}": ${value}`;
  return `"${key}": ${random.pick(random.below(2) === 0 ? VALUES : PIECES)}`;
}

function device(index: number, odds: number, random: Random): string {
  const members = [
    member("name", `"d${index}"`, odds, random),
    member("type", random.pick(['"NET_BASIC"', '"BLOCK_BASIC"']), odds, random),
  ];
  if (random.below(odds) === 0) members.push(`${random.pick(PIECES)}: 1`);
  return `{ ${(random.below(2) === 0 ? members : members.toReversed()).join(", ")} }`;
}

/** A manifest with a mistake here and there, however many devices it has. */
function manifest(random: Random): string {
  const count = random.pick(DEVICE_COUNTS);
  const odds = 8 + 8 * count;
  const devices = Array.from(
    { length: count },
    (_, index) => device(index, odds, random),
  );
  if (random.below(8) === 0) devices.push(random.pick(["", ...VALUES, ...devices]));
  const members = [
    member("type", '"solo5.manifest"', 16, random),
    member("version", "1", 16, random),
    member("devices", `[${devices.join(",\n")}]`, 16, random),
  ];
  switch (random.below(32)) {
    case 0:
      members.push("");
      break;
    case 1:
      members.unshift("");
      break;
    case 2:
    case 3:
      members[random.below(3)] += random.pick(PIECES);
  }
  return `{ ${members.join(",\n")} }`;
}

/** Puts pieces into a text, and leaves parts of it out. */
function broken(text: string, random: Random): string {
  const start = random.below(text.length + 1);
  switch (random.below(6)) {
    case 0:
      return text.slice(0, start);
    case 1:
      return text.slice(0, start) + text.slice(start + 1 + random.below(8));
    case 2: {
      const count = random.below(40) === 0 ? random.pick(REPEATS) : 1 + random.below(40);
      const piece = random.pick(["[", '{"a":', "[[", ",", "9", " ", "\n", "\\"]);
      return text.slice(0, start) + piece.repeat(count) + text.slice(start);
    }
    default: {
      const rest = text.slice(start + random.below(4));
      return text.slice(0, start) + random.pick(PIECES) + rest;
    }
  }
}

/** Makes a text: a manifest, a config file, nearly one, or pieces at random. */
export function makeText(random: Random): string {
  if (random.below(8) === 0) {
    return Array.from({ length: random.below(40) }, () => random.pick(PIECES)).join("");
  }
  let text = random.below(3) === 0 ? configFile(random) : manifest(random);
  for (let count = random.pick([0, 0, 0, 1, 1, 2, 4]); count > 0; count--) {
    text = broken(text, random);
  }
  return text;
}
