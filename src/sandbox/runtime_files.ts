/**
 * The files that the program needs of the host to start once more. Pure.
 *
 * @module
 */

/** What may be done with a file: reading, running it as well, and with a folder that below it. */
export type FileUse = "read" | "run";

/** A file or folder that a start needs. */
export interface RuntimeFile {
  /** Its path, from `/`. */
  readonly path: string;
  /** What for. */
  readonly use: FileUse;
}

/** What this start says of the next. */
export interface Start {
  /** `/proc/self/maps`: what the runtime has mapped. */
  readonly maps: string;
  /** The first module, as a path; undefined in a compiled program, which has all inside. */
  readonly module: string | undefined;
  /** Where the runtime has its cache; undefined where nowhere. */
  readonly cache: string | undefined;
}

/**
 * What a start may read beside the program: the loader's index, random numbers,
 * its own arguments, and where its stack is.
 */
const ALWAYS = [
  "/etc/ld.so.cache",
  "/dev/urandom",
  "/proc/self/cmdline",
  "/proc/self/maps",
];

/** What lies beside the first module and is the program's. */
const PARTS = ["src", "ffi"];

/** Lists the files that a start reads or runs; some may not exist. */
export function runtimeFiles({ maps, module, cache }: Start): RuntimeFile[] {
  const folder = module?.slice(0, module.lastIndexOf("/"));
  const read = [
    ...ALWAYS,
    ...module === undefined ? [] : [module, ...PARTS.map((part) => `${folder}/${part}`)],
    ...cache === undefined ? [] : [cache],
  ];
  return [
    ...programFiles(maps).map((path): RuntimeFile => ({ path, use: "run" })),
    ...read.map((path): RuntimeFile => ({ path, use: "read" })),
  ];
}

/** The files that are mapped to be executed: the program, the loader, the libraries. */
export function programFiles(maps: string): string[] {
  const lines = maps.matchAll(/^\S+ ..x. \S+ \S+ \d+ +(\/.*)$/gm);
  return [...new Set([...lines].map(([, path]) => path!))];
}

/**
 * What a root folder of its own has in it beside these: the folders in which the
 * loader looks, whatever links lead there, and `/proc`, by which a program finds
 * itself. (What may be opened there is Landlock's.)
 */
const LOADER = ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/proc"];

/** The paths of a root folder for these files: none is inside another. */
export function rootPaths(files: readonly RuntimeFile[]): string[] {
  const all = [...LOADER, ...files.map(({ path }) => path)];
  return [...new Set(all)].filter((path) =>
    !all.some((other) => path.startsWith(`${other}/`))
  );
}

/** The runtime's cache, by the variables that decide where it is. */
export function cacheFolder(
  variable: (name: string) => string | undefined,
  current: string,
): string | undefined {
  const given = variable("DENO_DIR");
  if (given) return given.startsWith("/") ? given : `${current}/${given}`;
  const caches = variable("XDG_CACHE_HOME");
  if (caches) return `${caches}/deno`;
  const home = variable("HOME");
  return home ? `${home}/.cache/deno` : undefined;
}

/**
 * Whether a user namespace has an id (man 7 user_namespaces).
 *
 * @param map `/proc/self/uid_map` or `gid_map`
 */
export function hasId(map: string, id: number): boolean {
  return map.trim().split("\n").some((line) => {
    const [first = NaN, , count = 0] = line.trim().split(/\s+/).map(Number);
    return id >= first && id < first + count;
  });
}
