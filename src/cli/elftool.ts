/**
 * `solo5-elftool`: the command line of Solo5's own tool for manifests, for the
 * build rules and programs that call it.
 *
 * @module
 */
import { SystemCallError } from "../../ffi/errno.ts";
import { errorText } from "../../ffi/error_text.ts";
import { ExitStatus } from "../contract/exit_status.ts";
import { ImageError, OperatorError, printable } from "../errors.ts";
import { queryAbi, queryManifest } from "../image/query.ts";
import { ELFTOOL_COMMANDS } from "./description/elftool.ts";
import { generateManifest, printQuery } from "./manifest_files.ts";
import { describeEnd, printError, printErrorText, speakAs } from "./output.ts";
import { VERSION } from "./release.ts";

/** The name of Solo5's tool, where the program was not called by it. */
export const ELFTOOL = "solo5-elftool";

/** A command of that program. */
interface ElftoolCommand {
  /** How many words it takes; another number of them is no command line. */
  readonly operands: number;
  run(...operands: readonly string[]): Promise<void>;
}

/** The commands; `description/elftool.ts` has what each takes. */
export const ELFTOOL_JOBS: Readonly<Record<string, ElftoolCommand>> = {
  "gen-manifest": {
    operands: 2,
    run: (source = "", output = "") =>
      generateManifest({ source, output, dialect: "solo5" }),
  },
  "query-abi": { operands: 1, run: (file = "") => printQuery(file, queryAbi) },
  "query-manifest": { operands: 1, run: (file = "") => printQuery(file, queryManifest) },
};

/**
 * Runs as `solo5-elftool` does.
 *
 * @param name what the program was called, which messages begin with
 * @param args its arguments
 * @returns the exit status
 */
export async function elftool(
  name: string,
  args: readonly string[],
): Promise<number> {
  speakAs(name);
  try {
    if (await run(args)) return ExitStatus.SUCCESS;
    printErrorText(elftoolUsage(printable(name)));
  } catch (error) {
    printError(describeAsElftool(error, args));
  }
  return ExitStatus.OPERATOR;
}

/** Does what the arguments say; false where they say nothing. */
async function run([word = "", ...operands]: readonly string[]): Promise<boolean> {
  const job = Object.hasOwn(ELFTOOL_JOBS, word) ? ELFTOOL_JOBS[word] : undefined;
  if (operands.length !== job?.operands) return false;
  await job.run(...operands);
  return true;
}

/** What that program prints for every command line that it does not know. */
function elftoolUsage(name: string): string {
  const commands = ELFTOOL_COMMANDS.map((command) =>
    `    ${command.name} ${command.usage[0]}:\n        ${command.text}\n`
  );
  return `usage: ${name} COMMAND ...
${name} version ${VERSION}

COMMAND is:
${commands.join("")}`;
}

/** What that program says of an image, by the structure that is wrong. */
const IMAGE_SENTENCES: readonly (readonly [RegExp, string])[] = [
  [/ABI note/, "No Solo5 ABI information found in executable"],
  [/manifest note/, "No Solo5 manifest found in executable"],
  [/^manifest/, "Manifest validation failed"],
  [/./, "invalid executable"],
];

/** Says a failure in words that users of that program know, and the way out. */
function describeAsElftool(error: unknown, args: readonly string[]): string {
  if (error instanceof ImageError) {
    const { structure, found } = error.defect;
    const about = structure === "notes" ? found : structure;
    const words = IMAGE_SENTENCES.find(([pattern]) => pattern.test(about))![1];
    const file = printable(error.defect.file);
    return `${file}: ${words}${error.message.slice(file.length)}`;
  }
  if (error instanceof OperatorError && error.cause instanceof SystemCallError) {
    const { call, errno } = error.cause;
    const [command, source] = args;
    const purpose = command !== "gen-manifest"
      ? ""
      : error.thing === source
      ? " for reading"
      : " for writing";
    const reason = `${errorText(errno)}; ${error.remedy}`;
    if (call === "open") {
      return printable(`${error.thing}: Could not open${purpose}: ${reason}`);
    }
  }
  return describeEnd(error).sentence;
}
