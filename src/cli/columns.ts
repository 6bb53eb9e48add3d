/**
 * Rows of text in columns. Pure.
 *
 * @module
 */

/**
 * Sets rows below each other, each cell as wide as its column; no line ends in
 * blanks.
 *
 * @param rightAligned the columns whose cells stand to the right, from 0
 * @returns a line for each row
 */
export function inColumns(
  rows: readonly (readonly string[])[],
  rightAligned: readonly number[] = [],
): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.entries()) {
      widths[at] = Math.max(widths[at] ?? 0, cell.length);
    }
  }
  return rows.map((row) =>
    row.map((cell, at) =>
      rightAligned.includes(at) ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!)
    ).join("  ").trimEnd()
  );
}

const UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"] as const;

/** Writes a number of bytes as people read it: `516 KiB`, `2.1 MiB`. */
export function spellBytes(bytes: number | bigint): string {
  let value = Number(bytes), unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = Number.isInteger(value) || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits)} ${bytes === 1 ? "byte" : UNITS[unit]}`;
}
