/**
 * Laying out a package's files for `dpkg-deb`, and having it pack them.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { OperatorError } from "../../src/errors.ts";
import { foldersOf, type PackageFile } from "./contents.ts";
import { countedKib } from "./control.ts";

/** A folder with a package's files in it. */
export interface Tree {
  /** Its path. */
  readonly path: string;
  /** When everything in it was changed last, in seconds since 1970. */
  readonly time: number;
}

/** How much is read at once of a program. */
const CHUNK_BYTES = 1 << 20;

/** What {@link layOut} found while it wrote. */
export interface LaidOut {
  /** The text of `md5sums`. */
  readonly md5sums: string;
  /** What the files take when installed, in KiB. */
  readonly installedKib: number;
}

async function md5(path: string): Promise<string> {
  const hash = createHash("md5");
  using file = await Deno.open(path);
  const chunk = new Uint8Array(CHUNK_BYTES);
  for (;;) {
    const count = await file.read(chunk);
    if (count === null) return hash.digest("hex");
    hash.update(chunk.subarray(0, count));
  }
}

/** Writes a file with the permissions that it says, whatever the umask is. */
async function write(
  { path, time }: Tree,
  { path: name, mode, content }: PackageFile,
  program: string,
): Promise<number> {
  const target = `${path}/${name}`;
  if (content === "program") await Deno.copyFile(program, target);
  else await Deno.writeFile(target, content);
  await Deno.chmod(target, mode);
  await Deno.utime(target, time, time);
  return (await Deno.stat(target)).size;
}

/** Writes the files that are installed, with the folders around them. */
export async function layOut(
  tree: Tree,
  files: readonly PackageFile[],
  program: string,
): Promise<LaidOut> {
  const folders = foldersOf(files);
  for (const folder of folders) await Deno.mkdir(`${tree.path}/${folder}`);
  let installedKib = folders.length * countedKib(undefined);
  const sums: string[] = [];
  for (const file of files) {
    installedKib += countedKib(await write(tree, file, program));
    sums.push(`${await md5(`${tree.path}/${file.path}`)}  ${file.path}\n`);
  }
  return { md5sums: sums.join(""), installedKib };
}

/** Writes what dpkg itself reads, and gives every folder its mode and time. */
export async function addControl(
  tree: Tree,
  files: readonly PackageFile[],
  installed: readonly PackageFile[],
): Promise<void> {
  const folder = { ...tree, path: `${tree.path}/DEBIAN` };
  await Deno.mkdir(folder.path);
  for (const file of files) await write(folder, file, "");
  const folders = ["DEBIAN", ...foldersOf(installed)];
  for (const name of [...folders.toReversed(), "."]) {
    await Deno.chmod(`${tree.path}/${name}`, 0o755);
    await Deno.utime(`${tree.path}/${name}`, tree.time, tree.time);
  }
}

/**
 * Packs a tree, root's in the package whoever packs it.
 *
 * @param output the file that comes of it
 * @param signal ends it early
 * @throws {OperatorError} where `dpkg-deb` is missing or fails
 */
export async function pack(
  tree: Tree,
  output: string,
  signal: AbortSignal,
): Promise<void> {
  const { success, stderr } = await dpkgDeb(
    ["-Zxz", "--root-owner-group", "--build", tree.path, output],
    tree.time,
    signal,
  );
  if (success) return;
  const said = new TextDecoder().decode(stderr).trim().split("\n").at(-1) ?? "";
  throw new OperatorError(
    "dpkg-deb",
    `could not make the package (${said.replace(/^dpkg-deb: (error: )?/, "")})`,
    said.includes("No space left") ? "make room there" : "see whether this dpkg is whole",
  );
}

/** Sees that there is a `dpkg-deb`, before anything is written. */
export async function requireDpkgDeb(): Promise<void> {
  await dpkgDeb(["--version"], 0);
}

async function dpkgDeb(
  args: string[],
  time: number,
  signal?: AbortSignal,
): Promise<Deno.CommandOutput> {
  try {
    return await new Deno.Command("dpkg-deb", {
      args,
      env: { SOURCE_DATE_EPOCH: String(time), LC_ALL: "C" },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
      ...signal === undefined ? {} : { signal },
    }).output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new OperatorError(
      "dpkg-deb",
      "is missing, and makes the package",
      "apt-get install dpkg, or the package dpkg of this system",
    );
  }
}
