import { assertEquals } from "@std/assert";
import { readConfig } from "../../../src/binding/config.ts";
import { isUndecided, withoutReplaced } from "../../../src/binding/config_merge.ts";
import { parseRunArguments } from "../../../src/binding/flags.ts";
import type { ManifestDevice } from "../../../src/image/manifest.ts";

/** "1" is the name of a network device, and a position. */
const DEVICES: readonly ManifestDevice[] = [
  { handle: 1, name: "disk", type: "BLOCK_BASIC" },
  { handle: 2, name: "a", type: "NET_BASIC" },
  { handle: 3, name: "b", type: "NET_BASIC" },
  { handle: 4, name: "1", type: "NET_BASIC" },
];

const FILE = readConfig(
  "f.json",
  `{ "net": { "a": "tapa", "b": "tapb" }, "net-mac": { "a": "02:00:00:00:00:01" },
     "block": { "0": "disk.img" }, "mem": 64 }`,
);

const CASES: readonly (readonly [flag: string, undecided: boolean, gone: string[]])[] = [
  ["--net:0=x", true, ["--net:a"]],
  ["--net:00=x", true, []],
  ["--net:1=x", true, []],
  ["--net:2=x", true, []],
  ["--net:9=x", true, []],
  ["--net:a=x", false, []],
  ["--net:c=x", false, []],
  ["--net-mac:0=02:00:00:00:00:02", true, ["--net-mac:a"]],
  ["--block:disk=x", true, ["--block:0"]],
  ["--block:a=x", true, []],
  ["--block:0=x", false, []],
  ["--block-sector-size:disk=512", false, []],
  ["--mem=2", false, []],
];

for (const [flag, undecided, gone] of CASES) {
  Deno.test(`${flag} replaces ${gone.join() || "nothing"} when the file spells devices differently`, () => {
    const { given } = parseRunArguments([flag]);
    assertEquals(isUndecided(given, FILE), undecided);
    const left = withoutReplaced(given, FILE, DEVICES).flags;
    const lost = FILE.flags.filter((each) => !left.includes(each));
    assertEquals(lost.map(({ flag, device }) => `${flag.name}:${device}`), gone);
  });
}

Deno.test("everything else of the file is kept when a flag replaces something", () => {
  const { given } = parseRunArguments(["--net:0=x"]);
  const file = readConfig("f.json", '{ "image": "i", "arguments": ["w"], "x": 1 }');
  assertEquals(withoutReplaced(given, file, DEVICES), {
    image: file.image!,
    arguments: file.arguments!,
    problems: file.problems,
    flags: [],
  });
});
