/**
 * The processes that the task starts: none outlives it.
 *
 * @module
 */
import { kill, type SignalName } from "../../tests/support/kill.ts";
import { program } from "../../tests/support/programs.ts";

/** What to kill of that which was started: a process, or negative a group. */
const started = new Set<number>();

/** What there is to kill. */
export interface Reach {
  /** Whether the process leads a group (`setsid`), all of which is meant. */
  readonly group?: boolean;
}

/** A process that was started. */
export interface Started {
  /** The process. */
  readonly child: Deno.ChildProcess;
  /** Sends it a signal, if it still runs. */
  signal(name: SignalName): void;
}

/** Starts a process with a pipe for each output. */
export function start(
  argv: readonly string[],
  options: { cwd?: string; env?: Record<string, string> } & Reach = {},
): Started {
  const child = command(argv, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const target = options.group ? -child.pid : child.pid;
  started.add(target);
  // A group may outlive its leader: its target stays until it is killed.
  if (!options.group) child.status.then(() => started.delete(target));
  return { child, signal: (name) => send(target, name) };
}

function send(target: number, name: SignalName): void {
  if (!started.has(target)) return;
  if (name === "SIGKILL") started.delete(target);
  kill(target, name);
}

/** Kills what was started and still runs. */
export function killAll(): void {
  for (const target of [...started]) send(target, "SIGKILL");
}

/** Splits what a process writes into lines, without their ends. */
export async function* linesOf(stream: ReadableStream<BufferSource>) {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== "") yield rest;
}

/** Whether a program can be called and ends well. */
export function succeeds(argv: readonly string[]): boolean {
  try {
    return command(argv, {
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).outputSync().success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** What is called by its name is among the permissions, what has a path is not. */
function command(argv: readonly string[], options: Deno.CommandOptions): Deno.Command {
  const [name, ...args] = argv;
  return name!.includes("/")
    ? program(argv, options)
    : new Deno.Command(name!, { ...options, args });
}
