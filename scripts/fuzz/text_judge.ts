/**
 * Judging those who read text: manifests in JSON, config files, and bytes that
 * should be UTF-8.
 *
 * @module
 */
import { decodeRaw, encodeRaw } from "../../src/contract/raw_text.ts";
import type { JsonValue } from "../../src/image/json_text.ts";
import { decodeManifest, encodeManifest } from "../../src/image/manifest.ts";
import { manifestSource } from "../../src/image/manifest_source.ts";
import { checkManifest } from "./invariants.ts";
import { Broken, FILE, type Interview } from "./interview.ts";
import { judgeConfig } from "./config_judge.ts";
import type { Readers } from "./judge.ts";

/** A manifest's C source, but for its first line. */
const SOURCE_LINE =
  /^(|#[a-zA-Z_" .0-9]+|MFT1_NOTE_DECLARE_(BEGIN|END)|\{|\}| {2}(\}|\.version = MFT_VERSION, \.entries = \d+,|\.e = \{)| {4}\{ \.name = "[A-Za-z0-9]{0,67}", \.type = MFT_[A-Z_]+ \},)$/;

/** Judges everything that reads text. */
export function judgeText(
  bytes: Uint8Array,
  readers: Readers,
  interview: Interview,
): void {
  const budget = (1 << 16) + 16 * bytes.length;
  const raw = interview.ask("decodeRaw", budget, () => encodeRaw(decodeRaw(bytes)));
  if (raw?.length !== bytes.length || raw.some((byte, at) => byte !== bytes[at])) {
    throw new Broken("decodeRaw loses bytes", `${raw?.length} of ${bytes.length}`);
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // No reader of JSON gets to see these.
    return;
  }
  const value = interview.ask("readJson", budget, () => readers.readJson(FILE, text));
  compareWithRuntime(text, value);
  judgeConfig(text, budget, readers, interview);
  for (const dialect of ["standard", "solo5"] as const) {
    const manifest = interview.ask(
      `manifestFromJson ${dialect}`,
      budget,
      () => readers.manifestFromJson(FILE, text, dialect),
    );
    if (manifest === undefined) continue;
    const { devices } = manifest;
    checkManifest(devices);
    const [, ...lines] = manifestSource(manifest, "fuzz").trimEnd().split("\n");
    const odd = lines.find((line) => !SOURCE_LINE.test(line));
    if (odd !== undefined) throw new Broken("manifestSource writes other C", odd);
    const note = { bytes: new DataView(encodeManifest(manifest).buffer), offset: 0 };
    const decoded = interview.ask(
      "decodeManifest",
      budget,
      () => decodeManifest(FILE, note),
    );
    if (JSON.stringify(decoded) !== JSON.stringify(manifest)) {
      throw new Broken("a manifest does not survive its note", JSON.stringify(devices));
    }
  }
}

/** What the runtime makes of JSON is what the project makes of it, but for depth. */
function compareWithRuntime(text: string, value: JsonValue | undefined): void {
  let expected: unknown;
  try {
    expected = JSON.parse(text);
  } catch {
    if (value === undefined) return;
    throw new Broken("readJson takes what is no JSON", shown(text));
  }
  if (value === undefined) {
    if (depthOf(expected) <= 32) {
      throw new Broken("readJson refuses JSON", shown(text));
    }
  } else if (JSON.stringify(plain(value)) !== JSON.stringify(expected)) {
    throw new Broken("readJson reads something else", shown(text));
  }
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 400));
}

function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  // Deeper is too deep already, and deep enough for the stack.
  let depth = 1;
  let level: unknown[] = [value];
  while (level.length > 0 && depth <= 33) {
    level = level.flatMap((each) =>
      typeof each === "object" && each !== null ? Object.values(each) : []
    );
    if (level.length > 0) depth++;
  }
  return depth;
}

/** A value as `JSON.parse` gives it. */
function plain(value: JsonValue): unknown {
  switch (value.kind) {
    case "object": {
      const members = [...value.members].map(([key, one]) => [key, plain(one)]);
      return Object.fromEntries(members);
    }
    case "list":
      return value.items.map(plain);
    case "string":
      return value.text;
    default:
      return JSON.parse(value.text);
  }
}
