/**
 * `solo5 inspect`: what is inside unikernels' files.
 *
 * @module
 */
import { ExitStatus } from "../contract/exit_status.ts";
import { ImageError, OperatorError } from "../errors.ts";
import { inspectImage } from "../image/inspection.ts";
import type { ImageSource } from "../image/source.ts";
import { INSPECT } from "./description/inspect.ts";
import { hostFiles } from "./host_files.ts";
import { inspectionsAsJson } from "./inspect/json.ts";
import { type Inspected, inspectionTable } from "./inspect/table.ts";
import { describeInspection } from "./inspect/text.ts";
import { printText } from "./output.ts";
import { readWords, wayOut } from "./words.ts";

const CALL = ["inspect"];

/** Looks at files, and prints what is inside: as text, a table or JSON. */
export async function inspect(args: readonly string[]): Promise<number> {
  const { operands: files, flags, help } = readWords(CALL, INSPECT, args, Infinity);
  if (help) {
    (await import("./help.ts")).printUsage(["inspect"]);
    return ExitStatus.SUCCESS;
  }
  if (files.length === 0) {
    throw new OperatorError("command line", "no unikernel given", wayOut(CALL, INSPECT));
  }
  const json = flags.has("--json");
  const single = files.length === 1 && !json;
  const inspected: Inspected[] = [];
  for (const file of files) {
    try {
      inspected.push(await look(file));
    } catch (error) {
      const known = error instanceof ImageError || error instanceof OperatorError;
      if (single || !known) throw error;
      inspected.push({ file, error: error.message });
    }
  }
  printText(json ? inspectionsAsJson(inspected) : asText(inspected));
  const failed = inspected.some((each) => "error" in each);
  return failed ? ExitStatus.OPERATOR : ExitStatus.SUCCESS;
}

function asText(inspected: readonly Inspected[]): string {
  const [first] = inspected;
  return inspected.length === 1 && first !== undefined && "inspection" in first
    ? describeInspection(first.inspection, first.sha256)
    : inspectionTable(inspected);
}

async function look(file: string): Promise<Inspected> {
  const source = (await hostFiles()).openImage(file);
  try {
    const inspection = inspectImage(source);
    return { inspection, sha256: await hashOf(source) };
  } finally {
    source.close();
  }
}

/** The largest file that is hashed: all of it is in memory then. */
const MOST_HASHED_BYTES = 1 << 27;

/** Hashes a whole file; returns hexadecimal digits, undefined for one too large. */
async function hashOf(source: ImageSource): Promise<string | undefined> {
  if (source.sizeBytes > MOST_HASHED_BYTES) return undefined;
  const bytes = new Uint8Array(source.sizeBytes);
  source.read(0, bytes);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
