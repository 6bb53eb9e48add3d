/**
 * Guests as a table for people. Pure.
 *
 * @module
 */
import { GuestCount } from "../contract/figures.ts";
import { printable } from "../errors.ts";
import type { GuestSeen } from "./guests.ts";
import { labelOf, type Rates } from "./state.ts";

const HEADINGS = [
  "NAME",
  "PID",
  "IMAGE",
  "AGE",
  "CPU",
  "MEMORY",
  "EXITS/S",
  "PACKETS/S",
  "DEVICES",
];

/** A guest, and how fast its figures grow, where that is known. */
export interface Row {
  /** The guest. */
  readonly guest: GuestSeen;
  /** Its rates. */
  readonly rates: Rates | undefined;
}

/** A line a guest, below headings. */
export function tableOf(rows: readonly Row[]): string {
  const cells = [HEADINGS, ...rows.map(cellsOf)];
  const widths = HEADINGS.map((_, column) =>
    Math.max(...cells.map((row) => row[column]!.length))
  );
  return cells.map((row) =>
    `${row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd()}\n`
  ).join("");
}

function cellsOf({ guest, rates }: Row): string[] {
  const { description, use, seen } = guest;
  const { pid, image, devices } = description;
  const age = Math.max(0, seen - guest.guest[GuestCount.started]!) / 1000;
  const cpu = rates?.cpu ?? (use && age > 0 ? use.cpuSeconds / age : undefined);
  return [
    labelOf(guest),
    String(pid),
    printable(image.slice(image.lastIndexOf("/") + 1)),
    describeAge(age),
    cpu === undefined ? "-" : `${(cpu * 100).toFixed(1)}%`,
    use === undefined ? "-" : describeBytes(use.residentBytes),
    describeRate(rates?.exits),
    describeRate(rates?.frames),
    devices.length === 0
      ? "-"
      : devices.map(({ name, resource }) => printable(`${name}=${resource}`)).join(" "),
  ];
}

const MINUTE = 60, HOUR = 3600, DAY = 86400;

/** Says a time in seconds in its two largest units. */
export function describeAge(seconds: number): string {
  const whole = Math.floor(seconds);
  if (whole < MINUTE) return `${whole}s`;
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)}m${whole % MINUTE}s`;
  if (whole < DAY) {
    return `${Math.floor(whole / HOUR)}h${Math.floor(whole % HOUR / MINUTE)}m`;
  }
  return `${Math.floor(whole / DAY)}d${Math.floor(whole % DAY / HOUR)}h`;
}

const UNITS = ["B", "KiB", "MiB", "GiB"];

/** Says a size in the unit that suits it. */
export function describeBytes(bytes: number): string {
  let value = bytes, unit = 0;
  for (; value >= 1024 && unit < UNITS.length - 1; unit++) value /= 1024;
  return unit === 0 ? `${value} B` : `${value.toFixed(1)} ${UNITS[unit]}`;
}

function describeRate(rate: number | undefined): string {
  return rate === undefined ? "-" : rate.toFixed(rate < 10 ? 1 : 0);
}
