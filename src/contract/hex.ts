/**
 * Numbers in messages.
 *
 * @module
 */

/** Writes an address, an offset or bits in hexadecimal, with 0x before it. */
export function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}
