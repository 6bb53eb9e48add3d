import { assertEquals, assertMatch } from "@std/assert";
import { mapAnonymous, unmap } from "../../../ffi/memory.ts";
import {
  FIGURE_BYTES,
  layOut,
  millisecondsWord,
  WORD_BYTES,
} from "../../../src/figures/report/document.ts";
import { growth, type Members } from "../../../src/figures/report/growth.ts";
import { LiveText } from "../../../src/figures/report/live_text.ts";
import type { GuestDescription } from "../../../src/figures/table.ts";
import { ROOT } from "../../support/checkout.ts";
import { checkSchema } from "../../support/json_schema.ts";
import { Random } from "../../support/random.ts";

const SCHEMA = JSON.parse(
  Deno.readTextFileSync(`${ROOT}docs/schemas/report.schema.json`),
);

const GUEST: GuestDescription = {
  name: undefined,
  pid: 4711,
  image: 'a"\\\udc80\u{1f600}\n.hvt',
  memoryBytes: 1 << 20,
  devices: [
    { name: "service0", type: "NET_BASIC", resource: "tap0" },
    { name: "disk", type: "BLOCK_BASIC", resource: "/x" },
  ],
};

const DOCUMENT = layOut(GUEST, "2026-01-01T00:00:00.000Z");

Deno.test("layOut() makes an object that keeps to the schema", () => {
  const { text } = DOCUMENT;
  const value = JSON.parse(text);
  assertEquals(checkSchema(SCHEMA, value), []);
  assertEquals([value.ended, value.image, value.devices.length], [null, GUEST.image, 2]);
  assertMatch(text, /^[\n -~]*$/);
});

Deno.test("layOut() puts every figure at a place of its own, at whole words", () => {
  const places = DOCUMENT.figures.map(({ at }) => at);
  assertEquals(places.filter((at) => at % WORD_BYTES !== 0), []);
  assertEquals(new Set(places).size, places.length);
  for (const at of places) {
    assertEquals(DOCUMENT.text.slice(at, at + FIGURE_BYTES), "0".padStart(FIGURE_BYTES));
  }
});

Deno.test("every figure is shown by some hypercall, or at each interruption", () => {
  const silent = DOCUMENT.figures.filter(({ calls }) => calls.length === 0);
  assertEquals(silent, []);
});

Deno.test("millisecondsWord() is a number of eight characters", () => {
  for (const value of [0, 0.0004, 1.23456, 9998.9999, 9999, 123456.7, 1e9, 1e300]) {
    const word = millisecondsWord(value);
    assertEquals(word.length, WORD_BYTES);
    assertEquals(Number.isFinite(JSON.parse(word)), true, word);
  }
});

/** Live text over memory that begins as this. */
function live(text: string) {
  const mapping = mapAnonymous(text.length, "text of a test");
  mapping.bytes.set(new TextEncoder().encode(text));
  return {
    live: new LiveText(mapping),
    text: () => new TextDecoder().decode(mapping.bytes),
    close: () => unmap(mapping),
  };
}

Deno.test("setFigure() writes what JSON reads back", () => {
  const { live: figures, text, close } = live(" ".repeat(32));
  const random = new Random(3);
  const numbers = [0, 1, 9, 10, 9999, 10_000, 10_001, 99_999_999, 1e8, 1e8 + 7, 2 ** 53];
  for (let digits = 1; digits < 16; digits++) {
    numbers.push(random.below(2 ** 31) % 10 ** digits, 10 ** digits, 10 ** digits - 1);
  }
  for (const number of numbers) {
    figures.setFigure(8, number);
    assertEquals(text().slice(8, 24), String(number).padStart(FIGURE_BYTES));
    assertEquals(text().slice(24), " ".repeat(8));
  }
  close();
});

Deno.test("addOne() counts on", () => {
  const { live: figures, text, close } = live(" ".repeat(32));
  for (const start of [0, 95, 9_995, 99_999_995]) {
    figures.setFigure(8, start);
    for (let number = start + 1; number < start + 12; number++) {
      figures.addOne(8, number);
      assertEquals(text().slice(8, 24), String(number).padStart(FIGURE_BYTES));
    }
  }
  close();
});

const MEMBERS: Readonly<Record<string, Members>> = {
  "a sentence": { sentence: "tap0: is gone; make it again" },
  "quotes and bytes": { sentence: '"\\\n\u0000\udc80 \u00e9\u{1f600}"\\' },
  "nothing": {},
  "an empty text": { sentence: "" },
  "objects": {
    sentence: "x",
    fault: { rip: "0x1", registers: { rax: "0x2", rbx: "0x3" } },
  },
  "empty objects": { fault: { registers: {} } },
};

for (const [what, members] of Object.entries(MEMBERS)) {
  Deno.test(`growth() of ${what} leaves JSON at every store`, () => {
    for (let shift = 0; shift < WORD_BYTES; shift++) {
      const room = 400;
      const start = `{"a":"${"x".repeat(shift)}"}`;
      const { live: words, text, close } = live(start.padEnd(8 * 60));
      for (const [at, word] of growth(start.length - 1, room, members)) {
        words.setWord(at, word);
        JSON.parse(text());
      }
      assertEquals(JSON.parse(text()), { a: "x".repeat(shift), ...members });
      close();
    }
  });
}

Deno.test("growth() cuts what does not fit, and stays in its room", () => {
  const members = { sentence: "\u00e9".repeat(500), fault: { rip: "0x1" } };
  for (let room = 64; room < 200; room++) {
    let text = `{"a":0}`.padEnd(400);
    for (const [at, word] of growth(6, room, members)) {
      text = text.slice(0, at) + word + text.slice(at + word.length);
      JSON.parse(text);
      assertEquals(at + word.length <= 6 + room, true);
    }
    assertEquals(text.slice(6 + room).trim(), "");
    assertMatch(JSON.parse(text).sentence ?? "", /^\u00e9*$/);
  }
});
