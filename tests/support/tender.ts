/**
 * Running the real command line as a child process.
 *
 * @module
 */
import { tenderCommand, tenderEnvironment } from "./checkout.ts";
import { program } from "./programs.ts";
import { buildGuests, COMMITTED_GUESTS, hashSources } from "./guest_builder.ts";

/** bash where there is one: dash knows no descriptor above 9. */
const SHELL = exists("/bin/bash") ? "/bin/bash" : "sh";

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

/** What a finished child left. */
export interface Ended {
  /** Exit status. */
  readonly status: number;
  /** Signal that killed it, or null. */
  readonly signal: Deno.Signal | null;
  /** Standard output as bytes. */
  readonly bytes: Uint8Array;
  /** Standard output as text. */
  readonly stdout: string;
  /** Standard error as text. */
  readonly stderr: string;
}

/** Where a child runs. */
export interface TenderOptions {
  /** A copy of the checkout, ending in `/`. */
  readonly root?: string;
  /** Variables on top of this process's. */
  readonly env?: Record<string, string>;
  /** What it is called: a link of this name to the checkout's program. */
  readonly as?: string;
  /** A shell command around it, in which `"$@"` is the tender. */
  readonly shell?: string;
}

function command(args: readonly string[], options: TenderOptions): Deno.Command {
  const tender = [...called(options), ...args];
  const argv = options.shell === undefined
    ? tender
    : [SHELL, "-c", options.shell, "sh", ...tender];
  return program(argv, {
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { ...tenderEnvironment(), SOLO5_RUNTIME_DIR: FIGURES, ...options.env },
  });
}

const LINKS = Deno.makeTempDirSync({ prefix: "solo5-names-" });
addEventListener("unload", () => Deno.removeSync(LINKS, { recursive: true }));

/** Where the guests of these tests are counted: not among this user's own. */
export const FIGURES = `${LINKS}/figures`;

/** How the program is called, under a name of its own where one is asked for. */
export function called(options: Pick<TenderOptions, "root" | "as"> = {}): string[] {
  const command = tenderCommand(options.root);
  if (options.as === undefined) return command;
  const link = `${LINKS}/${options.as}`;
  if (!exists(link)) Deno.symlinkSync(command[0]!, link);
  return [link];
}

function ended(output: Deno.CommandOutput): Ended {
  const text = new TextDecoder();
  return {
    status: output.code,
    signal: output.signal,
    bytes: output.stdout,
    stdout: text.decode(output.stdout),
    stderr: text.decode(output.stderr),
  };
}

/** Runs `solo5 ARGS` to its end; one that does not end is killed. */
export async function tender(
  args: readonly string[],
  options: TenderOptions = {},
): Promise<Ended> {
  const child = command(args, options).spawn();
  const timer = setTimeout(() => child.kill("SIGKILL"), 120_000);
  try {
    return ended(await child.output());
  } finally {
    clearTimeout(timer);
  }
}

/** A tender that is running. */
export interface Running {
  /** The child. */
  readonly child: Deno.ChildProcess;
  /** Resolves when standard output has shown so much text. */
  sees(text: string): Promise<void>;
  /** The same of standard error; resolves with all that it has shown. */
  hears(text: string): Promise<string>;
  /** Waits for its end. */
  end(): Promise<Ended>;
}

/** Starts `solo5 ARGS` and leaves it running. */
export function start(args: readonly string[], options: TenderOptions = {}): Running {
  const child = command(args, options).spawn();
  const timer = setTimeout(() => child.kill("SIGKILL"), 120_000);
  const stdout = follow(child.stdout), stderr = follow(child.stderr);
  let over = false;
  const finished = child.status.finally(() => {
    over = true;
    clearTimeout(timer);
  });
  const shows = async (output: Output, text: string) => {
    while (!output.text().includes(text)) {
      if (over) throw new Error(`the tender ended: ${(await stderr.all).text}`);
      await Promise.race([output.more(), finished]);
    }
    return output.text();
  };
  return {
    child,
    sees: (text) => shows(stdout, text).then(() => {}),
    hears: (text) => shows(stderr, text),
    async end() {
      const status = await finished;
      const { bytes, text } = await stdout.all;
      return {
        status: status.code,
        signal: status.signal,
        bytes,
        stdout: text,
        stderr: (await stderr.all).text,
      };
    },
  };
}

/** What a child writes, as it comes. */
interface Output {
  /** So far. */
  text(): string;
  /** Resolves when there is more, or it is over. */
  more(): Promise<void>;
  /** In the end. */
  readonly all: Promise<{ readonly bytes: Uint8Array; readonly text: string }>;
}

function follow(stream: ReadableStream<Uint8Array>): Output {
  const chunks: Uint8Array[] = [];
  const decoder = new TextDecoder();
  let text = "";
  let wake = () => {};
  const reading = (async () => {
    for await (const chunk of stream) {
      chunks.push(chunk);
      text += decoder.decode(chunk, { stream: true });
      wake();
    }
    wake();
    const bytes = new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
    return { bytes, text: new TextDecoder().decode(bytes) };
  })();
  return {
    text: () => text,
    more: () => new Promise((resolve) => wake = resolve),
    all: reading,
  };
}

/**
 * The path of a guest. Built afresh where there is a compiler (once for each
 * state of the sources), else the committed file.
 */
export function guest(name: string): string {
  return `${guests}${name}.hvt`;
}

const guests = await freshGuests();

async function freshGuests(): Promise<string> {
  const given = Deno.env.get("SOLO5_GUESTS");
  if (given !== undefined) return given;
  if (!hasCompiler()) return COMMITTED_GUESTS.pathname;
  const base = Deno.env.get("TMPDIR") ?? "/tmp";
  const directory = `${base}/solo5-guests-${Deno.uid()}-${await hashSources()}/`;
  try {
    Deno.statSync(directory);
  } catch {
    const work = await Deno.makeTempDir({ dir: base });
    await buildGuests(work);
    // Whoever comes second finds the directory there.
    await Deno.rename(work, directory).catch(() =>
      Deno.remove(work, { recursive: true })
    );
  }
  return directory;
}

function hasCompiler(): boolean {
  try {
    return new Deno.Command("cc", { args: ["--version"], stdout: "null", stderr: "null" })
      .outputSync().success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
