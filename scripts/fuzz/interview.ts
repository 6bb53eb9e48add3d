/**
 * Asking a reader: it gives a value, or refuses with one sentence, and takes no
 * more than it may.
 *
 * @module
 */
import { ImageError, OperatorError } from "../../src/errors.ts";
import type { Case } from "./cases.ts";
import { Excess, imageBudget, MeteredSource, withinAllocation } from "./meter.ts";

/** The name that cases have as files. */
export const FILE = "app.elf";

/** A rule that a reader broke. */
export class Broken extends Error {
  /** The class, as `Error.name`. */
  override readonly name = "Broken";

  /** @param kind reader and rule; `detail` what was seen */
  constructor(readonly kind: string, readonly detail: string) {
    super(`${kind}: ${detail}`);
  }
}

/** Longest sentence that a file may cause, in characters. */
const LONGEST_SENTENCE = 800;

/** Asks readers, and notes what they say. */
export class Interview {
  /** What they said. */
  readonly answers: string[] = [];

  /**
   * Asks one reader.
   *
   * @param who its name
   * @param allocation how many bytes of buffers and arrays it may make
   * @param longest the most characters of its sentence
   * @returns what it gave, undefined where it refused
   * @throws {Broken} where it failed in another way than with a sentence
   */
  ask<T>(
    who: string,
    allocation: number,
    action: () => T,
    longest: number = LONGEST_SENTENCE,
  ): T | undefined {
    try {
      const value = withinAllocation(allocation, action);
      this.answers.push(`${who}: ok`);
      return value;
    } catch (error) {
      if (error instanceof Excess) {
        throw new Broken(`${who} takes more than it may`, error.message);
      }
      if (error instanceof Broken) throw error;
      this.answers.push(`${who}: ${refusal(who, error, longest)}`);
      return undefined;
    }
  }

  /**
   * Asks a reader of images, which may read and allocate what the file justifies.
   *
   * @param budget how many bytes of each, where that is not what {@link imageBudget}
   * says
   */
  askOfImage<T>(
    who: string,
    file: Case & { kind: "image" },
    action: (source: MeteredSource) => T,
    budget: number = imageBudget(file.sizeBytes),
  ): { value: T; source: MeteredSource } | undefined {
    const source = new MeteredSource(FILE, file.bytes, file.sizeBytes, budget);
    const value = this.ask(who, budget, () => {
      try {
        return { value: action(source), source };
      } finally {
        // deno-lint-ignore no-unsafe-finally -- it stands above whatever came of it
        if (source.excess !== undefined) throw source.excess;
      }
    });
    return value;
  }
}

/** Characters that no sentence shows as they are: they move or hide others. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** Says which rule a reader saw broken; the sentence must be one. */
function refusal(who: string, error: unknown, longest: number): string {
  if (!(error instanceof ImageError || error instanceof OperatorError)) {
    const name = error instanceof Error ? error.name : typeof error;
    const stack = error instanceof Error ? error.stack : undefined;
    throw new Broken(`${who} throws ${name}`, stack ?? String(error));
  }
  const { message } = error;
  if (!message.startsWith(`${FILE}:`)) {
    throw new Broken(`${who} does not name the file`, JSON.stringify(message));
  }
  if (UNPRINTABLE.test(message)) {
    throw new Broken(`${who} says what is not printable`, JSON.stringify(message));
  }
  if (message.length > longest) {
    const detail = `${message.length} characters: ${message.slice(0, 200)}…`;
    throw new Broken(`${who} says too much`, detail);
  }
  const rule = error instanceof ImageError
    ? `${error.defect.structure}: ${error.defect.expected}`
    : error.problem;
  return rule.replace(/".*"|0x[0-9a-f]+|U\+[0-9A-F]+|\d+/gs, "#").slice(0, 60);
}
