/**
 * `deno task build [--target=TARGET|all] [--modules=NAME,…] [--out=DIR]`: makes
 * one executable, and writes beside it what is in it and how it was made.
 *
 * @module
 */
import { pathToFileURL } from "node:url";
import { OperatorError } from "../src/errors.ts";
import { VERSION } from "../src/cli/release.ts";
import {
  bundle,
  compile,
  requireRuntime,
  RUNTIME_VARIABLE,
  runtimeAddress,
} from "./build/compile.ts";
import { type Options, parseOptions, releaseName } from "./build/options.ts";
import { modulesOf } from "./build/sources.ts";
import { ENTRY, setTimes, stageSources, THREAD } from "./build/stage.ts";
import { billOfMaterials, type Facts, provenance, sumsFile } from "./build/statements.ts";
import { libcSymbols } from "./build/symbols.ts";
import type { Target } from "./build/targets.ts";
import { findImports } from "../tests/support/import_rules.ts";
import { commitOfSource, ROOT, timeOfSource } from "./source.ts";
import { withWorkFolder } from "./work_folder.ts";

/** What every program of one call has in common. */
interface Source {
  /** Where the sources are bundled; made anew for each call. */
  readonly folder: string;
  /** The bundle, relative to the folder. */
  readonly bundle: string;
  readonly commit: string | undefined;
  readonly time: number;
  /** Every module that there is. */
  readonly allModules: readonly string[];
  readonly symbols: readonly string[];
}

/** Bundles the sources once; targets differ in the runtime alone. */
async function prepare(
  folder: string,
  allModules: readonly string[],
  modules: readonly string[],
  signal: AbortSignal,
): Promise<Source> {
  const [commit, time] = [await commitOfSource(), await timeOfSource()];
  const staged = `${folder}/source`, bundled = `${folder}/${ENTRY}`;
  const { program, thread } = await stageSources(staged, { root: ROOT, modules, commit });
  await bundle(staged, program, bundled, true, signal);
  if (thread !== undefined) await bundle(staged, thread, bundled, false, signal);
  await setTimes(bundled, time);
  const sources = await readSources(staged, [program, thread]);
  return {
    folder,
    bundle: ENTRY,
    commit,
    time,
    allModules,
    symbols: libcSymbols(sources),
  };
}

/** The texts of what entries import, at once or late. */
async function readSources(
  folder: string,
  entries: readonly (string | undefined)[],
): Promise<string[]> {
  const seen = new Map<string, string>();
  const read = async (url: URL): Promise<void> => {
    if (seen.has(url.href)) return;
    const text = await Deno.readTextFile(url);
    seen.set(url.href, text);
    for (const { specifier } of findImports(text)) await read(new URL(specifier, url));
  };
  const root = pathToFileURL(`${folder}/`);
  for (const entry of entries) if (entry !== undefined) await read(new URL(entry, root));
  return [...seen.values()];
}

/** The runtime that the environment names, if any; it has to be every target's. */
async function givenRuntime(
  targets: readonly Target[],
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const path = Deno.env.get(RUNTIME_VARIABLE);
  let runtime: Uint8Array<ArrayBuffer> | undefined;
  for (const target of path === undefined ? [] : targets) {
    runtime = await requireRuntime(path!, target);
  }
  return runtime;
}

