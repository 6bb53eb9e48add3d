/**
 * The task's options. Pure.
 *
 * @module
 */
import { OperatorError } from "../../src/errors.ts";
import { type Target, TARGETS } from "./targets.ts";

/** What the task is asked to do. */
export interface Options {
  /** What for. */
  readonly targets: readonly Target[];
  /** The modules that the program is to have, in the order of the table. */
  readonly modules: readonly string[];
  /** The folder to write to. */
  readonly out: string;
}

const USAGE =
  "usage: deno task build [--target=TARGET|all] [--modules=NAME,…] [--out=DIR]";

/**
 * Reads the arguments; of repeated options the last wins.
 *
 * @param modules every module that there is
 * @param host the target of this machine
 * @throws {OperatorError} for what is no option or has no such value
 */
export function parseOptions(
  args: readonly string[],
  modules: readonly string[],
  host: string,
): Options {
  let targets = [findTarget(host)], chosen = modules, out = "dist";
  for (const arg of args) {
    const [, name, value = ""] = /^--(target|modules|out)=(.*)$/s.exec(arg) ?? [];
    if (name === "target") targets = value === "all" ? [...TARGETS] : [findTarget(value)];
    else if (name === "modules") chosen = chooseModules(value, modules);
    else if (name === "out" && value !== "") out = value;
    else throw new OperatorError(arg, "is not an option of this task", USAGE);
  }
  return { targets, modules: chosen, out };
}

function findTarget(name: string): Target {
  const target = TARGETS.find((each) => each.name === name);
  if (target !== undefined) return target;
  const names = TARGETS.map((each) => each.name).join(", ");
  throw new OperatorError(`target "${name}"`, "is not known", `give one of ${names}`);
}

function chooseModules(text: string, modules: readonly string[]): readonly string[] {
  const words = text === "" ? [] : text.split(",");
  const unknown = words.find((word) => !modules.includes(word));
  if (unknown === undefined) return modules.filter((name) => words.includes(name));
  throw new OperatorError(
    `--modules=${text}`,
    `there is no module "${unknown}"`,
    `give some of ${modules.join(",")}, or none`,
  );
}

/**
 * What a program of these modules is called: with all of them `solo5-VERSION`,
 * else with the chosen ones behind the version (semver 2, clause 10).
 *
 * @param modules the chosen ones
 * @param all every module that there is
 */
export function releaseName(
  version: string,
  modules: readonly string[],
  all: readonly string[],
  target: Target,
): string {
  const choice = modules.length === all.length
    ? ""
    : `+${["core", ...modules].join(".")}`;
  return `solo5-${version}${choice}-${target.name}${target.suffix}`;
}
