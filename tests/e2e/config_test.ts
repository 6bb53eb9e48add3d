/**
 * `--config=FILE` and `--print-config`, as operators use them.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { withDirectory } from "../support/directory.ts";
import { hostTest } from "../support/needs.ts";
import { guest, tender } from "../support/tender.ts";

/** Writes a config file beside a link to a guest, and gives its path. */
async function write(directory: string, text: string, name = "s.json"): Promise<string> {
  const path = `${directory}/${name}`;
  await Deno.writeTextFile(path, text);
  return path;
}

/** A file in a folder of its own, whose image is relative. */
async function service(directory: string, more = ""): Promise<string> {
  await Deno.copyFile(guest("hello"), `${directory}/hello.elf`);
  return write(
    directory,
    `{ // hello
  "image": "./hello.elf", "mem": 16, ${more}
  "arguments": ["from", "file"],
}`,
  );
}

hostTest(
  "a guest runs as its config file says, with paths from there, and flags above it",
  ["KVM"],
  () =>
    withDirectory(async (directory) => {
      const path = await service(directory);
      const plain = await tender(["run", `--config=${path}`]);
      assertEquals([plain.status, plain.stderr], [0, ""]);
      assertMatch(plain.stdout, /^Hello, from file\nmemory: 16777216\n/m);
      const flags = await tender(["run", "--mem=32", `--config=${path}`, "--", "x"]);
      assertEquals([flags.status, flags.stderr], [0, ""]);
      assertMatch(flags.stdout, /^Hello, x\nmemory: 33554432\n/m);
    }),
);

hostTest(
  "a pipe is a config file too, and strict needs it once",
  ["KVM", "root"],
  () =>
    withDirectory(async (directory) => {
      const path = await service(directory, '"sandbox": "strict",');
      // What a pipe has is gone when it has been read.
      const shell = `cd ${directory}; cat ${path} | { exec 7<&0 </dev/null; exec "$@"; }`;
      const args = ["run", "--config=/dev/fd/7", "--trace=sandbox"];
      const { status, stdout, stderr } = await tender(args, { shell });
      assertEquals(status, 0, stderr);
      assertMatch(stdout, /^Hello, from file\nmemory: 16777216\n/m);
      assertMatch(stderr, /layer Landlock: /);
      assert(!stderr.includes("partial"), stderr);
    }),
);

hostTest(
  "solo5 sandbox shows the seal of a config file's guest, in the form asked for, strict too",
  ["KVM", "root"],
  () =>
    withDirectory(async (directory) => {
      const path = await service(directory, '"sandbox": "strict",');
      const args = ["sandbox", `--config=${path}`, "--json", "--", "--bpf"];
      const { status, stdout, stderr } = await tender(args);
      assertEquals([status, stderr], [0, ""]);
      const { layers } = JSON.parse(stdout);
      assert(layers.length > 8, stdout);
    }),
);

hostTest(
  "--print-config prints a file that says the same, and needs neither KVM nor image",
  [],
  () =>
    withDirectory(async (directory) => {
      const shell = `cd ${directory}; exec "$@"`;
      const words = ["app.elf", "--net:0=tap0", "--mem=64", "--block:1=a\u202eb,ro"];
      const args = ["run", ...words, "--print-config", "--", "x"];
      const { status, stdout, stderr } = await tender(args, { shell });
      assertEquals([status, stderr], [0, ""]);
      assertEquals(JSON.parse(stdout), {
        image: `${directory}/app.elf`,
        net: { 0: "tap0" },
        block: { 1: `${directory}/a\u202eb,ro` },
        mem: 64,
        arguments: ["x"],
      });
      assertEquals(stdout.includes("\u202e"), false);
      const path = await write(directory, stdout);
      const again = await tender(["run", `--config=${path}`, "--print-config"]);
      assertEquals([again.status, again.stdout, again.stderr], [0, stdout, ""]);
      const below = await tender([
        ...["run", "--print-config", "--mem=32", `--config=${path}`, "--"],
      ]);
      const { arguments: _, ...rest } = JSON.parse(stdout);
      assertEquals(JSON.parse(below.stdout), { ...rest, mem: 32 });
    }),
);

hostTest(
  "--print-config keeps bytes that are no UTF-8 when a path has some",
  [],
  () =>
    withDirectory(async (directory) => {
      const shell = `cd ${directory}; exec "$@" "$(printf 'a\\377.elf')"`;
      const { stdout } = await tender(["run", "--print-config"], { shell });
      assertEquals(stdout, `{\n  "image": "${directory}/a\\udcff.elf"\n}\n`);
    }),
);

