/**
 * `deno task package [--program=PATH] [--revision=N]`: makes a Debian package
 * from a built executable, in `dist/`.
 *
 * @module
 */
import { VERSION } from "../src/cli/release.ts";
import { OperatorError } from "../src/errors.ts";
import { documents } from "./documents.ts";
import { installedFiles, maintainerFiles, type Sources } from "./package/contents.ts";
import { controlFile, PACKAGE } from "./package/control.ts";
import {
  defaultProgram,
  maintainer,
  openProgram,
  requireVersion,
} from "./package/facts.ts";
import { type Options, parseOptions } from "./package/options.ts";
import { type Program, readProgram } from "./package/program.ts";
import { addControl, layOut, pack, requireDpkgDeb } from "./package/tree.ts";
import { debianVersion } from "./package/version.ts";
import { timeOfSource } from "./source.ts";
import { withWorkFolder } from "./work_folder.ts";

const FOLDER = "dist";

function readSources(): Sources {
  const read = (path: string) =>
    Deno.readTextFileSync(new URL(`../${path}`, import.meta.url));
  return {
    changelog: read("CHANGELOG.md"),
    license: read("LICENSE"),
    operators: read("docs/operators.md"),
    file: (name) => read(`scripts/package/files/${name}`),
  };
}

function examine(path: string): Program {
  using file = openProgram(path);
  return readProgram(file);
}

/** Makes the package in a folder of its own; returns what it is then called. */
async function makePackage(
  path: string,
  program: Program,
  options: Options,
  work: string,
  signal: AbortSignal,
): Promise<string> {
  const time = await timeOfSource();
  const version = debianVersion(VERSION, options.revision);
  const facts = {
    package: PACKAGE,
    version: VERSION,
    revision: options.revision,
    maintainer: maintainer(),
    time,
  };
  const sources = readSources();
  const texts = documents(VERSION, new Date(time * 1000));
  const files = installedFiles(sources, texts, facts);
  const tree = { path: `${work}/tree`, time };
  await Deno.mkdir(tree.path);
  const { md5sums, installedKib } = await layOut(tree, files, path);
  await requireVersion(VERSION, path, `${tree.path}/usr/bin`, program);
  const text = (name: string, content: string) => (
    { path: name, mode: 0o644, content: new TextEncoder().encode(content) }
  );
  await addControl(tree, [
    ...maintainerFiles(sources),
    text("control", controlFile({ ...facts, version, program, installedKib })),
    text("md5sums", md5sums),
  ], files);
  await pack(tree, `${work}/package.deb`, signal);
  const output = `${FOLDER}/${PACKAGE}_${version}_${program.architecture}.deb`;
  await Deno.rename(`${work}/package.deb`, output);
  return output;
}

/** What the operator reads of a failure; others are this task's own mistakes. */
function sentenceOf(error: unknown): string | undefined {
  if (error instanceof OperatorError) return error.message;
  const code = (error as { code?: unknown }).code;
  if (!(error instanceof Error) || typeof code !== "string") return undefined;
  return code === "ENOSPC"
    ? `${FOLDER}/: ${error.message}; make room there`
    : `${FOLDER}/: ${error.message}; see to it that files can be made there`;
}

function say(stream: typeof Deno.stdout, line: string): void {
  stream.writeSync(new TextEncoder().encode(`${line}\n`));
}

try {
  const options = parseOptions(Deno.args);
  const path = options.program ?? defaultProgram(VERSION);
  await requireDpkgDeb();
  const program = examine(path);
  const output = await withWorkFolder(
    FOLDER,
    ".package-",
    (work, signal) => makePackage(path, program, options, work, signal),
  );
  const { size } = await Deno.stat(output);
  say(Deno.stdout, `${output}: ${Math.ceil(size / 1024)} KiB`);
} catch (error) {
  const sentence = sentenceOf(error);
  if (sentence === undefined) throw error;
  say(Deno.stderr, `package: ${sentence}`);
  Deno.exit(1);
}
