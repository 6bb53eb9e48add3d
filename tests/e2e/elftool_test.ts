/**
 * The program under the name `solo5-elftool`, as build rules and clients call it.
 *
 * @module
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ROOT } from "../support/checkout.ts";
import {
  abiNote,
  buildImage,
  manifestBytes,
  manifestNote,
} from "../support/elf_builder.ts";
import { hostTest } from "../support/needs.ts";
import { type Ended, guest, tender } from "../support/tender.ts";

/** Runs a test in a directory of its own, in which `elftool` is called. */
function elftoolTest(
  name: string,
  fn: (
    directory: string,
    elftool: (...args: string[]) => Promise<Ended>,
  ) => Promise<void>,
): void {
  hostTest(name, [], async () => {
    const directory = await Deno.makeTempDir();
    const options = { as: "solo5-elftool", shell: `cd ${directory}; exec "$@"` };
    try {
      await fn(directory, (...args) => tender(args, options));
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });
}

const MANIFEST = (devices: string) =>
  `{"type": "solo5.manifest", "version": 1, "devices": [${devices}]}`;

const DEVICE = '{"name": "service0", "type": "NET_BASIC"}';

/** One line on stderr, nothing on stdout, status 1. */
function assertRefused(ended: Ended, words: string): void {
  assertMatch(ended.stderr, /^solo5-elftool: [^\n]*\n$/);
  assertStringIncludes(ended.stderr, words);
  assertEquals([ended.stdout, ended.status], ["", 1]);
}

elftoolTest(
  "solo5-elftool shows its usage with status 1 when it knows no such call",
  async (_, elftool) => {
    const { version } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
    const usage = `usage: solo5-elftool COMMAND ...
solo5-elftool version ${version}

COMMAND is:
    gen-manifest SOURCE OUTPUT:
        Generate application manifest from SOURCE, writing to OUTPUT.
    query-abi BINARY:
        Display the ABI target and version from BINARY.
    query-manifest BINARY:
        Display the application manifest from BINARY.
`;
    const calls = [[], ["--version"], ["gen-manifest", "x"], ["query-abi", "x", "y"]];
    for (const args of calls) {
      const ended = await elftool(...args);
      assertEquals([ended.stderr, ended.stdout, ended.status], [usage, "", 1]);
    }
  },
);

elftoolTest(
  "gen-manifest writes what solo5 manifest generate writes",
  async (directory, elftool) => {
    await Deno.writeTextFile(`${directory}/manifest.json`, MANIFEST(DEVICE));
    const made = await elftool("gen-manifest", "manifest.json", "manifest.c");
    assertEquals([made.stdout, made.stderr, made.status], ["", "", 0]);
    const own = await tender(["manifest", "generate", `${directory}/manifest.json`]);
    assertEquals(await Deno.readTextFile(`${directory}/manifest.c`), own.stdout);

    const printed = await elftool("gen-manifest", "manifest.json", "-");
    assertEquals([printed.stdout, printed.stderr, printed.status], [own.stdout, "", 0]);
    const nowhere = await elftool("gen-manifest", "manifest.json", "/dev/null");
    assertEquals([nowhere.stdout, nowhere.stderr, nowhere.status], ["", "", 0]);
  },
);

elftoolTest(
  "gen-manifest takes what Solo5's generator takes beyond JSON",
  async (directory, elftool) => {
    await Deno.writeTextFile(`${directory}/a.json`, `${MANIFEST(`${DEVICE},`)} the end`);
    const { stdout, stderr, status } = await elftool("gen-manifest", "a.json", "-");
    assertStringIncludes(stdout, '{ .name = "service0", .type = MFT_DEV_NET_BASIC },');
    assertEquals([stderr, status], ["", 0]);
  },
);

elftoolTest(
  "gen-manifest refuses 64 devices in the words of Solo5's suite",
  async (directory, elftool) => {
    const devices = Array.from(
      { length: 64 },
      (_, at) => `{"name": "storage${at}", "type": "BLOCK_BASIC"}`,
    );
    await Deno.writeTextFile(`${directory}/manifest.json`, MANIFEST(devices.join()));
    const ended = await elftool("gen-manifest", "manifest.json", "/dev/null");
    assertRefused(ended, "manifest.json:1: devices: too many entries, maximum 63");
  },
);

elftoolTest(
  "gen-manifest names the file when it cannot be opened",
  async (directory, elftool) => {
    await Deno.writeTextFile(`${directory}/manifest.json`, MANIFEST(""));
    assertRefused(
      await elftool("gen-manifest", "none.json", "manifest.c"),
      "none.json: Could not open for reading: No such file or directory; ",
    );
    assertRefused(
      await elftool("gen-manifest", "manifest.json", "none/manifest.c"),
      "none/manifest.c: Could not open for writing: No such file or directory; ",
    );
  },
);

elftoolTest(
  "the queries print the same text for every target and machine",
  async (directory, elftool) => {
    const image = buildImage({
      devices: [["service0", "NET_BASIC"], ["service1", "NET_BASIC"]],
      change: { abi: abiNote([3, 1, 0, 0]) },
      elf: { machine: 183 },
    });
    await Deno.writeFile(`${directory}/app.virtio`, image);
    const manifest = await elftool("query-manifest", "app.virtio");
    assertEquals(
      manifest.stdout,
      `{
  "type": "solo5.manifest",
  "version": 1,
  "devices": [
    { "name": "service0", "type": "NET_BASIC" },
    { "name": "service1", "type": "NET_BASIC" }
  ]
}
`,
    );
    assertEquals([manifest.stderr, manifest.status], ["", 0]);
    const abi = await elftool("query-abi", "app.virtio");
    const text = '{\n  "type": "solo5.abi",\n  "target": "virtio",\n  "version": 1\n}\n';
    assertEquals([abi.stdout, abi.stderr, abi.status], [text, "", 0]);
    const hvt = await elftool("query-abi", guest("hello"));
    assertStringIncludes(hvt.stdout, '"target": "hvt"');
  },
);

elftoolTest(
  "the queries name what is wrong with an image",
  async (directory, elftool) => {
    const write = (name: string, options: Parameters<typeof buildImage>[0]) =>
      Deno.writeFile(`${directory}/${name}`, buildImage(options));
    await write("bare", { change: { abi: null, manifest: null } });
    await write("size", { change: { manifest: manifestNote([], { descsz: 1 }) } });
    await write("invalid", {
      change: { manifest: manifestNote(manifestBytes([]).fill(7)) },
    });
    const cases = [
      ["query-manifest", "bare", "bare: No Solo5 manifest found in executable: "],
      ["query-abi", "bare", "bare: No Solo5 ABI information found in executable: "],
      ["query-manifest", "size", "note does not fall within valid size"],
      ["query-manifest", "invalid", "invalid: Manifest validation failed: "],
      ["query-abi", "-", "-: Could not open: No such file or directory; "],
    ] as const;
    for (const [command, file, words] of cases) {
      assertRefused(await elftool(command, file), words);
    }
  },
);

elftoolTest(
  "query-manifest prints JSON on one terminal line a device when names are hostile",
  async (directory, elftool) => {
    const manifest = manifestBytes([["a", "NET_BASIC"]]);
    const name = 'x", "type": "\x1b[2J\n\xff';
    manifest.set(Uint8Array.from(name, (byte) => byte.charCodeAt(0)), 8 + 104);
    const image = buildImage({ change: { manifest: manifestNote(manifest) } });
    await Deno.writeFile(`${directory}/app.hvt`, image);
    const { stdout, stderr, status } = await elftool("query-manifest", "app.hvt");
    assertEquals(JSON.parse(stdout).devices, [{ name, type: "NET_BASIC" }]);
    assertMatch(stdout, /^[\x20-\x7e\n]*$/);
    assertEquals([stdout.split("\n").length, stderr, status], [8, "", 0]);
  },
);

hostTest("solo5 elftool is solo5-elftool", [], async () => {
  const usage = await tender(["elftool"]);
  assertMatch(usage.stderr, /^usage: solo5-elftool COMMAND/);
  assertEquals([usage.stdout, usage.status], ["", 1]);
});
