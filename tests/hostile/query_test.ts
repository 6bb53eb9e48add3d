/**
 * Images that lie to whoever asks what they are: the answer is JSON that says no
 * more than its own lines, or one sentence.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { ImageError } from "../../src/errors.ts";
import { queryAbi, queryManifest } from "../../src/image/query.ts";
import { buildImage } from "../support/elf_builder.ts";
import { FILE } from "../support/image_errors.ts";
import { Random } from "../support/random.ts";
import { RecordingSource } from "../support/recording_source.ts";

const GOOD = buildImage({
  devices: [["service0", "NET_BASIC"], ["storage", "BLOCK_BASIC"]],
});

/** Where the first segment is; headers and notes stand before it. */
const SEGMENTS = 0x1000;

/** Where the first device's entry is. */
const ENTRIES = new TextDecoder("latin1").decode(GOOD).indexOf("service0");

/** Behind the last entry, and so behind headers and notes. */
const NOTES_END = ENTRIES + 2 * 104;

/** Longest sentence that an image may cause, in characters. */
const LONGEST_MESSAGE = 400;

/** Asks both questions; says how many were answered. */
function ask(bytes: Uint8Array, what: string): number {
  let answers = 0;
  for (const query of [queryManifest, queryAbi]) {
    const source = new RecordingSource(FILE, bytes);
    try {
      const text = query(source);
      assert(/^[\x20-\x7e\n]*$/.test(text), `${what}: ${JSON.stringify(text)}`);
      const { type, devices } = JSON.parse(text);
      assertEquals(type, query === queryAbi ? "solo5.abi" : "solo5.manifest", what);
      assert(query === queryAbi || devices.length <= 63, what);
      const lines = query === queryAbi ? 6 : 7 + devices.length;
      assertEquals(text.split("\n").length, lines, what);
      answers++;
    } catch (error) {
      assert(error instanceof ImageError, `${what}: ${error}`);
      const { message } = error;
      assert(message.startsWith(`${FILE}: `), `${what}: ${message}`);
      // deno-lint-ignore no-control-regex -- the terminal's are what is looked for
      assert(!/[\x00-\x1f\x7f-\x9f]/.test(message), `${what}: ${message}`);
      assert(message.length < LONGEST_MESSAGE, `${what}: ${message}`);
    }
    for (const { start, end } of source.ranges) {
      assert(start >= 0 && end <= bytes.length, `${what}: read ${start} to ${end}`);
    }
  }
  return answers;
}

Deno.test("both queries answer when nothing is changed", () => {
  assertEquals(ask(GOOD, "good image"), 2);
});

Deno.test("the queries give JSON or a sentence when headers and notes are changed", () => {
  let answers = 0;
  for (let seed = 0; seed < 1000; seed++) {
    const random = new Random(seed);
    const bytes = GOOD.slice(0, GOOD.length - random.below(2) * random.below(SEGMENTS));
    for (let count = 1 + random.below(8); count > 0; count--) {
      bytes[random.below(NOTES_END)] = random.below(256);
    }
    answers += ask(bytes, `seed ${seed}`);
  }
  assert(answers > 200 && answers < 1800, String(answers));
});

Deno.test("the queries give JSON or a sentence when entries are random", () => {
  let answers = 0;
  for (let seed = 0; seed < 1000; seed++) {
    const random = new Random(seed);
    const bytes = GOOD.slice();
    const length = 1 + random.below(2 * 104);
    bytes.set(random.bytes(length), ENTRIES + random.below(2 * 104 - length + 1));
    // Names end in most of them.
    for (const entry of [0, 1]) {
      bytes[ENTRIES + entry * 104 + 67] = random.below(4) === 0 ? 1 : 0;
    }
    answers += ask(bytes, `seed ${seed}`);
  }
  assert(answers > 1200 && answers < 2000, String(answers));
});

Deno.test("the queries refuse the file when it is cut short in headers or notes", () => {
  for (let length = 0; length < ENTRIES; length++) {
    assertEquals(
      ask(GOOD.subarray(0, length), `cut to ${length}`) <= 1,
      true,
      `${length}`,
    );
  }
});
