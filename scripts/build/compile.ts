/**
 * Bundles the sources and makes one executable of them, with this very Deno.
 *
 * @module
 */
import { OperatorError } from "../../src/errors.ts";
import { isRuntimeFor, type Target } from "./targets.ts";

/** The variable that names the runtime to put into the program (Deno's own). */
export const RUNTIME_VARIABLE = "DENORT_BIN";

/** As in `scripts/solo5`: see docs/decisions/0017-cold-start.md. */
const V8_FLAGS = "--no-lazy,--min-semi-space-size=2";

/**
 * No flag that looks for anything at run time: no questions, nothing from the
 * network or from npm, no cache of compiled code in a folder for everybody.
 */
const COMPILE = [
  "compile",
  "--quiet",
  "--no-check",
  "--no-config",
  "--no-lock",
  "--no-remote",
  "--no-npm",
  "--no-prompt",
  "--no-code-cache",
  "--deny-import",
  `--v8-flags=${V8_FLAGS}`,
];

const BUNDLE = [
  "bundle",
  "--quiet",
  "--no-config",
  "--no-lock",
  "--platform=deno",
  "--minify",
];

/** How a command ended. */
interface Ended {
  readonly success: boolean;
  /** What it said. */
  readonly text: string;
}

async function runDeno(
  args: readonly string[],
  cwd: string,
  signal: AbortSignal,
): Promise<Ended> {
  const { success, stderr } = await new Deno.Command("env", {
    args: ["NO_COLOR=1", Deno.execPath(), ...args],
    cwd,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    signal,
  }).output();
  return { success, text: new TextDecoder().decode(stderr).trim() };
}

/**
 * Bundles entries of a folder into another.
 *
 * @param split whether what is loaded late becomes files of its own
 * @param signal ends it early
 * @throws {OperatorError} where Deno does not do it
 */
export async function bundle(
  folder: string,
  entry: string,
  out: string,
  split: boolean,
  signal: AbortSignal,
): Promise<void> {
  const { success, text } = await runDeno(
    [...BUNDLE, ...split ? ["--code-splitting"] : [], "--outdir", out, entry],
    folder,
    signal,
  );
  if (success) return;
  throw new OperatorError(
    "deno bundle",
    `failed: ${reasonOf(text)}`,
    "it needs esbuild, which Deno fetches from npm once: run it where registry.npmjs.org can be reached, or with the DENO_DIR of a build there",
  );
}

/** Where Deno gets a target's runtime. */
export function runtimeAddress({ name }: Target): string {
  return `https://dl.deno.land/release/v${Deno.version.deno}/denort-${name}.zip`;
}

/**
 * Sees that the runtime that `DENORT_BIN` names is one for the target; Deno
 * takes whatever it is given.
 *
 * @param path the value of the variable
 * @throws {OperatorError} where it cannot be read, or is another machine's
 */
export async function requireRuntime(
  path: string,
  target: Target,
): Promise<Uint8Array<ArrayBuffer>> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await Deno.readFile(path);
  } catch (error) {
    throw new OperatorError(
      `${RUNTIME_VARIABLE}=${path}`,
      `cannot be read (${(error as Error).message})`,
      `unpack ${runtimeAddress(target)}, and name the denort that is in it`,
    );
  }
  if (isRuntimeFor(target, bytes)) return bytes;
  throw new OperatorError(
    `${RUNTIME_VARIABLE}=${path}`,
    `is no runtime for ${target.name}`,
    `unpack ${runtimeAddress(target)}, and name the denort that is in it`,
  );
}

/** What an executable is made of. */
export interface Program {
  readonly target: Target;
  /** Where the bundle is, and everything is done. */
  readonly folder: string;
  /** The file that starts it, in the folder. */
  readonly entry: string;
  /** Files that no `import` names. */
  readonly include: readonly string[];
  /** The file to write. */
  readonly output: string;
}

/**
 * Makes the executable.
 *
 * @param signal ends it early
 * @throws {OperatorError} where Deno does not do it
 */
export async function compile(program: Program, signal: AbortSignal): Promise<void> {
  const { target, folder, entry, include, output } = program;
  const { success, text } = await runDeno(
    [
      ...COMPILE,
      ...target.permissions,
      `--target=${target.name}`,
      ...include.map((file) => `--include=${file}`),
      `--output=${output}`,
      entry,
    ],
    folder,
    signal,
  );
  if (success) return;
  if (text.includes("No space left")) {
    throw new OperatorError(
      output,
      "has no room (ENOSPC)",
      "make room there, or give another folder with --out=DIR",
    );
  }
  const address = runtimeAddress(target);
  if (Deno.env.get(RUNTIME_VARIABLE) === undefined && text.includes("denort")) {
    throw new OperatorError(
      `denort-${target.name}.zip`,
      `the runtime that goes into the program cannot be had from ${address}`,
      `build where that can be reached, or bring the file, unpack it, and name the denort in it as ${RUNTIME_VARIABLE}`,
    );
  }
  throw new OperatorError(
    "deno compile",
    `failed: ${reasonOf(text)}`,
    "see what it says",
  );
}

/** The first line that a program that failed said, but for where in it that was. */
function reasonOf(text: string): string {
  const line = text.split("\n").map((each) => each.trim())
    .find((each) => each !== "" && !/^(Stack backtrace|\d+:|at )/.test(each));
  return line ?? "it does not say why";
}
