import { assert, assertEquals, assertRejects } from "@std/assert";
import { generateManifest } from "../../../src/cli/manifest_files.ts";
import { manifest } from "../../../src/cli/manifest.ts";
import { OperatorError } from "../../../src/errors.ts";

/** The sentence of what an action refuses, in one line. */
async function refusal(action: () => Promise<unknown>): Promise<string> {
  const { message } = await assertRejects(action, OperatorError);
  assert(!message.includes("\n"), message);
  return message;
}

const WRONG: readonly (readonly [args: string[], sentence: string])[] = [
  [[], "command line: no job given; write solo5 manifest generate FILE.json [-o"],
  [["frob"], '"frob": is no job of solo5 manifest; write solo5 manifest generate'],
  [["shwo"], '"shwo": is no job of solo5 manifest; did you mean show? write solo5 '],
  [["toString"], '"toString": is no job of solo5 manifest; '],
  [["generate"], "command line: no file given; write solo5 manifest generate FILE.json"],
  [["generate", "a", "b"], '"b": is one word too many; '],
  [["generate", "a", "-o"], "-o: has no OUTPUT behind it; "],
  [["generate", "a", "-o", "b", "-o", "c"], "-o: stands here twice; "],
  [["generate", "-x", "a"], '"-x": is no option; '],
  [
    ["generate", "-o=b", "a"],
    '"-o=b": has its OUTPUT behind a "="; write solo5 manifest',
  ],
  [["show", "--hepl", "a"], '"--hepl": is no option; did you mean --help? write solo5 '],
  [["generate", "--", "--output=x"], "--output=x: open: ENOENT (no such file "],
  [["generate", "a", "-o", "a"], "a: is the manifest itself; give another OUTPUT"],
  [["show"], "command line: no file given; write solo5 manifest show app.elf"],
  [["show", "-o", "b", "a"], '"-o": is no option; write solo5 manifest show app.elf'],
  [["abi", "--", "a", "--"], '"--": is one word too many; '],
];

for (const [args, sentence] of WRONG) {
  Deno.test(`manifest() refuses the call when it is ${JSON.stringify(args)}`, async () => {
    const message = await refusal(() => manifest(args));
    assert(message.startsWith(sentence), message);
  });
}

const TEXT = `{ "type": "solo5.manifest", "version": 1, "devices": [
  { "name": "service0", "type": "NET_BASIC" }
] }
`;

const READ = "; give the path of a manifest in JSON that can be read";

const FILES: readonly (readonly [
  name: string,
  content: string | Uint8Array<ArrayBuffer>,
  sentence: string,
])[] = [
  [
    "is empty",
    "",
    ":1:1: found the end of the text where a value is expected; mend the JSON",
  ],
  ["is not UTF-8", Uint8Array.of(0x22, 0xff, 0x22), ": is not UTF-8; write it in UTF-8"],
  [
    "begins with a byte order mark",
    `\ufeff${TEXT}`,
    ":1:1: found U+FEFF where a value is expected; mend the JSON",
  ],
  [
    "is a byte too large",
    TEXT.padEnd((1 << 20) + 1),
    `: has more than 1048576 bytes, which no manifest needs${READ}`,
  ],
  [
    "has a wrong type",
    TEXT.replace("NET_BASIC", "NET_ADVANCED"),
    ':2: devices[0].type: "NET_ADVANCED" is not a device type (NET_BASIC, BLOCK_BASIC); ' +
    "write one of these",
  ],
];

function inDirectory(name: string, fn: (directory: string) => Promise<void>): void {
  Deno.test({
    name,
    ignore: Deno.build.os !== "linux",
    async fn() {
      const directory = Deno.makeTempDirSync();
      try {
        await fn(directory);
      } finally {
        Deno.removeSync(directory, { recursive: true });
      }
    },
  });
}

for (const [name, content, sentence] of FILES) {
  inDirectory(
    `generateManifest() refuses the file and writes nothing when it ${name}`,
    async (directory) => {
      const source = `${directory}/manifest.json`;
      const bytes = typeof content === "string"
        ? new TextEncoder().encode(content)
        : content;
      Deno.writeFileSync(source, bytes);
      const generation = {
        source,
        output: `${directory}/a.c`,
        dialect: "solo5",
      } as const;
      assertEquals(await refusal(() => generateManifest(generation)), source + sentence);
      assertEquals([...Deno.readDirSync(directory)].length, 1);
    },
  );
}

inDirectory(
  "generateManifest() takes a file of the largest size when it is a manifest",
  async (directory) => {
    const [source, output] = [`${directory}/manifest.json`, `${directory}/manifest.c`];
    Deno.writeTextFileSync(source, TEXT.padEnd(1 << 20));
    await generateManifest({ source, output, dialect: "standard" });
    assert(Deno.readTextFileSync(output).endsWith("MFT1_NOTE_DECLARE_END\n"));
  },
);

inDirectory(
  "generateManifest() names the path when it cannot be read or written",
  async (directory) => {
    const source = `${directory}/manifest.json`;
    Deno.writeTextFileSync(source, TEXT);
    const generate = (from: string, to: string) =>
      refusal(() => generateManifest({ source: from, output: to, dialect: "standard" }));
    assertEquals(
      await generate(directory, "a.c"),
      `${directory}: read: EISDIR (is a directory)${READ}`,
    );
    assertEquals(
      await generate("", "a.c"),
      `"": open: ENOENT (no such file or directory)${READ}`,
    );
    assertEquals(
      await generate("/not/\x1b[2J", "a.c"),
      `/not/\\x1b[2J: open: ENOENT (no such file or directory)${READ}`,
    );
    assertEquals(
      await generate("/dev/zero", "a.c"),
      `/dev/zero: has more than 1048576 bytes, which no manifest needs${READ}`,
    );
    const write = "; give an OUTPUT that can be written, with room for it";
    const none = `${directory}/none/a.c`;
    assertEquals(
      await generate(source, none),
      `${none}: open: ENOENT (no such file or directory)${write}`,
    );
    assertEquals(
      await generate(source, directory),
      `${directory}: open: EISDIR (is a directory)${write}`,
    );
    assertEquals([...Deno.readDirSync(directory)].length, 1);
  },
);
