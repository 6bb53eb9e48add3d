import { assert, assertEquals, assertThrows } from "@std/assert";
import { folderOf, readConfig } from "../../../src/binding/config.ts";
import { parseRunArguments } from "../../../src/binding/flags.ts";
import { EXPECTED } from "../../../src/binding/values.ts";
import { OperatorError } from "../../../src/errors.ts";

/** What a file asks for, with flags and words on top. */
function run(file: string, text: string, ...words: string[]) {
  return parseRunArguments([`--config=${file}`, ...words], readConfig(file, text));
}

function problems(text: string, ...words: string[]) {
  return run("s.json", text, ...words).request.problems;
}

const SERVICE = `// The service.
{
  "$schema": "config.schema.json",
  "image": "app.elf", /* beside this file */
  "net": { "service0": "tap0", "1": "@listen:tap" },
  "net-mac": { "service0": "02:00:00:00:00:01" },
  "block": { "storage": "disk.img,ro", },
  "block-sector-size": { "storage": 4096 },
  "mem": 64,
  "arguments": ["one", "--mem=2"],
}
`;

Deno.test("readConfig() gives what the flags of the same names would when a file has them", () => {
  const { image, request, named, given } = run("s.json", SERVICE);
  assertEquals(image, "app.elf");
  assertEquals(request, {
    net: [
      { device: "service0", tap: { interface: "tap0" } },
      { device: "service0", mac: Uint8Array.of(2, 0, 0, 0, 0, 1) },
    ],
    block: [
      { device: "storage", file: { path: "disk.img", readOnly: true } },
      { device: "storage", sectorSizeBytes: 4096 },
    ],
    memoryMebibytes: 64,
    arguments: ["one", "--mem=2"],
    problems: [],
  });
  assertEquals(named, [{ type: "NET_BASIC", device: "1", listen: "tap" }]);
  assertEquals(given.length, 7);
});

Deno.test("readConfig() asks for nothing when a file is {}", () => {
  assertEquals(readConfig("s.json", "{}").flags, []);
  const { image, request } = run("s.json", "{}");
  assertEquals([image, request.arguments, request.problems], [undefined, [], []]);
});

Deno.test("a flag replaces what the file says of the same when both speak", () => {
  const both = run(
    "s.json",
    SERVICE,
    "other.elf",
    ...["--mem=128", "--net:service0=tap9", "--block:storage=x", "--net:2=@4"],
  );
  assertEquals(both.image, "other.elf");
  assertEquals(both.request.memoryMebibytes, 128);
  assertEquals(both.request.net, [
    { device: "service0", tap: { interface: "tap9" } },
    { device: "2", tap: { descriptor: 4 } },
    { device: "service0", mac: Uint8Array.of(2, 0, 0, 0, 0, 1) },
  ]);
  assertEquals(both.request.arguments, ["one", "--mem=2"]);
  assertEquals(both.request.problems, []);
});

const WORDS: readonly (readonly [words: string[], image: string, given: string[]])[] = [
  [[], "app.elf", ["one", "--mem=2"]],
  [["b.elf"], "b.elf", ["one", "--mem=2"]],
  [["b.elf", "a"], "b.elf", ["a"]],
  [["--", "a", "b"], "app.elf", ["a", "b"]],
  [["--"], "app.elf", []],
  [["b.elf", "--"], "b.elf", []],
  [["b.elf", "--mem=4", "--", "--mem=8"], "b.elf", ["--mem=8"]],
  [["b.elf", "--solo5:quiet"], "b.elf", ["--solo5:quiet"]],
];

for (const [words, image, given] of WORDS) {
  Deno.test(`image and arguments are ${image} ${given} when ${words} stands behind --config`, () => {
    const both = run("s.json", SERVICE, ...words);
    assertEquals([both.image, both.request.arguments], [image, given]);
    assertEquals(both.request.problems, []);
  });
}

Deno.test("-- begins the image as before when --config is the guest's", () => {
  const { image, config, request } = parseRunArguments(["--", "a.elf", "--config=x"]);
  assertEquals([image, config, request.arguments], ["a.elf", undefined, ["--config=x"]]);
});

