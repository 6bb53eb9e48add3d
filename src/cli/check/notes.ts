/**
 * Taking down what `solo5 check` finds, where a start would end at the first
 * failure. Pure.
 *
 * @module
 */
import { SystemCallError } from "../../../ffi/errno.ts";
import { ImageError, OperatorError } from "../../errors.ts";
import { type Finding, findingOf, type Refusal } from "../findings.ts";
import { describeEnd } from "../output.ts";

/** Findings as they come. */
export class Notes {
  readonly #findings: Finding[] = [];

  /** All of them so far, in their order. */
  get findings(): readonly Finding[] {
    return this.#findings;
  }

  /** Whether a guest would not start. */
  get failed(): boolean {
    return this.#findings.some(({ verdict }) => verdict === "error");
  }

  /** Something is as it should be. */
  ok(thing: string, says: string): void {
    this.#add({ verdict: "ok", thing, says });
  }

  /** A sentence that the operator should see although the guest would start. */
  warn(sentence: string): void {
    this.#add(findingOf(partsOf(sentence), "warning"));
  }

  /** Something that the guest would not start for. */
  refuse(refusal: Refusal): void {
    this.#add(findingOf(refusal, "error"));
  }

  /**
   * Does something that a start does.
   *
   * @returns its result; undefined where it was refused, which is taken down
   */
  async attempt<T>(action: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await action();
    } catch (error) {
      this.refuse(refusalOf(error));
      return undefined;
    }
  }

  /** The same is found twice where it is looked at twice. */
  #add(finding: Finding): void {
    const same = this.#findings.some(({ thing, says }) =>
      thing === finding.thing && says === finding.says
    );
    if (!same) this.#findings.push(finding);
  }
}

/** Where nothing better is known. */
const LOOK = "look at the host";

/** Takes a sentence apart: thing, problem, way out. */
function partsOf(sentence: string): Refusal {
  const thing = sentence.slice(0, Math.max(0, sentence.indexOf(": ")));
  return thingParts(thing, sentence);
}

/** The same where its beginning is known. */
function thingParts(thing: string, sentence: string): Refusal {
  const rest = sentence.startsWith(`${thing}: `)
    ? sentence.slice(thing.length + 2)
    : sentence;
  const end = rest.lastIndexOf("; ");
  return end < 0
    ? { thing, problem: rest, remedy: LOOK }
    : { thing, problem: rest.slice(0, end), remedy: rest.slice(end + 2) };
}

/**
 * Makes a refusal of what a start would have ended with.
 *
 * @throws whatever is no refusal, but a mistake in this program
 */
function refusalOf(error: unknown): Refusal {
  if (error instanceof OperatorError) return error;
  if (error instanceof ImageError) {
    return thingParts(error.defect.file, error.message);
  }
  if (error instanceof SystemCallError) return partsOf(describeEnd(error).sentence);
  throw error;
}
