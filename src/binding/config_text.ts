/**
 * A command line of `solo5 run` written down: as a config file, or as words that
 * need none.
 *
 * @module
 */
import { isDeviceName } from "../image/manifest.ts";
import { CONFIG_KEYS, type ConfigKey, takes } from "./config_keys.ts";
import type { GivenFlag, RunArguments } from "./flags.ts";

/**
 * Says which flags name a device as no manifest can, and no config file does.
 *
 * @returns what is wrong, each with the way out
 */
export function oddDevices({ given }: RunArguments): string[] {
  return given.flatMap(({ flag, device }) =>
    !flag.device || isDeviceName(device) ? [] : [
      `${flag.name}:${device} names no device (give its name in the manifest, or its position)`,
    ]
  );
}

/**
 * Writes the config file that stands for a command line without mistakes. Read
 * from any folder, it asks for the same: its paths are absolute.
 *
 * @param currentFolder gives the absolute path that relative ones start from
 */
export function configText(run: RunArguments, currentFolder: () => string): string {
  const absolute = (path: string) => {
    if (path.startsWith("/")) return path;
    const folder = currentFolder();
    return `${folder}${folder.endsWith("/") ? "" : "/"}${path.replace(/^(\.\/+)+/, "")}`;
  };
  const flags = CONFIG_KEYS.flatMap((key) => {
    const given = run.given.filter(({ flag }) => flag === key.flag);
    if (given.length === 0) return [];
    const values = given.map((each) => [each.device, valueOf(key, each, absolute)]);
    return [[key.name, key.flag.device ? Object.fromEntries(values) : values[0]![1]]];
  });
  const words = run.request.arguments ?? [];
  const text = JSON.stringify(
    {
      ...(run.image === undefined ? {} : { image: absolute(run.image) }),
      ...Object.fromEntries(flags),
      ...(words.length === 0 ? {} : { arguments: words }),
    },
    null,
    2,
  );
  return `${escapeUnseen(text)}\n`;
}

function valueOf(
  { schema, isPath }: ConfigKey,
  { value }: GivenFlag,
  absolute: (path: string) => string,
): string | number {
  if (takes(schema, "integer") && /^[0-9]+$/.test(value)) return Number(value);
  return isPath?.(value) ? absolute(value) : value;
}

/**
 * Escapes in JSON's way what shows nothing, or turns the writing's direction, in a
 * text where such characters stand in strings only, but for line feeds.
 */
function escapeUnseen(text: string): string {
  return text.replace(/[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from(
      { length: character.length },
      (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`,
    ).join(""));
}

/** Words that ask for the same as a command line and its config file. */
export function wordsOf(run: RunArguments): string[] {
  const flags = run.given
    .filter(({ flag }) => CONFIG_KEYS.some((key) => key.flag === flag))
    .map(({ flag, device, value }) =>
      `${flag.name}${flag.device ? `:${device}` : ""}=${value}`
    );
  const image = run.image === undefined ? [] : [run.image];
  return [...flags, "--", ...image, ...run.request.arguments ?? []];
}