Deno.test("--config is refused when it comes twice, or without a path", () => {
  const twice = parseRunArguments(["--config=a", "--config=b"]);
  assertEquals(twice.request.problems, ["--config=b is a second --config (drop one)"]);
  const none = parseRunArguments(["--config="]);
  assertEquals(none.config, undefined);
  assertEquals(none.request.problems, [
    "--config= has a bad value (give the path of a file)",
  ]);
});

const FOLDERS: readonly (readonly [file: string, folder: string])[] = [
  ["s.json", ""],
  ["./s.json", "./"],
  ["a/b/s.json", "a/b/"],
  ["/s.json", "/"],
  ["/etc/solo5/web.json", "/etc/solo5/"],
  ["../s.json", "../"],
  ["@a/s.json", "./@a/"],
  ["@a", ""],
  ["/dev/fd/3", ""],
  ["/dev/stdin", ""],
  ["/proc/self/fd/3", ""],
  ["/devices/s.json", "/devices/"],
];

for (const [file, folder] of FOLDERS) {
  Deno.test(`relative paths start from "${folder}" when the file is ${file}`, () => {
    assertEquals(folderOf(file), folder);
    const text = `{ "image": "a,ro/../x.elf", "dumpcore": "7", "gdb": "./s",
      "block": { "a": "d,ro", "b": "./@3", "c": "@3", "d": "/d", "e": "@listen:d" },
      "net": { "a": "tap0" } }`;
    const { image, request, named } = run(file, text);
    assertEquals(image, `${folder}a,ro/../x.elf`);
    assertEquals(request.watches, [
      { name: "gdb", endpoint: { socket: `${folder}./s` } },
      { name: "dumpcore", directory: `${folder}7` },
    ]);
    const files = request.block!.map(({ file }) => file);
    assertEquals(files, [
      { path: `${folder}d`, readOnly: true },
      { path: `${folder}./@3`, readOnly: false },
      { descriptor: 3, readOnly: false },
      { path: "/d", readOnly: false },
    ]);
    assertEquals([named.length, request.net![0]!.tap], [1, { interface: "tap0" }]);
    assertEquals(request.problems, []);
  });
}

Deno.test("paths on the command line start from the current folder when a file is elsewhere", () => {
  const { image, request } = run("/etc/s.json", SERVICE, "b.elf", "--block:storage=x");
  assertEquals(image, "b.elf");
  assertEquals(request.block![0]!.file, { path: "x", readOnly: false });
});

Deno.test("a port of gdb's is taken as number and as text when a file has it", () => {
  for (const value of ["1234", '"1234"']) {
    assertEquals(run("/a/s.json", `{ "gdb": ${value} }`).request.watches, [
      { name: "gdb", endpoint: { port: 1234 } },
    ]);
  }
});

