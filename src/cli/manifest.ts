/**
 * `solo5 manifest`: makes manifests for unikernel builds, and shows what an image
 * says about itself.
 *
 * @module
 */
import { ExitStatus } from "../contract/exit_status.ts";
import { OperatorError } from "../errors.ts";
import { queryAbi, queryManifest } from "../image/query.ts";
import { MANIFEST } from "./description/manifest.ts";
import { findJob, printUsage } from "./help.ts";
import { generateManifest, printQuery, STANDARD_STREAM } from "./manifest_files.ts";
import { readWords, wayOut } from "./words.ts";

/** What one of the jobs does, with the values of its flags. */
type Job = (file: string, flags: ReadonlyMap<string, string>) => Promise<void>;

/** The jobs; `description/manifest.ts` has what each takes. */
export const JOBS: Readonly<Record<string, Job>> = {
  generate(source, flags) {
    const output = flags.get("-o") ?? STANDARD_STREAM;
    return generateManifest({ source, output, dialect: "standard" });
  },
  show: (file) => printQuery(file, queryManifest),
  abi: (file) => printQuery(file, queryAbi),
};

/**
 * Runs one of the jobs.
 *
 * @param args what follows `manifest` on the command line
 * @throws {OperatorError} for another command line
 */
export async function manifest(args: readonly string[]): Promise<number> {
  const [word, ...rest] = args;
  if (word === "--help" || word === "-h") {
    printUsage(["manifest"]);
    return ExitStatus.SUCCESS;
  }
  const job = findJob(MANIFEST, word);
  const call = ["manifest", job.name];
  const { operands: [file], flags, help } = readWords(call, job, rest);
  if (help) printUsage(call);
  else if (file !== undefined) await JOBS[job.name]!(file, flags);
  else throw new OperatorError("command line", "no file given", wayOut(call, job));
  return ExitStatus.SUCCESS;
}
