/**
 * Inspections as JSON (`docs/schemas/inspect.schema.json`). Pure.
 *
 * @module
 */
import { hex } from "../../contract/hex.ts";
import { targetName } from "../../image/abi.ts";
import { type InspectedDevice, isReservedType } from "../../image/inspection.ts";
import { commandLine, flagOf } from "./command_line.ts";
import { linkageName, machineName } from "./names.ts";
import type { Inspected } from "./table.ts";

/** The version of this form: it grows with a change that a reader would notice. */
const VERSION = 1;

/** Writes inspections, in the order that was asked for; in ASCII alone. */
export function inspectionsAsJson(files: readonly Inspected[]): string {
  const value = {
    type: "solo5.inspection",
    version: VERSION,
    files: files.map(asObject),
  };
  const text = JSON.stringify(value, undefined, 2).replace(
    /[^\x20-\x7e\n]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `${text}\n`;
}

function asObject(inspected: Inspected): unknown {
  if ("error" in inspected) return { file: inspected.file, error: inspected.error };
  const { inspection, sha256 } = inspected;
  const { abi, sections, refusal, parts } = inspection;
  return {
    file: inspection.file,
    sizeBytes: inspection.sizeBytes,
    sha256: sha256 ?? null,
    target: abi === undefined ? null : {
      name: targetName(abi.target) ?? null,
      number: abi.target,
      abiVersion: abi.version,
    },
    machine: {
      name: machineName(inspection.machine) ?? null,
      number: inspection.machine,
    },
    linkage: linkageName(inspection.elfType),
    dynamic: inspection.dynamic,
    entry: hex(inspection.entry),
    segments: parts.map((part) => ({
      index: part.index,
      address: hex(part.address),
      end: hex(part.address + part.memoryBytes),
      memoryBytes: Number(part.memoryBytes),
      fileBytes: Number(part.fileBytes),
      readable: part.readable,
      writable: part.writable,
      executable: part.executable,
    })),
    writableAndExecutable: parts.some(({ writable, executable }) =>
      writable && executable
    ),
    tlsBytes: Number(inspection.tlsBytes),
    memory: {
      bytes: Number(parts.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0n)),
      end: hex(inspection.end),
      leastMebibytes: inspection.leastMebibytes ?? null,
    },
    symbols: sections === undefined
      ? null
      : { count: sections.symbols, debug: sections.debug },
    buildId: inspection.buildId ?? null,
    notes: inspection.notes,
    devices: inspection.devices?.map(deviceAsObject) ?? null,
    damaged: inspection.findings,
    run: refusal === undefined
      ? { accepted: true, command: commandLine(inspection) }
      : { accepted: false, reason: refusal },
  };
}

function deviceAsObject(device: InspectedDevice): unknown {
  const { index, name, type, typeNumber } = device;
  return {
    index,
    name,
    type: type ?? (isReservedType(typeNumber) ? "reserved" : "unknown"),
    typeNumber,
    flag: flagOf(device) ?? null,
  };
}