const SENTENCES: readonly (readonly [text: string, problem: string])[] = [
  ["[]", "s.json:1: the whole is a list (write { … })"],
  ["\n7", "s.json:2: the whole is 7 (write { … })"],
  ['{\n"mems": 3}', 's.json:2: "mems" is no key (did you mean "mem"?)'],
  ['{"--mem": 3}', 's.json:1: "--mem" is no key (did you mean "mem"?)'],
  ['{"net:0": "t"}', 's.json:1: "net:0" is no key (did you mean "net"?)'],
  ['{"arguemnts": 3}', 's.json:1: "arguemnts" is no key (did you mean "arguments"?)'],
  [
    '{"config": "x"}',
    's.json:1: "config" is no key (keys are $schema, image, arguments and flags without their dashes)',
  ],
  [
    '{"__proto__": {}}',
    's.json:1: "__proto__" is no key (keys are $schema, image, arguments and flags without their dashes)',
  ],
  ['{"$schema": 1}', "s.json:1: $schema is 1 (give the schema's address)"],
  ['{"image": ""}', 's.json:1: image is "" (give the path of a unikernel)'],
  [
    '{"image": "\\ud800"}',
    's.json:1: image is "\\ud800" (give the path of a unikernel)',
  ],
  [
    '{"arguments":\n"a"}',
    's.json:2: arguments is "a" (give a list of strings)',
  ],
  [
    '{"arguments": ["a",\n1]}',
    "s.json:2: arguments[1] is 1 (give a string)",
  ],
  ['{"mem": 1e2}', `s.json:1: mem is 1e2 (give ${EXPECTED.memory})`],
  ['{"mem": "64"}', `s.json:1: mem is "64" (give ${EXPECTED.memory}, without quotes)`],
  ['{"mem": true}', `s.json:1: mem is true (give ${EXPECTED.memory})`],
  ['{"user": "a b"}', `s.json:1: user is "a b" (give ${EXPECTED.user})`],
  ['{"dumpcore": ""}', `s.json:1: dumpcore is "" (give ${EXPECTED.directory})`],
  [
    '{"dumpcore": "a\\u0000"}',
    `s.json:1: dumpcore is "a\\u0000" (give ${EXPECTED.directory})`,
  ],
  [
    '{"net": "tap0"}',
    `s.json:1: net is "tap0" (give { "DEVICE": … }, and for each ${EXPECTED.tap})`,
  ],
  ['{"net": {"a": 0}}', `s.json:1: net.a is 0 (give ${EXPECTED.tap})`],
  ['{"net": {"a": "b/c"}}', `s.json:1: net.a is "b/c" (give ${EXPECTED.tap})`],
  [
    '{"net": {"a=b": "c"}}',
    's.json:1: "a=b" in net is no device (give its name in the manifest, or its position)',
  ],
  ['{"block": {"a": ",ro"}}', `s.json:1: block.a is ",ro" (give ${EXPECTED.block})`],
  [
    '{"block": {"a": "\\udfff"}}',
    `s.json:1: block.a is "\\udfff" (give ${EXPECTED.block})`,
  ],
];

for (const [text, problem] of SENTENCES) {
  Deno.test(`readConfig() says file, line, key and way out when the file is ${JSON.stringify(text)}`, () => {
    assertEquals(problems(text), [problem]);
  });
}

Deno.test("everything that is wrong is said when file and flags have several mistakes", () => {
  const text = '{\n"mem": 1,\n"nett": {},\n"net": {"a": 1},\n"user": ""}';
  assertEquals(problems(text, "--mem=x", "--gdb=y")!.map((one) => one.split(" (")[0]), [
    "--mem=x has a bad value",
    "--gdb=y has a bad value",
    's.json:3: "nett" is no key',
    "s.json:4: net.a is 1",
    's.json:5: user is ""',
  ]);
});

Deno.test("a value is not judged when a flag replaces it", () => {
  assertEquals(problems('{"mem": 1, "net": {"a": []}}', "--mem=4", "--net:a=tap0"), []);
});

Deno.test("a device is not said to be unbound when its value in the file is none", () => {
  const { request } = run("s.json", '{"net": {"a": []}, "block": {"b": ""}}');
  assertEquals(request.net, [{ device: "a", malformed: "--net" }]);
  assertEquals(request.block, [{ device: "b", malformed: "--block" }]);
});

Deno.test("what is said stays short when a file has mistakes without end", () => {
  const keys = (count: number) =>
    Array.from({ length: count }, (_, at) => `"key${at}": ${at}`).join();
  const told = problems(`{${keys(9000)}}`)!;
  assertEquals([told.length, told.at(-1)], [9, "and 8992 more mistakes in the file"]);
  const devices = problems(`{"net": {${keys(64)}}}`)!;
  assertEquals(devices, ["s.json:1: net has 64 devices (a manifest has at most 63)"]);
  const long = problems(`{"${"k".repeat(100_000)}": "${"v".repeat(100_000)}"}`)!;
  assert(long[0]!.length < 250, long[0]);
});

Deno.test("readConfig() throws with line and column when the text is no JSON", () => {
  const { message } = assertThrows(
    () => readConfig("s.json", '{\n  "mem": 64\n  "net": {}\n}'),
    OperatorError,
  );
  assertEquals(
    message,
    's.json:3:3: found a double quote where "," or "}" is expected; mend the JSON',
  );
  const twice = assertThrows(
    () => readConfig("s.json", '{"net": {"a": "t", "a": "u"}}'),
    OperatorError,
  );
  assertEquals(twice.message, 's.json:1:20: found "a" a second time; drop one');
});
