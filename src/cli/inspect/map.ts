/**
 * An image's memory as a map, drawn to scale. Pure.
 *
 * @module
 */
import { LOWEST_IMAGE_ADDRESS, MEBIBYTE, PAGE_BYTES } from "../../contract/limits.ts";
import type { Inspection, MemoryPart } from "../../image/inspection.ts";
import { inColumns, spellBytes } from "../columns.ts";
import { DEFAULT_MEBIBYTES } from "./command_line.ts";

/** The most columns that the drawing takes. */
const MOST_COLUMNS = 48;

/** Where the guest's first readable byte is: boot info (`docs/abi.md`). */
const BOOT_INFO = 0x10000;

/** A line of the map. */
interface Region {
  readonly start: bigint;
  readonly end: bigint;
  readonly rights: string;
  readonly inFile: string;
  readonly what: string;
}

/** What every guest of hvt has below its image. */
const BELOW: readonly Region[] = [
  {
    start: 0n,
    end: BigInt(BOOT_INFO),
    rights: "---",
    inFile: "",
    what: "the tender's: page tables",
  },
  {
    start: BigInt(BOOT_INFO),
    end: BigInt(LOWEST_IMAGE_ADDRESS),
    rights: "r--",
    inFile: "",
    what: "boot info, manifest, arguments",
  },
];

/**
 * Draws the memory of an image from its lowest to its highest byte. What is
 * above is a line of words: to scale, nothing else would be seen.
 *
 * @param hosted whether a tender of hvt gives it its memory
 */
export function drawMap({ parts, end }: Inspection, hosted: boolean): string[] {
  const regions = [...(hosted ? BELOW : []), ...parts.map(regionOf)];
  if (parts.length === 0) return ["memory: nothing is loaded"];
  const start = regions[0]!.start;
  const column = columnBytes(end - start);
  const width = Math.max(1, Number((end - start + column - 1n) / column));
  const digits = Math.max(8, end.toString(16).length);
  const address = (value: bigint) => `0x${value.toString(16).padStart(digits, "0")}`;
  const rows = regions.map((region) => [
    address(region.start),
    address(region.end),
    region.rights,
    spellBytes(region.end - region.start),
    region.inFile,
    `|${bar(region, start, column, width)}|`,
    region.what,
  ]);
  const head = ["from", "to", "rights", "size", "in file"];
  return [
    `memory, drawn to scale: a column is ${spellBytes(column)}`,
    ...inColumns([head, ...rows], [3, 4]).map((line) => `  ${line}`),
    ...(hosted ? [`  ${above(address(end), end)}`] : []),
  ];
}

/** What is left of a guest's memory above its image. */
function above(address: string, end: bigint): string {
  const rest = BigInt(DEFAULT_MEBIBYTES * MEBIBYTE) - end;
  const size = rest > 0n
    ? `, ${
      spellBytes(rest)
    } of the ${DEFAULT_MEBIBYTES} MiB that a guest gets without --mem`
    : "";
  return `${address}  and above: heap and stack${size}`;
}

/** The least power of two, a page or more, that makes the drawing narrow enough. */
function columnBytes(span: bigint): bigint {
  let column = BigInt(PAGE_BYTES);
  while (column * BigInt(MOST_COLUMNS) < span) column *= 2n;
  return column;
}

/** Every column that a region has a part in, and at least one. */
function bar(
  { start, end }: Region,
  lowest: bigint,
  column: bigint,
  width: number,
): string {
  const from = Math.min(Number((start - lowest) / column), width - 1);
  const to = Math.max(Number((end - lowest + column - 1n) / column), from + 1);
  return " ".repeat(from) + "#".repeat(to - from) + " ".repeat(width - to);
}

function regionOf(part: MemoryPart): Region {
  const { address, memoryBytes, fileBytes } = part;
  return {
    start: address,
    end: address + memoryBytes,
    rights: rightsOf(part),
    inFile: fileBytes === 0n ? "" : spellBytes(fileBytes),
    what: purposeOf(part),
  };
}

/** The rights as `ls` writes them. */
function rightsOf({ readable, writable, executable }: MemoryPart): string {
  return `${readable ? "r" : "-"}${writable ? "w" : "-"}${executable ? "x" : "-"}`;
}

function purposeOf({ fileBytes, writable, executable }: MemoryPart): string {
  if (executable) return writable ? "code that can be written" : "code";
  if (fileBytes === 0n) return "zeroed data";
  return writable ? "data" : "constants";
}
