/**
 * The report of a guest (`--report`): a JSON object in a mapped file, brought up to
 * date by stores, so that it is whole and true whenever the tender is killed.
 *
 * @module
 */
import {
  CALL_COUNTS,
  type Counts,
  type Figures,
  GuestCount,
  type ReportTarget,
  type Stage,
  STAGES,
} from "../../contract/figures.ts";
import { hex } from "../../contract/hex.ts";
import type { Needs, Permit } from "../../contract/policy.ts";
import type { Vcpu, VcpuDebug } from "../../contract/vcpu.ts";
import type { GuestEnd, Say } from "../../contract/watch.ts";
import { GuestFault } from "../../errors.ts";
import { describeEnder, type FigureTable, type GuestDescription } from "../table.ts";
import { layOut, millisecondsWord, type ReportDocument, wordOf } from "./document.ts";
import { FollowedVcpu } from "./followed_vcpu.ts";
import { growth, type Members } from "./growth.ts";
import { LiveText } from "./live_text.ts";
import { ReportPlace } from "./target.ts";

/** Room for what is only said at the end: a sentence, registers. */
const ROOM_BYTES = 8192;

/** Reports are whole pages. */
const PAGE_BYTES = 4096;

/** Says a failure as the program does. */
export type Describe = (error: unknown) => { sentence: string; status: number };

/** A report on its way. */
export class Report {
  readonly #place: ReportPlace;
  readonly #describe: Describe;
  readonly #say: Say;
  readonly #written: boolean;
  #document: ReportDocument | undefined;
  #bytes: Uint8Array<ArrayBuffer> | undefined;
  #text: LiveText | undefined;

  /**
   * Opens the place that it goes to.
   *
   * @param say tells the operator where the report could not be written whole
   * @param held where a start before this one has begun it
   * @throws {OperatorError} where nothing can be written there
   */
  constructor(target: ReportTarget, describe: Describe, say: Say, held?: number) {
    this.#place = ReportPlace.open(target, held);
    this.#describe = describe;
    this.#say = say;
    this.#written = held !== undefined;
  }

  /** The place's descriptor, for another start of this program. */
  get descriptor(): number {
    return this.#place.descriptor;
  }

  /**
   * Begins it: from here on the place holds it.
   *
   * @throws {OperatorError} where there is no room for it
   */
  begin(guest: GuestDescription): ReportDocument {
    if (this.#document !== undefined) return this.#document;
    const started = new Date(performance.timeOrigin).toISOString();
    const document = layOut(guest, started);
    const least = document.text.length + ROOM_BYTES;
    const size = Math.ceil(least / PAGE_BYTES) * PAGE_BYTES;
    const text = `${document.text.padEnd(size - 1)}\n`;
    const mapping = this.#place.map(new TextEncoder().encode(text), this.#written);
    // Later there is nothing that could be pointed at.
    this.#bytes = mapping.bytes;
    this.#text = new LiveText(mapping);
    return this.#document = document;
  }

  /** Figures that the report follows. */
  follow(table: FigureTable, guest: GuestDescription): ReportedFigures {
    const document = this.begin(guest);
    return new ReportedFigures(this, document, this.#text!, table);
  }

  /** The guest was not started. */
  failed(error: unknown, guest: GuestDescription): void {
    const document = this.begin(guest);
    this.conclude(document, this.#text!, { error }, {});
  }

  /** Says how the guest ended; the word that it has ended comes last. */
  conclude(
    document: ReportDocument,
    text: LiveText,
    end: GuestEnd,
    more: Members,
  ): void {
    const { by, status, signal } = describeEnder(end);
    const members: Members = "error" in end
      ? { sentence: this.#describe(end.error).sentence, ...more }
      : more;
    const brace = document.text.length - 1;
    const stores = growth(brace, ROOM_BYTES, members);
    for (const [at, word] of stores) text.setWord(at, word);
    text.setWord(document.status, wordOf(status));
    if (by === "signal") text.setWord(document.signal, wordOf(signal));
    text.setWord(document.ended, wordOf(by));
    // A brace stands at the end of all: nothing else is behind it but blanks.
    const bytes = this.#bytes!;
    const length = bytes.lastIndexOf("}".charCodeAt(0)) + 1;
    const whole = new Uint8Array(length + 1);
    whole.set(bytes.subarray(0, length));
    whole[length] = "\n".charCodeAt(0);
    const failure = this.#place.finish(whole);
    if (failure !== undefined) this.#say(failure);
  }

  /** What it takes while the guest runs. */
  needs(): Needs {
    return this.#place.needs();
  }

  /** Lets go of what is not needed once the report is mapped. */
  release(): void {
    this.#place.release();
  }
}

/** A figure, with the numbers that it is made of. */
interface Followed {
  readonly at: number;
  readonly numbers: readonly Counts[];
  readonly places: readonly number[];
}

function sumOf(numbers: Counts, places: readonly number[]): number {
  let sum = 0;
  for (let each = 0; each < places.length; each++) sum += numbers[places[each]!]!;
  return sum;
}

/** Figures that a report shows. */
export class ReportedFigures implements Figures {
  readonly guest: Counts;
  readonly #report: Report;
  readonly #document: ReportDocument;
  readonly #text: LiveText;
  readonly #table: FigureTable;
  readonly #followed: readonly Followed[];
  /** Which of them each hypercall can change; behind the last: all. */
  readonly #byCall: readonly (readonly number[])[];
  /** What the report says now. */
  readonly #shown: Float64Array;
  #debug: { readonly vcpu: Vcpu; readonly permits: readonly Permit[] } | undefined;

  constructor(
    report: Report,
    document: ReportDocument,
    text: LiveText,
    table: FigureTable,
  ) {
    this.guest = table.guest;
    this.#report = report;
    this.#document = document;
    this.#text = text;
    this.#table = table;
    const { figures } = document;
    this.#followed = figures.map(({ at, source, places }) => ({
      at,
      places,
      numbers: source === "guest" ? [table.guest] : table.rows(source),
    }));
    this.#shown = new Float64Array(figures.length);
    const all = figures.map((_, index) => index);
    // Sums last: they grow by what was added to the others.
    all.sort((one, other) => figures[one]!.places.length - figures[other]!.places.length);
    this.#byCall = [
      ...Array.from(
        { length: CALL_COUNTS },
        (_, call) => all.filter((index) => figures[index]!.calls.includes(call)),
      ),
      all,
    ];
    for (const stage of STAGES.slice(0, table.guest[GuestCount.stagesDone])) {
      this.#showStage(stage);
    }
    report.release();
  }

