/**
 * Runs `sealed_process.ts`: a process that seals itself and takes a path.
 *
 * @module
 */
import { ROOT } from "./checkout.ts";
import type { Cut } from "./policy_cut.ts";
import { program } from "./programs.ts";
import type { SealedPath } from "./sealed_paths.ts";

/** What the process is asked to do: its only argument, as JSON. */
export interface SealedTask {
  /** The path that it takes. */
  readonly path: SealedPath;
  /** What its policy lacks. */
  readonly cut?: Cut;
}

/** How the process ended. */
export interface SealedEnd {
  /** Its exit status. */
  readonly status: number;
  /** The signal that killed it. */
  readonly signal: Deno.Signal | null;
  /** What it said. */
  readonly stderr: string;
}

/** What `scripts/solo5` gives the tender. */
const DENO_FLAGS = [
  "--quiet",
  "--no-prompt",
  "--no-config",
  "--no-lock",
  "--no-remote",
  "--no-npm",
  "--no-check",
  "--v8-flags=--no-lazy,--min-semi-space-size=2",
  `--allow-read=${ROOT}`,
  "--allow-ffi",
];

/** A process that a program of the tests' own runs in, as the tender's does. */
export function likeTender(file: string, ...args: readonly string[]): string[] {
  return [Deno.execPath(), "run", ...DENO_FLAGS, `${ROOT}tests/support/${file}`, ...args];
}

const SIGNAL = ["SIGALRM"] as const, STOP = ["SIGSTOP", "SIGCONT"] as const;

/** How long the process stays stopped where it waits, in milliseconds. */
const STOPPED_MS = 10;

/**
 * Runs the process to its end. Where it says that it waits, it is stopped for a
 * moment, or gets a signal where its path is that.
 *
 * @param hear takes all that it has said so far, with its pid
 */
export async function runSealed(
  task: SealedTask,
  hear: (stderr: string, pid: number) => void = () => {},
): Promise<SealedEnd> {
  const child = program(likeTender("sealed_process.ts", JSON.stringify(task)), {
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    env: task.path === "the linker speaks" ? { LD_DEBUG: "libs" } : {},
  }).spawn();
  const timer = setTimeout(() => child.kill("SIGKILL"), 20_000);
  let stderr = "";
  for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
    stderr += text;
    hear(stderr, child.pid);
    if (!text.includes("waiting\n")) continue;
    for (const signal of task.path === "a signal" ? SIGNAL : STOP) {
      await pause();
      // It may be dead.
      try {
        child.kill(signal);
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
      }
    }
  }
  const { code, signal } = await child.status;
  clearTimeout(timer);
  return { status: code, signal, stderr };
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, STOPPED_MS));
}
