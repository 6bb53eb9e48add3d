/**
 * Text of the system (arguments, file names) is bytes, mostly UTF-8. So that it
 * can be handled as strings and still reach files and guests byte for byte, a
 * byte that is no part of valid UTF-8 is kept as a lone surrogate, U+DC80 to
 * U+DCFF: characters that valid text cannot contain (as PEP 383 has it).
 *
 * @module
 */

const SURROGATE = 0xdc00;

/** Makes a string of bytes; {@link encodeRaw} gives them back. */
export function decodeRaw(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    let text = "";
    for (let at = 0; at < bytes.length;) {
      const length = validSequence(bytes, at);
      if (length === 0) text += String.fromCharCode(SURROGATE | bytes[at++]!);
      else {
        text += new TextDecoder("utf-8", { ignoreBOM: true })
          .decode(bytes.subarray(at, at + length));
        at += length;
      }
    }
    return text;
  }
}

/** Length of the valid UTF-8 sequence at `at`, or 0. */
function validSequence(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (at + length > bytes.length) return 0;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(at, at + length));
    return length;
  } catch {
    return 0;
  }
}

/** The bytes of a string, those of {@link decodeRaw} exactly. */
export function encodeRaw(text: string): Uint8Array<ArrayBuffer> {
  if (!/[\udc80-\udcff]/.test(text)) return new TextEncoder().encode(text);
  const parts: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code >= SURROGATE + 0x80 && code <= SURROGATE + 0xff) {
      parts.push(code - SURROGATE);
    } else parts.push(...new TextEncoder().encode(character));
  }
  return Uint8Array.from(parts);
}
