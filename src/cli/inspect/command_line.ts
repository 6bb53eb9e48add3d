/**
 * The command line that runs an image, with placeholders. Pure.
 *
 * @module
 */
import { MEBIBYTE, MOST_MEMORY_BYTES } from "../../contract/limits.ts";
import type { InspectedDevice, Inspection } from "../../image/inspection.ts";
import { PROGRAM } from "../invocation.ts";

/** What a guest gets where no `--mem` is given, in MiB. */
export const DEFAULT_MEBIBYTES = 512;

/** The flag of a device, with a placeholder; undefined where no flag can name it. */
export function flagOf({ bindable, type, name }: InspectedDevice): string | undefined {
  if (!bindable) return undefined;
  return type === "NET_BASIC" ? `--net:${name}=TAP` : `--block:${name}=PATH`;
}

/** The command line that runs an image which `run` does not refuse. */
export function commandLine({ file, devices, leastMebibytes }: Inspection): string {
  const least = leastMebibytes ?? MOST_MEMORY_BYTES / MEBIBYTE;
  const words = [
    // A name that begins with a dash would be a flag.
    quoted(file.startsWith("-") ? `./${file}` : file),
    ...(devices ?? []).flatMap((device) => flagOf(device) ?? []),
    ...(least > DEFAULT_MEBIBYTES ? [`--mem=${least}`] : []),
  ];
  return `${PROGRAM} run ${words.join(" ")}`;
}

/** What no shell takes for anything but itself. */
const PLAIN = /^[A-Za-z0-9_./:=@%+,-]+$/;

/** A word as a shell takes it, on one line. */
export function quoted(word: string): string {
  if (PLAIN.test(word)) return word;
  if (!/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(word)) {
    return `'${word.replaceAll("'", `'\\''`)}'`;
  }
  return `$'${word.replace(/[\\']|[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, escaped)}'`;
}

/** A character, or a byte that `contract/raw_text.ts` keeps, as bash writes it. */
function escaped(character: string): string {
  if (character === "\\" || character === "'") return `\\${character}`;
  const code = character.codePointAt(0)!;
  const bytes = code >= 0xdc80 && code <= 0xdcff
    ? [code - 0xdc00]
    : new TextEncoder().encode(character);
  return Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
}
