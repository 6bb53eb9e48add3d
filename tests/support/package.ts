/**
 * The Debian package of the checkout, made by its task.
 *
 * @module
 */
import { ROOT } from "./checkout.ts";
import { compiledProgram } from "./compiled.ts";
import { program } from "./programs.ts";

/** What the task reads. */
const PARTS = [
  "CHANGELOG.md",
  "LICENSE",
  "deno.json",
  "deno.lock",
  "docs",
  "ffi",
  "scripts",
  "src",
  "tests/support",
];

/** When the packages of the tests say that they were made. */
export const PACKAGED_AT = 1_700_000_000;

/** What a run of the task came to. */
export interface Packaging {
  /** Its exit status. */
  readonly status: number;
  /** What it said. */
  readonly stdout: string;
  /** What it refused. */
  readonly stderr: string;
}

/** How a run of the task differs. */
export interface PackagingOptions {
  /** Variables on top of this process's. */
  readonly env?: Readonly<Record<string, string>>;
  /** A shell command around it, in which `"$@"` is the task. */
  readonly shell?: string;
}

/** Copies what the task reads into a folder, which need not exist. */
export async function copyCheckout(folder: string): Promise<void> {
  await Deno.mkdir(`${folder}/tests`, { recursive: true });
  for (const part of PARTS) {
    const { success } = await new Deno.Command("cp", {
      args: ["-r", ROOT + part, `${folder}/${part}`],
    }).output();
    if (!success) throw new Error(`${part} could not be copied`);
  }
}

/** The task as a command, in a copy of the checkout. */
export function packagingCommand(
  folder: string,
  args: readonly string[],
  options: PackagingOptions = {},
): Deno.Command {
  const flags = ["run", "--quiet", "--no-prompt", "-P=package", "scripts/package.ts"];
  const task = [Deno.execPath(), ...flags, ...args];
  const argv = options.shell === undefined
    ? task
    : ["sh", "-c", options.shell, "sh", ...task];
  return program(argv, {
    cwd: folder,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: {
      NO_COLOR: "1",
      SOURCE_DATE_EPOCH: String(PACKAGED_AT),
      // The least that xz can do: seconds instead of half a minute.
      DPKG_DEB_COMPRESSOR_LEVEL: "0",
      ...options.env,
    },
  });
}

/** Runs the task in a copy of the checkout, to its end. */
export async function packaging(
  folder: string,
  args: readonly string[],
  options: PackagingOptions = {},
): Promise<Packaging> {
  const { code, stdout, stderr } = await packagingCommand(folder, args, options).output();
  const text = new TextDecoder();
  return { status: code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

const made = new Map<number, Promise<string>>();

/**
 * Makes the package of a revision, once; returns its path. Each is made in a
 * folder of its own, in a copy of the checkout.
 */
export function packageOf(revision: number): Promise<string> {
  const known = made.get(revision) ?? make(revision);
  made.set(revision, known);
  return known;
}

async function make(revision: number): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "solo5-package-" });
  addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
  await copyCheckout(folder);
  const { status, stdout, stderr } = await packaging(folder, [
    `--program=${await compiledProgram()}`,
    `--revision=${revision}`,
  ]);
  if (status !== 0) throw new Error(stderr);
  return `${folder}/${stdout.split(":")[0]}`;
}
