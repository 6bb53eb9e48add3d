/**
 * Making a case smaller that still shows what is wrong.
 *
 * @module
 */
import type { Case } from "./cases.ts";
import { joined } from "./byte_mutations.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** How often the judge is asked, at most: a case is judged in a millisecond. */
const MOST_TRIALS = 3000;

/**
 * Cuts the end off, then leaves stretches out of a text, or has zeros in their
 * place in an image, whose other parts keep their offsets so.
 *
 * @param shows whether a case shows the same problem
 */
export function minimize(one: Case, shows: (smaller: Case) => boolean): Case {
  let best = one;
  let trials = 0;
  const attempt = (bytes: Bytes): boolean => {
    if (trials++ >= MOST_TRIALS) return false;
    const smaller = withBytes(best, bytes);
    if (!shows(smaller)) return false;
    best = smaller;
    return true;
  };
  for (let step = best.bytes.length; step >= 1; step = Math.floor(step / 2)) {
    while (best.bytes.length >= step) {
      if (!attempt(best.bytes.slice(0, best.bytes.length - step))) break;
    }
  }
  for (let step = best.bytes.length >> 1; step >= 1; step >>= 1) {
    for (let at = 0; at < best.bytes.length; at += step) {
      const { bytes } = best;
      const end = Math.min(bytes.length, at + step);
      if (best.kind === "text") {
        while (at < best.bytes.length && attempt(without(best.bytes, at, at + step)));
      } else if (bytes.subarray(at, end).some((byte) => byte !== 0)) {
        attempt(bytes.slice().fill(0, at, end));
      }
    }
  }
  return best;
}

function without(bytes: Bytes, start: number, end: number): Bytes {
  return joined(bytes.subarray(0, start), bytes.subarray(end));
}

/** The same case with other bytes; what ends with a hole still does. */
function withBytes(one: Case, bytes: Bytes): Case {
  if (one.kind === "text") return { kind: "text", bytes };
  const hasHole = one.sizeBytes > one.bytes.length;
  return { kind: "image", bytes, sizeBytes: hasHole ? one.sizeBytes : bytes.length };
}