  device(index: number): ReturnType<FigureTable["device"]> {
    return this.#table.device(index);
  }

  reached(stage: Stage): void {
    this.#table.reached(stage);
    this.#showStage(stage);
  }

  #showStage(stage: Stage): void {
    const index = STAGES.indexOf(stage);
    const took = this.guest[GuestCount.stageMilliseconds + index]!;
    this.#text.setWord(this.#document.stages[index]!, millisecondsWord(took));
    const next = STAGES[Math.min(index + 1, STAGES.length - 1)]!;
    this.#text.setWord(this.#document.stage, wordOf(next));
  }

  follow(vcpu: Vcpu, debug: VcpuDebug): Vcpu {
    this.#debug = { vcpu, permits: debug.prepare("state") };
    return new FollowedVcpu(vcpu, (call) => this.#show(call));
  }

  /**
   * Brings figures up to date that this hypercall can have changed. Allocates
   * nothing: it is on the way of every exit.
   */
  #show(call: number): void {
    const some = this.#byCall[call]!, shown = this.#shown, text = this.#text;
    let added = 0;
    for (let each = 0; each < some.length; each++) {
      const index = some[each]!;
      const { at, numbers, places } = this.#followed[index]!;
      let value = shown[index]!;
      const before = value;
      if (places.length === 1) {
        const place = places[0]!;
        value = numbers[0]![place]!;
        if (numbers.length > 1) value += numbers[1]![place]!;
        if (place === call && numbers.length === 1) added = value - before;
      } else value = call < CALL_COUNTS ? before + added : sumOf(numbers[0]!, places);
      if (value === before) continue;
      shown[index] = value;
      if (value - before === 1) text.addOne(at, value);
      else text.setFigure(at, Math.floor(value));
    }
  }

  ended(end: GuestEnd): void {
    this.#table.ended(end);
    this.#show(CALL_COUNTS);
    this.#report.conclude(this.#document, this.#text, end, this.#faultOf(end));
  }

  /** What the guest was like when it did what no guest may. */
  #faultOf(end: GuestEnd): Members {
    if (!("error" in end) || !(end.error instanceof GuestFault)) return {};
    const { rip } = end.error;
    const registers = Object.entries(this.#debug?.vcpu.state().general ?? {})
      .map(([name, value]) => [name, hex(value)]);
    return {
      fault: {
        ...rip === undefined ? {} : { rip: hex(rip) },
        registers: Object.fromEntries(registers),
      },
    };
  }

  needs(): Needs {
    const table = this.#table.needs(), report = this.#report.needs();
    return {
      fileBytes: report.fileBytes ?? 0,
      permits: [...table.permits, ...report.permits, ...this.#debug?.permits ?? []],
      descriptors: [...table.descriptors ?? [], ...report.descriptors ?? []],
    };
  }

  close(): void {
    this.#table.close();
  }
}
