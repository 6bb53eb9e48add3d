/**
 * The program as one executable, as `deno task build` makes it, with the runtime
 * that `DENORT_BIN` names.
 *
 * @module
 */
import { ROOT } from "./checkout.ts";

/** A compiler whose executables that runtime reads (2.9 has a newer format). */
export const COMPILER = "deno@2.8.3";

/** How a build is called. */
export interface BuildCall {
  /** The checkout; this one where not given. */
  readonly root?: string;
  /** Before the task's own command: `unshare`, `env`. */
  readonly before?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** How a build ended. */
export interface Built {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Calls the task, with the permissions that it has. */
export async function callBuild(
  args: readonly string[],
  { root = ROOT, before = [], env = {} }: BuildCall = {},
): Promise<Built> {
  const words = [
    ...before,
    // Other tests may have left this process without a network by now.
    ...[
      "npx",
      "-y",
      "--prefer-offline",
      "--loglevel=error",
      COMPILER,
      "run",
      "--quiet",
      "--no-prompt",
    ],
    ...["-P=build", "scripts/build.ts"],
    ...args,
  ];
  const { code, stdout, stderr } = await new Deno.Command(words[0]!, {
    args: words.slice(1),
    cwd: root,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = new TextDecoder();
  return { status: code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

const programs = new Map<string | undefined, Promise<string>>();

/**
 * Builds the checkout, once for each choice of modules; returns the executable's
 * path.
 *
 * @param modules as `--modules=` has them; all where not given
 */
export function compiledProgram(modules?: string): Promise<string> {
  const known = programs.get(modules);
  if (known !== undefined) return known;
  const program = compile(modules);
  programs.set(modules, program);
  return program;
}

async function compile(modules: string | undefined): Promise<string> {
  const directory = await Deno.makeTempDir();
  addEventListener("unload", () => Deno.removeSync(directory, { recursive: true }));
  await Deno.chmod(directory, 0o755);
  const choice = modules === undefined ? [] : [`--modules=${modules}`];
  const { status, stdout, stderr } = await callBuild([`--out=${directory}`, ...choice]);
  if (status !== 0) throw new Error(stderr);
  return stdout.trim();
}
