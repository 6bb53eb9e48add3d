/**
 * `--config=FILE` and `--print-config`: a command line from a file, and to one.
 * Loaded only where one of them is given.
 *
 * @module
 */
import { currentFolderPath } from "../../ffi/current_folder.ts";
import { readWholeFile } from "../../ffi/whole_files.ts";
import { readConfig } from "../binding/config.ts";
import { isUndecided, withoutReplaced } from "../binding/config_merge.ts";
import { configText, oddDevices, wordsOf } from "../binding/config_text.ts";
import {
  type FiledArguments,
  type Hint,
  parseRunArguments,
  type RunArguments,
} from "../binding/flags.ts";
import { decodeRaw, encodeRaw } from "../contract/raw_text.ts";
import { OperatorError } from "../errors.ts";
import { readImage } from "../image/image.ts";
import type { ManifestDevice } from "../image/manifest.ts";
import { openImageFile } from "../machine/image_file.ts";
import { PROGRAM } from "./invocation.ts";
import { printText } from "./output.ts";
import { readText } from "./text_file.ts";

/** A command line, completed from a file. */
export interface Completed {
  /** What both ask for. */
  readonly run: RunArguments;
  /** The words of a command line that needs no file. */
  readonly words: readonly string[];
}

/**
 * Completes a command line from the config file that it names.
 *
 * @param file path of the file
 * @param first the command line without it, for what is wrong there
 * @param words the command line
 * @param hint what to say of a flag that is not known
 * @throws {OperatorError} when the file cannot be read or is no JSON, and where
 * neither names a unikernel; everything else that is wrong is in the request
 * @throws {ImageError} where a flag and the file may speak of one device, and the
 * unikernel that decides is none
 */
export function completeFromFile(
  file: string,
  first: RunArguments,
  words: readonly string[],
  hint?: Hint,
): Completed {
  const filed = readFile(file, first.request.problems ?? []);
  let run = parseRunArguments(words, filed, hint);
  if (run.image !== undefined && isUndecided(first.given, filed)) {
    const devices = devicesOf(run.image);
    const rest = withoutReplaced(first.given, filed, devices);
    run = parseRunArguments(words, rest, hint);
  }
  if (run.image === undefined && !run.printConfig && run.request.problems?.length === 0) {
    throw new OperatorError(
      file,
      "names no unikernel",
      `add "image", or write ${PROGRAM} run app.elf --config=${file}`,
    );
  }
  return { run, words: wordsOf(run) };
}

function devicesOf(path: string): readonly ManifestDevice[] {
  const { source, manifest } = readImage(openImageFile(path));
  source.close();
  return manifest.devices;
}

function readFile(file: string, problems: readonly string[]): FiledArguments {
  try {
    const path = encodeRaw(file);
    const text = readText(file, "config file", (most) => readWholeFile(path, most));
    return readConfig(file, text);
  } catch (error) {
    if (!(error instanceof OperatorError) || problems.length === 0) throw error;
    const { thing, problem, remedy } = error;
    throw refused([...problems, `${thing}: ${problem} (${remedy})`]);
  }
}

function refused(problems: readonly string[]): OperatorError {
  return new OperatorError(
    "command line",
    problems.join("; "),
    `see ${PROGRAM} run --help`,
  );
}

/**
 * Prints the config file that stands for a command line.
 *
 * @throws {OperatorError} for everything that is wrong with it
 */
export function printConfig(run: RunArguments): void {
  const problems = [...run.request.problems ?? [], ...oddDevices(run)];
  if (problems.length > 0) throw refused(problems);
  printText(configText(run, currentFolder));
}

function currentFolder(): string {
  const path = currentFolderPath();
  if (path !== undefined) return decodeRaw(path);
  throw new OperatorError(
    "current directory",
    "has no path that relative ones could start from",
    "change to one that exists, or give absolute paths",
  );
}
