/**
 * The judge sees what is wrong: readers with a defect each, and what it says of
 * them.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { makeCase, readOriginals } from "../../../../scripts/fuzz/cases.ts";
import { judge, READERS, type Readers } from "../../../../scripts/fuzz/judge.ts";
import { runCases } from "../../../../scripts/fuzz/run.ts";
import { DEFECTS } from "../../../support/defective_readers.ts";
import {
  buildImage,
  ELF_HEADER_BYTES,
  ElfField,
  PART_INDEX,
  PROGRAM_HEADER_BYTES,
} from "../../../support/elf_builder.ts";

const originals = readOriginals();

/** How many cases are made until one shows a defect, at most. */
const MOST_CASES = 10_000;

for (const [defect, changed, kind] of DEFECTS) {
  Deno.test(`judge() says "${kind}" when a reader ${defect}`, () => {
    const readers = { ...READERS, ...changed };
    let seed = 0;
    const shows = (): boolean =>
      judge(makeCase(seed, originals), readers).problem?.kind === kind;
    while (seed < MOST_CASES && !shows()) seed++;
    assert(seed < MOST_CASES, "no case shows it");
    // The readers as they are have nothing to do with it.
    assertEquals(judge(makeCase(seed, originals)).problem, undefined);
  });
}

Deno.test("judge() says so when a reader of text runs out of stack", () => {
  const down = (text: string, at: number): number =>
    text[at] === "[" ? 1 + down(text, at + 1) : 0;
  const readers: Readers = {
    ...READERS,
    readJson(file, text) {
      down(text, 0);
      return READERS.readJson(file, text);
    },
  };
  const bytes = new TextEncoder().encode("[".repeat(200_000));
  const { problem } = judge({ kind: "text", bytes }, readers);
  assertEquals(problem?.kind, "readJson throws RangeError");
});

Deno.test("judge() lets a reader take what it needs when all headers are notes", () => {
  const { foreign } = PART_INDEX;
  const good = buildImage();
  const start = ELF_HEADER_BYTES + foreign * PROGRAM_HEADER_BYTES;
  const note = good.slice(start, start + PROGRAM_HEADER_BYTES);
  const count = 65535;
  const bytes = new Uint8Array(good.length + count * PROGRAM_HEADER_BYTES);
  bytes.set(good);
  for (let index = 0; index < count; index++) {
    bytes.set(note, good.length + index * PROGRAM_HEADER_BYTES);
  }
  const view = new DataView(bytes.buffer);
  view.setBigUint64(ElfField.phoff[0], BigInt(good.length), true);
  view.setUint16(ElfField.phnum[0], count, true);
  const { answers, problem } = judge({ kind: "image", bytes, sizeBytes: bytes.length });
  assertEquals(problem, undefined);
  assertEquals(answers.at(-1), "readImage: notes: one (ABI#)");
});

Deno.test("runCases() gives the seed and a smaller case when a reader is defective", () => {
  const readers: Readers = {
    ...READERS,
    // One that looks at the fourth entry without asking whether there is one.
    queryManifest(source) {
      const text = READERS.queryManifest(source);
      const devices: { name: string }[] = JSON.parse(text).devices;
      if (devices.some(({ name }) => name === "d0")) devices[3]!.name;
      return text;
    },
  };
  const { findings, cases } = runCases({ seed: 100, cases: 300, originals, readers });
  assertEquals(cases, 300);
  assertEquals(findings.map(({ problem }) => problem.kind), [
    "queryManifest throws TypeError",
  ]);
  const { seed, smallest } = findings[0]!;
  const original = makeCase(seed, originals);
  assertEquals(judge(original, readers).problem?.kind, "queryManifest throws TypeError");
  assertEquals(judge(smallest, readers).problem?.kind, "queryManifest throws TypeError");
  const used = (bytes: Uint8Array) => bytes.filter((byte) => byte !== 0).length;
  assert(used(smallest.bytes) < used(original.bytes) / 4);
});
