/**
 * Several inspections as a table. Pure.
 *
 * @module
 */
import { printable } from "../../errors.ts";
import type { Inspection } from "../../image/inspection.ts";
import { inColumns } from "../columns.ts";
import { HVT, machineName, shortTarget } from "./names.ts";

/** What came of looking at a file. */
export type Inspected =
  | {
    readonly inspection: Inspection;
    /** Of the whole file, in hexadecimal digits; undefined for one too large. */
    readonly sha256: string | undefined;
  }
  | {
    /** The file that could not be looked at. */
    readonly file: string;
    /** The sentence that says why. */
    readonly error: string;
  };

const HEAD = ["FILE", "TARGET", "MACHINE", "NEEDS", "SYMBOLS", "DEVICES", "REMARK"];

/** Makes a table with a row for each file, also for those that could not be read. */
export function inspectionTable(files: readonly Inspected[]): string {
  return inColumns([HEAD, ...files.map(rowOf)]).map((line) => `${line}\n`).join("");
}

function rowOf(inspected: Inspected): string[] {
  if ("error" in inspected) {
    const { file, error } = inspected;
    return [printable(file), "-", "-", "-", "-", "-", withoutName(file, error)];
  }
  const { inspection } = inspected;
  const { file, machine, leastMebibytes, sections, refusal, abi } = inspection;
  const hosted = abi?.target === HVT;
  return [
    printable(file),
    shortTarget(inspection),
    machineName(machine) ?? `(${machine})`,
    hosted && leastMebibytes !== undefined ? `${leastMebibytes} MiB` : "-",
    sections === undefined ? "?" : sections.symbols > 0 ? "yes" : "stripped",
    devicesText(inspection),
    refusal === undefined ? "" : `run refuses it: ${withoutName(file, refusal)}`,
  ];
}

/** How many devices a row names. */
const MOST_NAMED = 4;

function devicesText({ devices }: Inspection): string {
  if (devices === undefined) return "?";
  if (devices.length === 0) return "none";
  if (devices.length > MOST_NAMED) return `${devices.length} devices`;
  return devices.map(({ name, type }) =>
    `${printable(name)}:${type === "NET_BASIC" ? "net" : type ? "block" : "?"}`
  ).join(" ");
}

/** A sentence without the file that its row begins with. */
function withoutName(file: string, sentence: string): string {
  const name = `${printable(file)}: `;
  return sentence.startsWith(name) ? sentence.slice(name.length) : sentence;
}
