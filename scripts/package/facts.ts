/**
 * What a package is made of, and by whom: asked of the program and of the
 * environment.
 *
 * @module
 */
import { OperatorError } from "../../src/errors.ts";
import type { Bytes, Program } from "./program.ts";

/** Who made a package, where `DEBFULLNAME` and `DEBEMAIL` do not say. */
const MAINTAINER = {
  name: "the solo5 for Deno authors",
  address: "solo5-deno@packages.invalid",
};

/** Machines as Deno calls them, and as Debian does. */
const HOST: Readonly<Record<string, Program["architecture"]>> = {
  x86_64: "amd64",
  aarch64: "arm64",
};

/** The build of a version for this machine's architecture, under Linux. */
export function defaultProgram(version: string): string {
  return `dist/solo5-${version}-${Deno.build.arch}-unknown-linux-gnu`;
}

/**
 * Opens a program's file for reading at offsets.
 *
 * @throws {OperatorError} where it cannot be read
 */
export function openProgram(path: string): Bytes & Disposable {
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path);
    if (!file.statSync().isFile) throw new Error("it is no regular file");
  } catch (error) {
    const missing = error instanceof Deno.errors.NotFound;
    throw new OperatorError(
      path,
      missing ? "there is no such file" : `cannot be read (${(error as Error).message})`,
      "make it with deno task build, or give another with --program=PATH",
    );
  }
  return {
    name: path,
    read(offset, length) {
      const bytes = new Uint8Array(length);
      file.seekSync(offset, Deno.SeekMode.Start);
      let filled = 0;
      while (filled < length) {
        const count = file.readSync(bytes.subarray(filled));
        if (count === null) break;
        filled += count;
      }
      return bytes.subarray(0, filled);
    },
    [Symbol.dispose]: () => file.close(),
  };
}

/**
 * Sees that a program is this checkout's version: what is installed with it is
 * made from the checkout. It is asked itself where this machine can run it, and
 * otherwise has to have its version in its name, as `deno task build` writes it.
 *
 * @param path the program, as it is called in messages
 * @param folder a folder that it was copied to, as `solo5`
 * @throws {OperatorError} where it is another version, or does not say
 */
export async function requireVersion(
  version: string,
  path: string,
  folder: string,
  { architecture }: Program,
): Promise<void> {
  const runs = Deno.build.os === "linux" && HOST[Deno.build.arch] === architecture;
  const found = runs ? await askVersion(path, folder) : versionInName(path);
  if (found === version) return;
  throw new OperatorError(
    path,
    `is version ${found}, and this checkout is ${version}`,
    "build it from this checkout, or check out its version",
  );
}

async function askVersion(path: string, folder: string): Promise<string> {
  // By a path without "=", which env would take for a variable.
  const { code, stdout, stderr } = await new Deno.Command("env", {
    args: ["./solo5", "version"],
    cwd: folder,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = new TextDecoder();
  const [, version] = /^solo5 (\d\S*)/.exec(text.decode(stdout)) ?? [];
  if (code === 0 && version !== undefined) return version;
  const said = text.decode(stderr).trim().split("\n")[0] ?? "";
  throw new OperatorError(
    path,
    `does not say its version (status ${code}${said === "" ? "" : `, ${said}`})`,
    "give a program that deno task build made",
  );
}

function versionInName(path: string): string {
  const [, version] = /(?:^|\/)solo5-(\d.*?)-(?:x86_64|aarch64)[^/]*$/.exec(path) ?? [];
  if (version !== undefined) return version;
  throw new OperatorError(
    path,
    "is for another machine than this one, which cannot ask for its version",
    "leave it the name that deno task build gave it, solo5-VERSION-TARGET",
  );
}

/**
 * Says who makes the package, as Debian's tools do.
 *
 * @throws {OperatorError} for a name or an address that no control file may have
 */
export function maintainer(): string {
  const name = Deno.env.get("DEBFULLNAME") ?? MAINTAINER.name;
  const address = Deno.env.get("DEBEMAIL") ?? MAINTAINER.address;
  const refuse = (variable: string, what: string, remedy: string) => {
    throw new OperatorError(variable, what, remedy);
  };
  if (!/^[^\p{Cc}<>,]+$/u.test(name)) {
    refuse(`DEBFULLNAME=${name}`, "is not a person's name", "give one without , < and >");
  }
  if (!/^[^\s<>,@]+@[^\s<>,@]+$/.test(address)) {
    refuse(`DEBEMAIL=${address}`, "is not an address", "give name@host alone");
  }
  return `${name} <${address}>`;
}
