/**
 * An inspection as people read it. Pure.
 *
 * @module
 */
import { hex } from "../../contract/hex.ts";
import { printable } from "../../errors.ts";
import {
  type InspectedDevice,
  type Inspection,
  isReservedType,
} from "../../image/inspection.ts";
import { inColumns, spellBytes } from "../columns.ts";
import { commandLine, DEFAULT_MEBIBYTES, flagOf } from "./command_line.ts";
import { drawMap } from "./map.ts";
import { HVT, linkageName, longTarget, machineName } from "./names.ts";

/**
 * Describes an image.
 *
 * @param sha256 of the whole file, in hexadecimal digits, where it was computed
 */
export function describeInspection(
  inspection: Inspection,
  sha256: string | undefined,
): string {
  const { file, sizeBytes, entry, buildId, findings } = inspection;
  const facts = [
    ["target", longTarget(inspection)],
    ["machine", describeMachine(inspection)],
    ["entry", hex(entry)],
    ["file", `${spellBytes(sizeBytes)}, ${describeSymbols(inspection)}`],
    ["sha256", sha256 ?? "not computed: the file is too large"],
    ["build id", buildId ?? "none"],
    ["memory", describeMemory(inspection)],
    ["rights", describeRights(inspection)],
    ["notes", describeNotes(inspection)],
    ...findings.map((finding) => ["damaged", finding]),
  ];
  const lines = [
    printable(file),
    ...indented(inColumns(facts)),
    "",
    ...drawMap(inspection, inspection.abi?.target === HVT),
    "",
    ...describeDevices(inspection.devices),
    "",
    ...describeRun(inspection),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

function describeMachine({ machine, elfType, dynamic, tlsBytes }: Inspection): string {
  const linkage = linkageName(elfType);
  const kind = linkage === "fixed"
    ? "at a fixed address"
    : linkage === "other"
    ? `of ELF type ${elfType}`
    : "position-independent";
  const tls = tlsBytes === 0n ? "" : `, ${spellBytes(tlsBytes)} of thread-local storage`;
  return `${machineName(machine) ?? `unknown (${machine})`}, ${
    dynamic ? "dynamically" : "statically"
  } linked, ${kind}${tls}`;
}

function describeSymbols({ sections }: Inspection): string {
  if (sections === undefined) return "symbols cannot be read";
  const debug = sections.debug ? " and debug information" : "";
  if (sections.symbols > 0) return `not stripped: ${sections.symbols} symbols${debug}`;
  return sections.debug ? "stripped, but for debug information" : "stripped";
}

function describeMemory({ parts, leastMebibytes, abi }: Inspection): string {
  const total = parts.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0n);
  const image = `${spellBytes(total)} for the image`;
  if (abi?.target !== HVT) return image;
  const least = leastMebibytes === undefined
    ? "more than a guest can have"
    : `at least --mem=${leastMebibytes} with heap and stack (${DEFAULT_MEBIBYTES} without the flag)`;
  return `${image}, ${least}`;
}

function describeRights({ parts }: Inspection): string {
  return parts.some(({ writable, executable }) => writable && executable)
    ? "a part is both writable and executable"
    : "no part is both writable and executable (W^X)";
}

function describeNotes({ notes }: Inspection): string {
  if (notes.length === 0) return "none";
  return notes.map(({ owner, type }) =>
    `${printable(owner === "" ? "(no name)" : owner)} ${noteType(type)}`
  ).join(", ");
}

/** A note's type: the four letters that it is made of, or the number. */
function noteType(type: number): string {
  const letters = [0, 8, 16, 24].map((shift) => (type >>> shift) & 0xff);
  const text = String.fromCharCode(...letters);
  return /^[A-Z0-9]{4}$/.test(text) ? text : hex(type);
}

function describeDevices(devices: Inspection["devices"]): string[] {
  if (devices === undefined) return ["devices: cannot be read"];
  if (devices.length === 0) return ["devices: none"];
  const rows = devices.map((device) => [
    String(device.index),
    device.name === "" ? "(no name)" : printable(device.name),
    typeText(device),
    flagOf(device) ?? unbound(device),
  ]);
  return [
    "devices",
    ...indented(inColumns([["index", "name", "type", "flag"], ...rows], [0])),
  ];
}

/** A device's type as the manifest's JSON spells it, or its number. */
export function typeText({ type, typeNumber }: InspectedDevice): string {
  if (type !== undefined) return type;
  return `${isReservedType(typeNumber) ? "reserved" : "unknown"} (${hex(typeNumber)})`;
}

function unbound({ type, typeNumber }: InspectedDevice): string {
  if (type !== undefined) return "none: flags name devices by letters and digits";
  return isReservedType(typeNumber) ? "none: no device" : "none: no such type is known";
}

function describeRun(inspection: Inspection): string[] {
  const { refusal } = inspection;
  if (refusal === undefined) return ["run it with", `  ${commandLine(inspection)}`];
  return ["solo5 run refuses it", `  ${refusal}`];
}
