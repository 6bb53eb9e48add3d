import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import type { Case } from "../../../../scripts/fuzz/cases.ts";
import { readCorpus, writeCase } from "../../../../scripts/fuzz/corpus.ts";

const bytes = Uint8Array.of(1, 2, 3);

const CASES: readonly (readonly [what: string, one: Case, name: RegExp])[] = [
  ["an image", { kind: "image", bytes, sizeBytes: 3 }, /^039058c6f2c0cb49\.elf$/],
  [
    "an image that ends with a hole",
    { kind: "image", bytes, sizeBytes: 2 ** 53 - 1 },
    /^039058c6f2c0cb49\.9007199254740991\.elf$/,
  ],
  ["a text", { kind: "text", bytes }, /^039058c6f2c0cb49\.json$/],
];

for (const [what, one, name] of CASES) {
  Deno.test(`readCorpus() gives back what writeCase() wrote when it is ${what}`, async () => {
    const directory = `${await Deno.makeTempDir()}/`;
    const path = await writeCase(one, directory);
    assertMatch(path.slice(directory.length), name);
    await Deno.writeTextFile(`${directory}README.md`, "What these are.");
    const files = readCorpus(directory);
    assertEquals(files, [{ name: path.slice(directory.length), case: one }]);
    await Deno.remove(directory, { recursive: true });
  });
}

Deno.test("readCorpus() refuses the file when its name is no case's", async () => {
  const directory = `${await Deno.makeTempDir()}/`;
  await Deno.writeTextFile(`${directory}core`, "");
  assertThrows(() => readCorpus(directory), Error, "core is no name of a case");
  await Deno.remove(directory, { recursive: true });
});
