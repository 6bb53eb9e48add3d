/**
 * Command lines of `solo5 run` without mistakes, made of a seed: with flags of
 * every kind.
 *
 * @module
 */
import { CONFIG_KEYS } from "../../src/binding/config_keys.ts";
import type { Random } from "./random.ts";

const PATHS = ["/a", "/a b/c", "/ä\u202e", "/x=,y", "/a,ro/b", "/\udcff/\u0085\u{e0001}"];

/** Good values of each flag. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  "--net": ["tap0", "@3", "@99", "@listen:a b", "tap.ä", "x@y", "0"],
  "--net-mac": ["02:00:00:00:00:01", "2:0:0:0:0:F"],
  "--net-rate": ["10Mbit", "1000pps,8kbit,burst=5ms", "1B"],
  "--block": [
    ...PATHS,
    ...PATHS.map((path) => `${path},ro`),
    ...["@3,ro", "@listen:disk,sync=end", "/d,sync=write", "/odd,ro,rw", "/@4", "/7"],
  ],
  "--block-sector-size": ["512", "32768"],
  "--block-rate": ["20MB,500iops", "burst=100ms,1Gbit"],
  "--console-rate": ["10kB", "burst=60000ms,1bit"],
  "--console": ["raw", "visible"],
  "--mem": ["2", "4096", "65"],
  "--dumpcore": PATHS,
  "--gdb": ["0", "65535", "/run/gdb", "/0"],
  "--sandbox": ["best-effort", "strict", "off"],
  "--user": ["nobody", "1000:1000", "65534", "ä"],
  "--name": ["web", "a.b-c_d", "7x", "A".repeat(64)],
  "--report": [...PATHS, "@1", "@99", "/@4"],
  "--trace": ["modules", "sandbox"],
};

const DEVICES = ["service0", "0", "63", "x", "constructor", "A".repeat(67)];

const WORDS = [
  "",
  "a",
  "--",
  "-x",
  "--mem=3",
  "a b",
  '"\\\n',
  "\udcff\u202e",
  "日本😀",
  "7",
];

/** A flag as a word: `--net:0=tap0`. */
export interface FlagWord {
  /** Name and device: `--net:0`. */
  readonly key: string;
  /** Its value. */
  readonly value: string;
}

/** A command line in parts. */
export interface Line {
  /** The flags, each for another key. */
  readonly flags: readonly FlagWord[];
  /** Path of the image, absolute. */
  readonly image: string;
  /** The guest's arguments. */
  readonly words: readonly string[];
}

/** Makes a command line; all of its paths are absolute. */
export function makeLine(random: Random): Line {
  const flags = CONFIG_KEYS.flatMap(({ flag }) => {
    const value = () => random.pick(VALUES[flag.name]!);
    if (random.below(2) === 0) return [];
    if (!flag.device) return [{ key: flag.name, value: value() }];
    return DEVICES.filter(() => random.below(3) === 0)
      .map((device) => ({ key: `${flag.name}:${device}`, value: value() }));
  });
  const words = Array.from({ length: random.below(4) }, () => random.pick(WORDS));
  return { flags: shuffled(flags, random), image: random.pick(PATHS), words };
}

/** The words of a command line. */
export function wordsOfLine({ flags, image, words }: Line): string[] {
  return [...flags.map(({ key, value }) => `${key}=${value}`), "--", image, ...words];
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items.map((item) => ({ item, at: random.below(1 << 20) }))
    .toSorted((one, other) => one.at - other.at)
    .map(({ item }) => item);
}
