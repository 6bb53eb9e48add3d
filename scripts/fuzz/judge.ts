/**
 * The judge of a case: has every reader of the project read it, and says whether
 * each gave a sound value or one sentence, and took no more than it may.
 *
 * @module
 */
import { bind } from "../../src/binding/bindings.ts";
import { readConfig } from "../../src/binding/config.ts";
import { inspectImage } from "../../src/image/inspection.ts";
import { readImage } from "../../src/image/image.ts";
import { manifestFromJson } from "../../src/image/json.ts";
import { readJson } from "../../src/image/json_text.ts";
import { queryAbi, queryManifest } from "../../src/image/query.ts";
import type { Case } from "./cases.ts";
import { judgeImage } from "./image_judge.ts";
import { Broken, Interview } from "./interview.ts";
import { judgeText } from "./text_judge.ts";

/** What is judged: the readers of what others wrote. */
export interface Readers {
  /** Reads an image that is to run. */
  readonly readImage: typeof readImage;
  /** Looks at an image, of whatever target. */
  readonly inspectImage: typeof inspectImage;
  /** Holds an image against what the operator asks for. */
  readonly bind: typeof bind;
  /** Says which devices an image declares. */
  readonly queryManifest: typeof queryManifest;
  /** Says for which target an image was built. */
  readonly queryAbi: typeof queryAbi;
  /** Reads JSON text. */
  readonly readJson: typeof readJson;
  /** Reads a manifest in JSON. */
  readonly manifestFromJson: typeof manifestFromJson;
  /** Reads a config file. */
  readonly readConfig: typeof readConfig;
}

/** The project's. */
export const READERS: Readers = {
  readImage,
  inspectImage,
  bind,
  queryManifest,
  queryAbi,
  readJson,
  manifestFromJson,
  readConfig,
};

/** What is wrong with a reader. */
export interface Problem {
  /** Reader and rule: the same for cases that show the same. */
  readonly kind: string;
  /** What this case shows of it. */
  readonly detail: string;
}

/** What came of a case. */
export interface Verdict {
  /** What each reader said, without the numbers: "readImage: ok", … */
  readonly answers: readonly string[];
  /** What is wrong, if anything is. */
  readonly problem?: Problem;
}

/** Judges a case. */
export function judge(one: Case, readers: Readers = READERS): Verdict {
  const interview = new Interview();
  const { answers } = interview;
  try {
    if (one.kind === "image") judgeImage(one, readers, interview);
    else judgeText(one.bytes, readers, interview);
    return { answers };
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    return { answers, problem: { kind: error.kind, detail: error.detail } };
  }
}