/** Files that are refused before anything else is looked at. */
const REFUSED: readonly (readonly [
  what: string,
  content: string | Uint8Array<ArrayBuffer>,
  sentence: string,
])[] = [
  ["is not UTF-8", Uint8Array.of(0x7b, 0xff, 0x7d), ": is not UTF-8; write it in UTF-8"],
  [
    "is no JSON",
    '{\n "mem": \u202e64 }',
    ":2:9: found U+202E where a value is expected; mend the JSON",
  ],
  [
    "is too large",
    " ".repeat(1 << 20) + "{}",
    ": has more than 1048576 bytes, which no config file needs; give the path of a config file in JSON that can be read",
  ],
  ["names no unikernel", "{}", ': names no unikernel; add "image", or write solo5 run '],
];

for (const [what, content, sentence] of REFUSED) {
  hostTest(
    `a config file is refused with one sentence when it ${what}`,
    [],
    () =>
      withDirectory(async (directory) => {
        const path = await write(directory, "");
        await Deno.writeFile(
          path,
          typeof content === "string" ? new TextEncoder().encode(content) : content,
        );
        const { status, stdout, stderr } = await tender(["run", `--config=${path}`]);
        assertEquals([status, stdout], [1, ""]);
        assertStringIncludes(stderr, `solo5: ${path}${sentence}`);
        assertEquals(stderr.split("\n").length, 2, stderr);
      }),
  );
}

const MISSING = "/nowhere/s.json: open: ENOENT (no such file or directory)";

const CALLS: readonly (readonly [args: string[], sentence: string])[] = [
  [
    ["run", "--config=/nowhere/s.json"],
    `${MISSING}; give the path of a config file in JSON that can be read`,
  ],
  [
    ["run", "--config=/nowhere/s.json", "--mem=x"],
    `command line: --mem=x has a bad value (give whole MiB from 2 to 4096); ${MISSING} (give the path of a config file in JSON that can be read); see solo5 run --help`,
  ],
  [
    ["run", "--config=/"],
    "/: read: EISDIR (is a directory); give the path of a config file in JSON that can be read",
  ],
  [
    ["run", "--print-config", "--mem=x", "--net:a-b=tap0"],
    "command line: --mem=x has a bad value (give whole MiB from 2 to 4096); --net:a-b names no device (give its name in the manifest, or its position); see solo5 run --help",
  ],
  [
    ["sandbox", "app.elf", "--print-config"],
    "--print-config: only solo5 run does this; write solo5 run … --print-config",
  ],
];

for (const [args, sentence] of CALLS) {
  hostTest(`${args.join(" ")} is refused with one sentence`, [], async () => {
    const { status, stdout, stderr } = await tender(args);
    assertEquals([status, stdout, stderr], [1, "", `solo5: ${sentence}\n`]);
  });
}

hostTest(
  "mistakes of file, flags and devices are said at once when there are several",
  [],
  () =>
    withDirectory(async (directory) => {
      await Deno.copyFile(guest("net"), `${directory}/net.elf`);
      const path = await write(
        directory,
        '{ "image": "net.elf",\n"memory": 64,\n"block": { "a\u202e": "x" } }',
      );
      const args = ["run", `--config=${path}`, "--user=", "--net:none=tap0"];
      const { status, stderr } = await tender(args);
      assertEquals([status, stderr.split("\n").length], [1, 2], stderr);
      for (
        const part of [
          `${directory}/net.elf: cannot be run with these flags: --user= has a bad value (`,
          `${path}:2: "memory" is no key (did you mean "mem"?)`,
          `${path}:3: "a\\u202e" in block is no device (`,
          "--net:none names no network device of the manifest (drop it)",
          "is not bound (add --net:",
        ]
      ) assertStringIncludes(stderr, part);
    }),
);

hostTest(
  "a flag with a position replaces what the file says of the device by name",
  [],
  () =>
    withDirectory(async (directory) => {
      await Deno.copyFile(guest("block"), `${directory}/block.elf`);
      const path = await write(
        directory,
        '{ "image": "block.elf", "block": { "disk": "a" } }',
      );
      const args = ["run", `--config=${path}`, "--block:0=/b", "--print-config"];
      const { stdout, stderr } = await tender(args);
      assertEquals(stderr, "");
      assertEquals(JSON.parse(stdout), {
        image: `${directory}/block.elf`,
        block: { 0: "/b" },
      });
      // Only the image knows.
      await Deno.remove(`${directory}/block.elf`);
      const without = await tender(args);
      assertEquals([without.status, without.stdout], [1, ""]);
      assertStringIncludes(without.stderr, `solo5: ${directory}/block.elf: open: ENOENT`);
      const named = await tender(args.with(2, "--block:disk=/b"));
      assertEquals([named.status, named.stderr], [0, ""]);
    }),
);
