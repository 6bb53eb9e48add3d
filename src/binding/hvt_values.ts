/**
 * The values of `solo5-hvt`'s options. That program reads them with C's
 * `sscanf`: leading blanks and a sign pass, and what follows a value is ignored.
 *
 * @module
 */
import { MEMORY_STEP_BYTES } from "../contract/limits.ts";
import { isSectorSize } from "./values.ts";

/** Reads as `%d` does: blanks, a sign, digits; the rest is ignored. */
export function scanInteger(text: string): bigint | undefined {
  const [, sign, digits] = /^\s*([+-]?)([0-9]+)/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  return sign === "-" ? -BigInt(digits) : BigInt(digits);
}

const SIGNED_LIMIT = 1n << 63n;

/** Reads `--mem=` in MiB (`%zd`); undefined where it comes to nothing. */
export function scanMemory(text: string): bigint | undefined {
  const scanned = scanInteger(text);
  if (scanned === undefined) return undefined;
  const saturated = scanned >= SIGNED_LIMIT
    ? SIGNED_LIMIT - 1n
    : scanned < -SIGNED_LIMIT
    ? -SIGNED_LIMIT
    : scanned;
  return BigInt.asUintN(64, saturated << 20n) === 0n ? undefined : saturated;
}

/** Guest memory as the tender gives it. */
export interface RoundedMemory {
  /** In bytes: whole steps, at least one. May be more than a guest can have. */
  readonly bytes: bigint;
  /** Whether that is not what was asked for. */
  readonly adjusted: boolean;
}

/** Rounds MiB down to whole steps. */
export function roundMemory(mebibytes: bigint): RoundedMemory {
  const step = BigInt(MEMORY_STEP_BYTES);
  const asked = BigInt.asUintN(64, mebibytes << 20n);
  const bytes = asked < step ? step : asked - asked % step;
  return { bytes, adjusted: bytes !== asked };
}

/** Reads a sector size (`%hu`, which keeps 16 bits): "no size" where it is none. */
export function scanSectorSize(text: string): number | "no size" | undefined {
  const scanned = scanInteger(text);
  if (scanned === undefined) return undefined;
  const bytes = Number(BigInt.asUintN(16, scanned));
  return isSectorSize(bytes) ? bytes : "no size";
}

/** `%2hhx`, which takes a leading 0x for itself and then finds no digit. */
const MAC_BYTE = "\\s*(?!0x)([+-][0-9a-f]|[0-9a-f]{1,2})";
const MAC = new RegExp(`^${Array(6).fill(MAC_BYTE).join(":")}`, "i");

/** Reads a MAC address; what follows its sixth byte is ignored. */
export function scanMac(text: string): Uint8Array | undefined {
  const fields = MAC.exec(text)?.slice(1);
  return fields && Uint8Array.from(fields, (field) => parseInt(field, 16));
}
