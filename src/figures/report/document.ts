/**
 * The text of a report: a JSON object in which every figure has a place of fixed
 * width, so that it can be brought up to date without writing it anew. Pure.
 *
 * @module
 */
import { GuestCount, STAGES } from "../../contract/figures.ts";
import { HypercallNumber } from "../../contract/hypercalls.ts";
import type { DeviceType } from "../../contract/module.ts";
import { DEVICE_FIELDS, EXITS, type Field, HYPERCALLS } from "../fields.ts";
import type { GuestDescription } from "../table.ts";

/** The version of the form (`docs/schemas/report.schema.json`). */
export const REPORT_VERSION = 1;

/** Places of words are multiples of this: one store writes one. */
export const WORD_BYTES = 8;

/** A figure has two words. */
export const FIGURE_BYTES = 2 * WORD_BYTES;

/** What a word holds where there is nothing yet. */
const NOTHING = "null    ";

/** Where the numbers of a figure are. */
export type Source = "guest" | number;

/** A figure of the report. */
export interface Figure {
  /** Its place in the text. */
  readonly at: number;
  /** The guest's numbers, or those of a device. */
  readonly source: Source;
  /** Which of them make it up. */
  readonly places: readonly number[];
  /** The hypercalls that can change it, by number; the kick is 0. */
  readonly calls: readonly number[];
}

/** A report's text, and where what can change is. */
export interface ReportDocument {
  /** The object, without what is only said at its end; its last byte is its brace. */
  readonly text: string;
  /** Places of words. */
  readonly ended: number;
  /** The exit status. */
  readonly status: number;
  /** The signal. */
  readonly signal: number;
  /** The stage. */
  readonly stage: number;
  /** Milliseconds of each stage. */
  readonly stages: readonly number[];
  /** Figures. */
  readonly figures: readonly Figure[];
}

/** Hypercalls, and the kick, that move what devices of a type count. */
const CALLS_OF: Readonly<Record<DeviceType, readonly number[]>> = {
  NET_BASIC: [0, HypercallNumber.NET_WRITE, HypercallNumber.NET_READ],
  BLOCK_BASIC: [HypercallNumber.BLOCK_WRITE, HypercallNumber.BLOCK_READ],
};

/** Puts a text together, piece by piece. */
class Draft {
  text = "";
  readonly figures: Figure[] = [];
  /** Lengths in bytes: the text is ASCII. */
  word(before: string, word = NOTHING): number {
    this.#align(before);
    const at = this.text.length;
    this.text += word;
    return at;
  }

  figure(before: string, figure: Omit<Figure, "at">): void {
    this.#align(before);
    this.figures.push({ at: this.text.length, ...figure });
    this.text += "0".padStart(FIGURE_BYTES);
  }

  /** Fields of an object, with the calls that change each. */
  fields(
    fields: readonly Field[],
    source: Source,
    calls: (field: Field) => readonly number[],
  ): void {
    fields.forEach((field, index) => {
      const before = `${index === 0 ? "" : ", "}"${field.name}": `;
      this.figure(before, { source, places: field.places, calls: calls(field) });
    });
  }

  #align(before: string): void {
    this.text += before;
    const over = this.text.length % WORD_BYTES;
    if (over > 0) this.text += " ".repeat(WORD_BYTES - over);
  }
}

/** Lays a report out. */
export function layOut(guest: GuestDescription, started: string): ReportDocument {
  const draft = new Draft();
  const { name, pid, image, memoryBytes } = guest;
  draft.text = `{"type": "solo5.report", "version": ${REPORT_VERSION}`;
  const ended = draft.word(`,\n"ended":`);
  const status = draft.word(`,\n"status":`);
  const signal = draft.word(`,\n"signal":`);
  const stage = draft.word(`,\n"stage":`, wordOf(STAGES[0]));
  draft.text += `,\n"name": ${spell(name ?? null)},\n"pid": ${pid},\n"image": ${
    spell(image)
  },\n"started": ${spell(started)},\n"memoryBytes": ${memoryBytes}`;
  const stages = STAGES.map((each, index) =>
    draft.word(`${index === 0 ? `,\n"bootMilliseconds": {` : ", "}"${each}":`)
  );
  draft.text += `},\n"exits": {`;
  draft.fields(EXITS, "guest", ({ places }) => places);
  draft.text += `},\n"hypercalls": {`;
  draft.fields(HYPERCALLS, "guest", ({ places }) => places);
  draft.text += `},\n"polls": {`;
  const { POLL, PUTS } = HypercallNumber;
  const polls: Field[] = [
    { name: "sleeps", places: [GuestCount.sleeps] },
    { name: "sleptMilliseconds", places: [GuestCount.sleptMilliseconds] },
  ];
  draft.fields(polls, "guest", () => [POLL]);
  draft.figure(`},\n"consoleBytes":`, {
    source: "guest",
    places: [GuestCount.consoleBytes],
    calls: [PUTS],
  });
  draft.text += `,\n"devices": [`;
  guest.devices.forEach((device, index) => {
    draft.text += `${index === 0 ? "" : ","}\n{"name": ${
      spell(device.name)
    }, "type": "${device.type}", "resource": ${spell(device.resource)}, `;
    draft.fields(DEVICE_FIELDS[device.type], index, () => CALLS_OF[device.type]);
    draft.text += "}";
  });
  draft.text += "]}";
  const { text, figures } = draft;
  return { text, ended, status, signal, stage, stages, figures };
}

/** A value as JSON in ASCII. */
export function spell(value: string | null): string {
  return JSON.stringify(value).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** What a word can say: a JSON value of up to eight characters. */
export function wordOf(value: string | number): string {
  return JSON.stringify(value).padEnd(WORD_BYTES);
}

/** A time as a word: three digits behind the point, or fewer where it is long. */
export function millisecondsWord(milliseconds: number): string {
  const short = milliseconds < 9999 ? milliseconds.toFixed(3) : milliseconds.toFixed(0);
  return short.length > WORD_BYTES ? "99999999" : short.padEnd(WORD_BYTES);
}
