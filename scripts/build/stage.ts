/**
 * The sources of a build, laid out so that the same commit gives the same bytes
 * wherever it is built: in folders of fixed names, with one time.
 *
 * @module
 */
import { lazyImports, releaseSource, withBundledThread, withModules } from "./sources.ts";

/** What the sources of a build are made from. */
export interface Choice {
  /** The checkout. */
  readonly root: URL;
  /** The modules that the program is to have. */
  readonly modules: readonly string[];
  /** What it is built from. */
  readonly commit: string | undefined;
}

/** The file that starts the program. */
export const ENTRY = "solo5";

/** The file of the network ring's thread. */
export const THREAD = "ring_worker";

const MAIN = "src/cli/main.ts";

/**
 * Writes the sources to a folder: the program's, and one that starts it.
 *
 * @returns the entries to bundle, relative to the folder
 */
export async function stageSources(
  folder: string,
  { root, modules, commit }: Choice,
): Promise<{ readonly program: string; readonly thread: string | undefined }> {
  const texts = new Map<string, string>();
  for (const part of ["src", "ffi"]) await readTree(root, part, texts);
  const change = (path: string, to: (text: string) => string) =>
    texts.set(path, to(texts.get(path)!));
  change("src/machine/parts.ts", (text) => withModules(text, modules));
  change("src/cli/release.ts", (text) => releaseSource(text, commit));
  change("src/modules/net/ring_thread.ts", withBundledThread);
  joinCore(texts);
  texts.set(
    `${ENTRY}.ts`,
    `import { main } from "./${MAIN}";\nawait main(Deno.args);\n`,
  );
  texts.set(`${THREAD}.ts`, 'import "./src/modules/net/ring_worker.ts";\n');
  for (const [path, text] of texts) {
    await Deno.mkdir(`${folder}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(`${folder}/${path}`, text);
  }
  const thread = modules.includes("net") ? `${THREAD}.ts` : undefined;
  return { program: `${ENTRY}.ts`, thread };
}

async function readTree(
  root: URL,
  path: string,
  texts: Map<string, string>,
): Promise<void> {
  for await (const entry of Deno.readDir(new URL(path, root))) {
    const inside = `${path}/${entry.name}`;
    if (entry.isDirectory) await readTree(root, inside, texts);
    else if (inside.endsWith(".ts")) {
      texts.set(inside, await Deno.readTextFile(new URL(inside, root)));
    }
  }
}

/**
 * Has what is loaded late import what is there by then: a bundler makes a file
 * of each set of modules that the same parts share, and so one of all that the
 * program has from its start, where it would make thirty.
 */
function joinCore(texts: Map<string, string>): void {
  const late = new Set<string>();
  for (const [path, text] of texts) {
    for (const specifier of lazyImports(text)) {
      late.add(new URL(specifier, `file:///${path}`).pathname.slice(1));
    }
  }
  for (const path of late) {
    const up = "../".repeat(path.split("/").length - 1);
    texts.set(path, `${texts.get(path)!}\nimport "${up}${MAIN}";\n`);
  }
}

/** Gives every file below a folder one time, in seconds since 1970. */
export async function setTimes(folder: string, time: number): Promise<void> {
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) await setTimes(path, time);
    await Deno.utime(path, time, time);
  }
}
