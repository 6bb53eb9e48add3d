/**
 * Judging who looks at images, and what is shown of that.
 *
 * @module
 */
import { inspectionsAsJson } from "../../src/cli/inspect/json.ts";
import { inspectionTable } from "../../src/cli/inspect/table.ts";
import { describeInspection } from "../../src/cli/inspect/text.ts";
import type { Image } from "../../src/image/image.ts";
import type { Inspection } from "../../src/image/inspection.ts";
import { ROOT } from "../../tests/support/checkout.ts";
import { checkSchema } from "../../tests/support/json_schema.ts";
import type { Case } from "./cases.ts";
import { Broken, type Interview } from "./interview.ts";
import type { Readers } from "./judge.ts";
import { inspectionBudget } from "./meter.ts";

/** The most characters that are shown of an image, and what making them may take. */
const LONGEST_TEXT = 200_000, TEXT_BYTES = 1 << 20;

/** Lines that do nothing to a terminal. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

const SCHEMA = JSON.parse(
  Deno.readTextFileSync(`${ROOT}docs/schemas/inspect.schema.json`),
);

/** Has an image looked at, and holds what is shown against its form. */
export function judgeInspection(
  file: Case & { kind: "image" },
  readers: Readers,
  interview: Interview,
): Inspection | undefined {
  const budget = inspectionBudget(file.sizeBytes);
  const found = interview.askOfImage("inspectImage", file, readers.inspectImage, budget);
  if (found === undefined) return undefined;
  const inspection = found.value;
  const inspected = [{ inspection, sha256: undefined }];
  for (
    const [who, show] of [
      ["describeInspection", () => describeInspection(inspection, undefined)],
      ["inspectionTable", () => inspectionTable(inspected)],
      ["inspectionsAsJson", () => inspectionsAsJson(inspected)],
    ] as const
  ) {
    const text = interview.ask(who, TEXT_BYTES, show) ?? "";
    if (UNPRINTABLE.test(text.replaceAll("\n", ""))) {
      throw new Broken(`${who} says what is not printable`, JSON.stringify(text));
    }
    if (text.length > LONGEST_TEXT) {
      throw new Broken(`${who} says too much`, `${text.length} characters`);
    }
    if (who !== "inspectionsAsJson") continue;
    const [problem] = checkSchema(SCHEMA, JSON.parse(text));
    if (problem !== undefined) throw new Broken(`${who} leaves its schema`, problem);
  }
  return inspection;
}

/** Holds what was seen of an image against what a tender has read of it. */
export function compareInspection(
  inspection: Inspection | undefined,
  image: Image | undefined,
): void {
  const rule = (holds: boolean, which: string) => {
    if (holds) return;
    const kind = `inspectImage and readImage agree on ${which}: not so`;
    throw new Broken(kind, inspection?.refusal ?? "no refusal");
  };
  if (image === undefined) {
    rule(inspection === undefined || inspection.refusal !== undefined, "a refusal");
    return;
  }
  const { manifest, entry, layout, abi } = image;
  rule(inspection !== undefined && inspection.refusal === undefined, "a refusal");
  const names = (devices: readonly { name: string; type: string | undefined }[]) =>
    devices.map(({ name, type }) => `${type}:${name}`).join();
  rule(names(inspection!.devices ?? []) === names(manifest.devices), "devices");
  rule(inspection!.entry === BigInt(entry), "the entry");
  rule(inspection!.abi?.version === abi.version, "the version");
  const { leastMebibytes } = inspection!;
  const least = leastMebibytes === undefined ? Infinity : leastMebibytes * 2 ** 20;
  rule(least >= layout.memoryNeed.bytes, "memory");
}
