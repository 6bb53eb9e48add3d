/**
 * A host whose KVM has the processor's help, emulated: `KVMHOST` names the
 * program that boots one, brings files and programs there, and runs a command.
 *
 * @module
 */
import { ROOT } from "./checkout.ts";
import { program } from "./programs.ts";

/** The program, or undefined where there is none. */
export const KVMHOST: string | undefined = Deno.env.get("KVMHOST");

/** The Deno that it brings along. */
const DENO = "2.9.6";

/** What to run there. */
export interface EmulatedRun {
  /** A folder that becomes the working directory. */
  readonly directory: string;
  /** Programs of this host that go along, with their libraries. */
  readonly programs: readonly string[];
  /** Memory of the host, in MiB. */
  readonly memoryMebibytes?: number;
  /** How long it may take. */
  readonly limitSeconds: number;
  /** What its shell is to run. */
  readonly script: string;
}

/** Runs a script there; returns its exit status and everything that it wrote. */
export async function runOnEmulatedHost(
  run: EmulatedRun,
): Promise<{ code: number; report: string }> {
  const { stdout, code } = await program([
    KVMHOST!,
    ...["-d", DENO, "-t", String(run.limitSeconds)],
    ...run.memoryMebibytes ? ["-m", String(run.memoryMebibytes)] : [],
    ...run.programs.flatMap((program) => ["-b", program]),
    ...[run.directory, "sh", "-c", run.script],
  ], {
    stdin: "null",
    stderr: "inherit",
  }).output();
  return { code, report: new TextDecoder().decode(stdout) };
}

/** Copies the checkout, without its history, into a new folder. */
export async function copyOfCheckout(): Promise<string> {
  const directory = await Deno.makeTempDir();
  for (const { name } of Deno.readDirSync(ROOT)) {
    if (name !== ".git") await copy(`${ROOT}${name}`, `${directory}/${name}`);
  }
  return directory;
}

/** Copies a file or folder to a name in a folder that is made for it. */
export async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(to.replace(/\/[^/]*$/, ""), { recursive: true });
  const { success } = await new Deno.Command("cp", { args: ["-r", from, to] }).output();
  if (!success) throw new Error(`cannot copy ${from} to ${to}`);
}