/** Makes one target's program and what goes with it, as files of a folder. */
async function make(
  source: Source,
  target: Target,
  { modules }: Options,
  runtime: Uint8Array<ArrayBuffer> | undefined,
  out: string,
  signal: AbortSignal,
): Promise<string> {
  // The program's own name goes into the file: it is the same for all.
  const output = `${out}/program/solo5${target.suffix}`;
  await Deno.mkdir(`${out}/program`, { recursive: true });
  await compile({
    target,
    folder: source.folder,
    entry: `${source.bundle}/${ENTRY}.js`,
    include: modules.includes("net") ? [`${source.bundle}/${THREAD}.js`] : [],
    output,
  }, signal);
  const said = target.name === Deno.build.target
    ? await askProgram(output, target)
    : undefined;
  const file = releaseName(VERSION, modules, source.allModules, target);
  const bytes = await Deno.readFile(output);
  const { deno, v8, typescript } = Deno.version;
  const facts: Facts = {
    file,
    sha256: await sha256(bytes),
    bytes: bytes.length,
    version: VERSION,
    target: target.name,
    modules: ["core", ...modules],
    symbols: target.permissions.includes("--allow-ffi") ? source.symbols : [],
    commit: source.commit,
    time: source.time,
    runtime: {
      version: said ?? (runtime === undefined ? deno : undefined),
      sha256: runtime && await sha256(runtime),
    },
    tools: { deno, v8, typescript },
    command: ["deno", "task", "build", `--target=${target.name}`, `--modules=${modules}`],
  };
  await Deno.rename(output, `${out}/${file}`);
  await Deno.writeTextFile(`${out}/${file}.cdx.json`, billOfMaterials(facts));
  await Deno.writeTextFile(`${out}/${file}.provenance.json`, provenance(facts));
  return file;
}

/**
 * Has a program of this machine's say which runtime it has.
 *
 * @throws {OperatorError} where it does not run
 */
async function askProgram(path: string, target: Target): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("env", {
    args: ["-i", "NO_COLOR=1", path, "version", "--json"],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = new TextDecoder();
  if (success) return JSON.parse(text.decode(stdout)).runtime.version;
  const [line = ""] = text.decode(stderr).split("\n");
  throw new OperatorError(
    Deno.env.get(RUNTIME_VARIABLE) ?? target.name,
    `a program with this runtime does not run when Deno ${Deno.version.deno} has made it (${line})`,
    `give the runtime of ${
      runtimeAddress(target)
    }, or build with the Deno that this one belongs to`,
  );
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** Moves finished files to where they belong, the sums last. */
async function publish(
  from: string,
  out: string,
  files: readonly string[],
): Promise<void> {
  const names = files.flatMap((file) => [
    file,
    `${file}.cdx.json`,
    `${file}.provenance.json`,
  ]);
  const sums = new Map<string, string>();
  for (const name of names) {
    sums.set(name, await sha256(await Deno.readFile(`${from}/${name}`)));
  }
  const there = new Set(Array.from(Deno.readDirSync(out), ({ name }) => name));
  const earlier = await Deno.readTextFile(`${out}/SHA256SUMS`).catch(() => "");
  await Deno.writeTextFile(`${from}/SHA256SUMS`, sumsFile(earlier, there, sums));
  for (const name of [...names, "SHA256SUMS"]) {
    await Deno.rename(`${from}/${name}`, `${out}/${name}`);
  }
}

async function build(args: readonly string[]): Promise<void> {
  const table = await Deno.readTextFile(new URL("src/machine/parts.ts", ROOT));
  const allModules = modulesOf(table);
  const options = parseOptions(args, allModules, Deno.build.target);
  const runtime = await givenRuntime(options.targets);
  const files: string[] = [];
  await withWorkFolder(options.out, ".build-", async (folder, signal) => {
    const source = await prepare(folder, allModules, options.modules, signal);
    const made = `${folder}/made`;
    for (const target of options.targets) {
      files.push(await make(source, target, options, runtime, made, signal));
    }
    await publish(made, options.out, files);
  });
  for (const file of files) say(Deno.stdout, `${options.out}/${file}\n`);
}

function say(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  stream.writeSync(new TextEncoder().encode(text));
}

/** What whoever builds reads of a failure; others are this task's own mistakes. */
function sentenceOf(error: unknown): string | undefined {
  if (error instanceof OperatorError) return error.message;
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return `${error.message}; make room, or give a folder that can be written with --out=DIR`;
}

if (import.meta.main) {
  try {
    await build(Deno.args);
  } catch (error) {
    const sentence = sentenceOf(error);
    if (sentence === undefined) throw error;
    say(Deno.stderr, `build: ${sentence}\n`);
    Deno.exit(1);
  }
}
