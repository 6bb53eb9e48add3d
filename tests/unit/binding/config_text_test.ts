import { assert, assertEquals } from "@std/assert";
import { readConfig } from "../../../src/binding/config.ts";
import { CONFIG_KEYS } from "../../../src/binding/config_keys.ts";
import { configText, oddDevices, wordsOf } from "../../../src/binding/config_text.ts";
import { parseRunArguments, type RunArguments } from "../../../src/binding/flags.ts";
import { configSchema } from "../../../scripts/schemas.ts";
import { makeLine, wordsOfLine } from "../../support/config_lines.ts";
import { checkSchema } from "../../support/json_schema.ts";
import { Random } from "../../support/random.ts";

const SCHEMA = JSON.parse(configSchema());

/** What a command line asks for, whatever the order of its flags. */
function asked({ image, request, named, sandbox, traces }: RunArguments) {
  const sorted = <T>(all: readonly T[] | undefined) =>
    (all ?? []).map((each) => JSON.stringify(each)).toSorted();
  const { net, block, ...rest } = request;
  return {
    image,
    ...rest,
    net: sorted(net),
    block: sorted(block),
    named: sorted(named),
    sandbox,
    traces: [...traces],
  };
}

function refuseFolder(): string {
  throw new Error("no path is relative");
}

Deno.test("configText() gives a file that asks for the same when it is read back", () => {
  const seen = new Set<string>();
  for (let seed = 0; seed < 1000; seed++) {
    const words = wordsOfLine(makeLine(new Random(seed)));
    const run = parseRunArguments(words);
    assertEquals(run.request.problems, [], JSON.stringify(words));
    const text = configText(run, refuseFolder);
    const message = `seed ${seed}: ${text}`;
    assertEquals(checkSchema(SCHEMA, JSON.parse(text)), [], message);
    const back = parseRunArguments([], readConfig("/elsewhere/x.json", text));
    assertEquals(asked(back), asked(run), message);
    // And so does each of the other ways to write it.
    assertEquals(configText(back, refuseFolder), text, message);
    assertEquals(asked(parseRunArguments(wordsOf(back))), asked(run), message);
    for (const key of Object.keys(JSON.parse(text))) seen.add(key);
  }
  assertEquals(seen.size, CONFIG_KEYS.length + 2);
});

Deno.test("configText() lets each flag replace what the file says of the same when both speak", () => {
  for (let seed = 0; seed < 500; seed++) {
    const random = new Random(seed);
    const [filed, given] = [makeLine(random), makeLine(random)];
    const file = readConfig(
      "/f.json",
      configText(parseRunArguments(wordsOfLine(filed)), refuseFolder),
    );
    const flags = given.flags.map(({ key, value }) => `${key}=${value}`);
    const both = parseRunArguments(["--config=/f.json", given.image, ...flags], file);
    const merged = new Map([...filed.flags, ...given.flags].map((one) => [one.key, one]));
    const expected = parseRunArguments(
      wordsOfLine({ ...filed, image: given.image, flags: [...merged.values()] }),
    );
    assertEquals(asked(both), asked(expected), `seed ${seed}`);
  }
});

Deno.test("configText() writes keys in the order of the flags when they came in another", () => {
  const run = parseRunArguments([
    ...["--trace=modules", "--mem=64", "app.elf", "--gdb=1234"],
    ...["--net-mac:a=02:00:00:00:00:01", "--net:a=tap0", "--block-sector-size:b=4096"],
    ...["--", "one", "\u202e\u0085\u{e0001}\x7f"],
  ]);
  assertEquals(
    configText(run, () => "/srv"),
    `{
  "image": "/srv/app.elf",
  "net": {
    "a": "tap0"
  },
  "net-mac": {
    "a": "02:00:00:00:00:01"
  },
  "block-sector-size": {
    "b": 4096
  },
  "mem": 64,
  "gdb": 1234,
  "trace": "modules",
  "arguments": [
    "one",
    "\\u202e\\u0085\\udb40\\udc01\\u007f"
  ]
}
`,
  );
  assertEquals(configText(parseRunArguments([]), refuseFolder), "{}\n");
});

const ABSOLUTE: readonly (readonly [flag: string, key: string, value: unknown])[] = [
  ["--block:d=disk.img,ro", "block", { d: "/srv/disk.img,ro" }],
  ["--block:d=./@3", "block", { d: "/srv/@3" }],
  ["--block:d=../x/.//y", "block", { d: "/srv/../x/.//y" }],
  ["--block:d=@3", "block", { d: "@3" }],
  ["--block:d=@listen:x,ro", "block", { d: "@listen:x,ro" }],
  ["--net:d=tap0", "net", { d: "tap0" }],
  ["--dumpcore=.//./cores", "dumpcore", "/srv/cores"],
  ["--dumpcore=7", "dumpcore", "/srv/7"],
  ["--gdb=./7", "gdb", "/srv/7"],
  ["--gdb=7", "gdb", 7],
];

for (const [flag, key, value] of ABSOLUTE) {
  Deno.test(`configText() writes ${JSON.stringify(value)} when ${flag} is given in /srv`, () => {
    const text = configText(parseRunArguments([flag]), () => "/srv");
    assertEquals(JSON.parse(text), { [key]: value });
    const inRoot = configText(parseRunArguments([flag]), () => "/");
    assertEquals(inRoot, text.replace("/srv/", "/"));
  });
}

Deno.test("oddDevices() names the flags when their devices can be no manifest's", () => {
  const run = parseRunArguments(["--net:a-b=tap0", "--block:c=x", "--net-mac:=1"]);
  const odd = oddDevices(run);
  assertEquals(odd.length, 1);
  assert(odd[0]!.startsWith("--net:a-b names no device (give "));
});
