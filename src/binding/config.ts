/**
 * The config file of `solo5 run`: another way into the table of flags. Text in;
 * flags, image and arguments out, with everything that is wrong with them.
 *
 * @module
 */
import { suggest } from "../contract/suggest.ts";
import { type JsonValue, readJson, shortened, showJson } from "../image/json_text.ts";
import { isDeviceName, MOST_ENTRIES } from "../image/manifest.ts";
import { CONFIG_KEYS, type ConfigKey, takes } from "./config_keys.ts";
import type { FiledArguments, FiledFlag } from "./flags.ts";
import { isPath } from "./values.ts";

/** The most devices that a manifest may declare. */
const MOST_DEVICES = MOST_ENTRIES - 1;

/** The keys that stand for no flag. */
const OTHER_KEYS = ["$schema", "image", "arguments"] as const;

const KEYS: ReadonlyMap<string, ConfigKey> = new Map(
  CONFIG_KEYS.map((key) => [key.name, key]),
);

/** Names of files that have no folder of their own: what a shell or `/proc` passes. */
const WITHOUT_FOLDER = /^\/(dev|proc)\//;

/**
 * The folder that paths in a config file start from: the file's own.
 *
 * @param file path of the file
 * @returns "" for the current folder, else ending in `/`
 */
export function folderOf(file: string): string {
  if (WITHOUT_FOLDER.test(file)) return "";
  const folder = file.slice(0, file.lastIndexOf("/") + 1);
  // What begins with @ would be a descriptor's.
  return folder.startsWith("@") ? `./${folder}` : folder;
}

/**
 * Reads a config file's text.
 *
 * @param file path of the file, as the operator gave it
 * @throws {OperatorError} where it is no JSON, with line and column; all else that
 * is wrong is in `problems` and `flags`
 */
export function readConfig(file: string, text: string): FiledArguments {
  const root = readJson(file, text, "commented");
  const reading = new Reading(file);
  if (root.kind !== "object") {
    reading.problem(root, `the whole is ${showJson(root)}`, "write { … }");
    return reading;
  }
  for (const [key, value] of root.members) reading.member(key, value);
  return reading;
}

class Reading implements FiledArguments {
  image?: string;
  arguments?: readonly string[];
  readonly flags: FiledFlag[] = [];
  readonly problems: string[] = [];
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  member(name: string, value: JsonValue): void {
    const key = KEYS.get(name);
    if (key !== undefined) return this.#flag(key, value);
    switch (name) {
      case "$schema":
        if (value.kind !== "string") this.#bad(value, name, "give the schema's address");
        return;
      case "image":
        return this.#image(value);
      case "arguments":
        return this.#arguments(value);
    }
    const names = [...KEYS.keys(), ...OTHER_KEYS];
    const [word = ""] = name.replace(/^-+/, "").split(/[:=]/);
    // "memory" is long for a slip of "mem".
    const meant = suggest(word, names) ?? names.find((each) => word.startsWith(each));
    this.problem(
      value,
      `${quoted(name)} is no key`,
      meant === undefined
        ? `keys are ${OTHER_KEYS.join(", ")} and flags without their dashes`
        : `did you mean "${meant}"?`,
    );
  }

  /** Notes something that is wrong. */
  problem(value: JsonValue, what: string, remedy: string): void {
    this.problems.push(this.#sentence(value, what, remedy));
  }

  #sentence({ line }: JsonValue, what: string, remedy: string): string {
    return `${this.#file}:${line}: ${what} (${remedy})`;
  }

  #bad(value: JsonValue, path: string, remedy: string): void {
    this.problem(value, `${path} is ${showJson(value)}`, remedy);
  }

  #image(value: JsonValue): void {
    if (value.kind === "string" && isPath(value.text) && isText(value.text)) {
      this.image = this.#located(value.text);
    } else this.#bad(value, "image", "give the path of a unikernel");
  }

  #arguments(value: JsonValue): void {
    if (value.kind !== "list") {
      return this.#bad(value, "arguments", "give a list of strings");
    }
    const words = value.items.flatMap((item, index) => {
      if (item.kind === "string" && isText(item.text)) return [item.text];
      this.#bad(item, `arguments[${index}]`, "give a string");
      return [];
    });
    this.arguments = words;
  }

  #flag(key: ConfigKey, value: JsonValue): void {
    if (!key.flag.device) return this.#value(key, "", key.name, value);
    if (value.kind !== "object") {
      const remedy = `give { "DEVICE": … }, and for each ${key.flag.expected}`;
      return this.#bad(value, key.name, remedy);
    }
    if (value.members.size > MOST_DEVICES) {
      const what = `${key.name} has ${value.members.size} devices`;
      return this.problem(value, what, `a manifest has at most ${MOST_DEVICES}`);
    }
    for (const [device, member] of value.members) {
      if (isDeviceName(device)) {
        this.#value(key, device, `${key.name}.${device}`, member);
      } else {
        const what = `${quoted(device)} in ${key.name} is no device`;
        this.problem(member, what, "give its name in the manifest, or its position");
      }
    }
  }

  /** Adds a flag; whether its value is a good one is for the flag to say. */
  #value(key: ConfigKey, device: string, path: string, value: JsonValue): void {
    const { flag, schema, isPath } = key;
    const fits = (value.kind === "number" && takes(schema, "integer")) ||
      (value.kind === "string" && takes(schema, "string") && isText(value.text));
    const text = !fits
      ? undefined
      : isPath?.(value.text)
      ? this.#located(value.text)
      : value.text;
    const form = takes(schema, "string") ? "" : ", without quotes";
    const remedy = `give ${flag.expected}${value.kind === "string" ? form : ""}`;
    const complaint = this.#sentence(value, `${path} is ${showJson(value)}`, remedy);
    this.flags.push({ flag, device, value: text, complaint });
  }

  #located(path: string): string {
    return path.startsWith("/") ? path : folderOf(this.#file) + path;
  }
}

/**
 * Says whether a string has characters only, and bytes as `raw_text.ts` keeps
 * them: JSON can escape halves of characters that are neither.
 */
function isText(text: string): boolean {
  return !/[\ud800-\udc7f\udd00-\udfff]/u.test(text);
}

function quoted(key: string): string {
  return JSON.stringify(shortened(key));
}
