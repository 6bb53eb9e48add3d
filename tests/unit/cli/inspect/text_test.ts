/**
 * Inspections as text: the map, the command line, and hostile names.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { commandLine, quoted } from "../../../../src/cli/inspect/command_line.ts";
import { inspectionsAsJson } from "../../../../src/cli/inspect/json.ts";
import { drawMap } from "../../../../src/cli/inspect/map.ts";
import { inspectionTable } from "../../../../src/cli/inspect/table.ts";
import { describeInspection } from "../../../../src/cli/inspect/text.ts";
import { inspectImage } from "../../../../src/image/inspection.ts";
import { sourceFromBytes } from "../../../../src/image/source.ts";
import {
  abiNote,
  buildImage,
  type ImageOptions,
  manifestBytes,
  manifestNote,
} from "../../../support/elf_builder.ts";

const inspect = (options: ImageOptions, name = "app.elf") =>
  inspectImage(sourceFromBytes(name, buildImage(options)));

Deno.test("the map is to scale when an image is drawn", () => {
  const change = { bss: { memsz: 0x300000 - 0x3000 } };
  assertEquals(drawMap(inspect({ change }), true), [
    "memory, drawn to scale: a column is 128 KiB",
    "  from        to          rights      size   in file",
    "  0x00000000  0x00010000  ---       64 KiB            |#                               |  the tender's: page tables",
    "  0x00010000  0x00100000  r--      960 KiB            |########                        |  boot info, manifest, arguments",
    "  0x00100000  0x00100040  r-x     64 bytes  64 bytes  |        #                       |  code",
    "  0x00101000  0x00101030  r--     48 bytes  48 bytes  |        #                       |  constants",
    "  0x00102000  0x00102020  rw-     32 bytes  32 bytes  |        #                       |  data",
    "  0x00103000  0x00400000  rw-      3.0 MiB            |        ########################|  zeroed data",
    "  0x00400000  and above: heap and stack, 508 MiB of the 512 MiB that a guest gets without --mem",
  ]);
});

Deno.test("the map begins with the image when no tender gives it its memory", () => {
  const lines = drawMap(inspect({ change: { abi: abiNote([2, 2, 0, 0]) } }), false);
  assertMatch(lines[2]!, /^ {2}0x00100000 .*\|#+ *\| {2}code$/);
  assertMatch(lines.at(-1)!, /zeroed data$/);
});

Deno.test("the map stays narrow when an image's sizes are absurd", () => {
  for (const memsz of [2 ** 32, 2n ** 63n, 2n ** 64n - 1n]) {
    const lines = drawMap(inspect({ change: { bss: { memsz } } }), true);
    assert(lines.every((line) => line.length < 160), lines.join("\n"));
  }
  assertEquals(
    drawMap(
      inspect({ change: { text: null, rodata: null, data: null, bss: null } }),
      true,
    ),
    ["memory: nothing is loaded"],
  );
});

Deno.test("the command line binds every device and gives memory when it has to", () => {
  const image = inspect({
    devices: [["service", "NET_BASIC"], ["storage", "BLOCK_BASIC"]],
    change: { bss: { memsz: 600 << 20 } },
  }, "-a b.hvt");
  assertEquals(
    commandLine(image),
    "solo5 run './-a b.hvt' --net:service=TAP --block:storage=PATH --mem=602",
  );
  assertEquals(commandLine(inspect({})), "solo5 run app.elf");
});

Deno.test("a word is quoted when a shell would take it for something else", () => {
  for (
    const [word, shell] of [
      ["/a/b-c_d.hvt", "/a/b-c_d.hvt"],
      ["", "''"],
      ["a b", "'a b'"],
      ["~x", "'~x'"],
      ["$(id)", "'$(id)'"],
      ["it's", `'it'\\''s'`],
      ["größe", "'größe'"],
      ["a\nb'\\", "$'a\\x0ab\\'\\\\'"],
      ["\udcff", "$'\\xff'"],
      ["\u202ex", "$'\\xe2\\x80\\xaex'"],
    ]
  ) assertEquals(quoted(word!), shell);
});

Deno.test("nothing reaches a terminal when names are hostile", () => {
  const name = "\x1b]0;x\x07\u202e\n.hvt";
  const bytes = manifestBytes([["a", "NET_BASIC"]]);
  bytes.set(new TextEncoder().encode("\x1b[2J\r\n"), 8 + 104);
  const options = {
    change: {
      manifest: manifestNote(bytes),
      foreign: abiNote([0], { name: "\x1b\n\x9b", namesz: 3 }),
    },
  };
  const inspection = inspect(options, name);
  const files = [
    { inspection, sha256: undefined },
    { file: name, error: "\\x1b: gone" },
  ];
  for (
    const text of [
      describeInspection(inspection, undefined),
      inspectionTable(files),
      inspectionsAsJson(files),
    ]
  ) {
    assertEquals(/[\p{Cc}\p{Cf}]/u.test(text.replaceAll("\n", "")), false, text);
  }
  assertEquals(inspectionTable(files).split("\n").length, 4);
  const { files: [first] } = JSON.parse(inspectionsAsJson(files));
  assertEquals([first.file, first.devices[0].name], [name, "\x1b[2J\r\n"]);
  assertEquals(first.devices[0].flag, null);
  assertEquals(first.run.accepted, false);
});
