/**
 * `solo5 manifest`: makes manifests for unikernel builds, and shows what an image
 * says about itself.
 *
 * @module
 */
import { ExitStatus } from "../contract/exit_status.ts";
import { OperatorError } from "../errors.ts";
import { queryAbi, queryManifest } from "../image/query.ts";
import type { ImageSource } from "../image/source.ts";
import { printUsage } from "./help.ts";
import { PROGRAM } from "./invocation.ts";
import { generateManifest, printQuery, STANDARD_STREAM } from "./manifest_files.ts";

/** What one of the jobs takes and does. */
interface Job {
  /** Its arguments, for messages. */
  readonly usage: string;
  /** Whether it takes `-o OUTPUT`. */
  readonly takesOutput: boolean;
  run(file: string, output: string): void;
}

function queryJob(query: (source: ImageSource) => string): Job {
  return {
    usage: "app.elf",
    takesOutput: false,
    run: (file) => printQuery(file, query),
  };
}

/** Described in `description/manifest.ts`. */
const JOBS: Readonly<Record<string, Job>> = {
  generate: {
    usage: "FILE.json [-o OUTPUT]",
    takesOutput: true,
    run: (source, output) => generateManifest({ source, output, dialect: "standard" }),
  },
  show: queryJob(queryManifest),
  abi: queryJob(queryAbi),
};

/**
 * Runs one of the jobs.
 *
 * @param args what follows `manifest` on the command line
 */
export function manifest(args: readonly string[]): number {
  const [word, ...rest] = args;
  if (word === "--help" || word === "-h") {
    printUsage(["manifest"]);
    return ExitStatus.SUCCESS;
  }
  if (word === undefined || !Object.hasOwn(JOBS, word)) {
    throw new OperatorError(
      word === undefined ? "command line" : `"${word}"`,
      word === undefined ? "no job given" : `is no job of ${PROGRAM} manifest`,
      `write ${PROGRAM} manifest generate FILE.json, or see ${PROGRAM} manifest --help`,
    );
  }
  const job = JOBS[word]!;
  const { file, output, help } = parse(word, job, rest);
  if (help) printUsage(["manifest", word]);
  else job.run(file, output);
  return ExitStatus.SUCCESS;
}

interface Arguments {
  readonly file: string;
  readonly output: string;
  readonly help: boolean;
}

function parse(word: string, job: Job, args: readonly string[]): Arguments {
  const refuse = (argument: string, problem: string): never => {
    const remedy = `write ${PROGRAM} manifest ${word} ${job.usage}`;
    throw new OperatorError(argument, problem, remedy);
  };
  let file: string | undefined, output: string | undefined;
  let options = true;
  for (let at = 0; at < args.length; at++) {
    const argument = args[at]!;
    if (options && argument === "--") options = false;
    else if (options && (argument === "--help" || argument === "-h")) {
      return { file: "", output: "", help: true };
    } else if (options && argument === "-o" && job.takesOutput) {
      if (output !== undefined) refuse("-o", "stands here twice");
      output = args[++at] ?? refuse("-o", "has no OUTPUT behind it");
    } else if (options && argument.startsWith("-") && argument !== STANDARD_STREAM) {
      refuse(`"${argument}"`, "is no option");
    } else if (file !== undefined) refuse(`"${argument}"`, "is one word too many");
    else file = argument;
  }
  return {
    file: file ?? refuse("command line", "no file given"),
    output: output ?? STANDARD_STREAM,
    help: false,
  };
}
