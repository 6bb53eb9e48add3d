/**
 * Who may import whom (docs/architecture.md), as a function over module paths.
 *
 * @module
 */

/** How a module names another. */
export interface Import {
  /** The specifier, as written. */
  readonly specifier: string;
  /** Whether it is an `import()`. */
  readonly dynamic: boolean;
}

const STATIC = /\b(?:import|export)\b[^;"'`()]*?\bfrom\s*(["'])([^"']+)\1/g;
const SIDE_EFFECT = /\bimport\s*(["'])([^"']+)\1/g;
/** The module of a thread. */
const WORKER = /\bnew\s+URL\s*\(\s*(["'])([^"']+\.ts)\1\s*,\s*import\.meta\.url\s*\)/g;
const DYNAMIC = /\bimport\s*\(\s*([^)]*?)\s*,?\s*\)/g;

/** Finds every import, re-export, `import()` and thread in a module's text. */
export function findImports(text: string): Import[] {
  const code = withoutComments(text);
  const found: Import[] = [];
  for (const pattern of [STATIC, SIDE_EFFECT, WORKER]) {
    for (const [, , specifier] of code.matchAll(pattern)) {
      found.push({ specifier: specifier!, dynamic: false });
    }
  }
  for (const [, argument] of code.matchAll(DYNAMIC)) {
    const literal = /^(["'])([^"']+)\1$/.exec(argument!);
    found.push({ specifier: literal?.[2] ?? `computed: ${argument}`, dynamic: true });
  }
  return found;
}

/** Removes doc comments and lines that are comments. */
export function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
}

/** The path of what a module imports, or undefined where it is no relative one. */
export function resolveImport(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith("./") && !specifier.startsWith("../")) return undefined;
  const base = "file:///";
  return new URL(specifier, base + from).href.slice(base.length);
}

/** The part of the tree that a module belongs to. */
function partOf(path: string): string {
  const [top, folder, name] = path.split("/");
  if (top === "ffi" || path === "mod.ts") return top!;
  if (top !== "src") return `outside: ${path}`;
  if (folder === "modules") return `modules/${name}`;
  return folder!;
}

const SHARED = ["errors.ts", "contract"];

/** The parts that each part may import, beside itself. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  "errors.ts": ["contract"],
  contract: ["errors.ts"],
  image: SHARED,
  binding: [...SHARED, "image"],
  ffi: [],
  hypervisor: [...SHARED, "ffi"],
  sandbox: [...SHARED, "ffi"],
  figures: [...SHARED, "ffi"],
  modules: [...SHARED, "ffi"],
  machine: [...SHARED, "hypervisor", "sandbox", "image", "binding"],
  "mod.ts": [...SHARED, "image", "binding", "machine", "sandbox"],
};

/** The only `import()` across parts, by importer: what may be loaded so. */
const LAZY: Readonly<Record<string, RegExp>> = {
  "mod.ts": /^src\/cli\/main\.ts$/,
  "src/machine/parts.ts": /^src\/modules\/[a-z_]+\/mod\.ts$/,
};

/** What every guest needs, and the only place that takes it in at once. */
const CORE = ["src/machine/registry.ts", "src/modules/core/mod.ts"];

/** The only module of `machine` that needs libc itself. */
const IMAGE_FILE = "src/machine/image_file.ts";

/**
 * Holds an import against the rules.
 *
 * @param from path of the importing module, from the project's root
 * @returns what is wrong with it, or undefined
 */
export function forbidden(
  from: string,
  { specifier, dynamic }: Import,
): string | undefined {
  const to = resolveImport(from, specifier);
  if (to === undefined) return `${from}: "${specifier}" is no relative path`;
  const [importer, imported] = [partOf(from), partOf(to)];
  if (importer === imported) return undefined;
  // The command line may use everything, and load it when it is called.
  if (importer === "cli" && /^(src|ffi)\//.test(to)) return undefined;
  if (dynamic) {
    return LAZY[from]?.test(to) ? undefined : `${from}: import() of ${to}`;
  }
  if (from === IMAGE_FILE && imported === "ffi") return undefined;
  if (from === CORE[0] && to === CORE[1]) return undefined;
  const rule = importer.startsWith("modules/") ? "modules" : importer;
  if (ALLOWED[rule]?.includes(imported)) return undefined;
  return `${from}: ${importer} may not import ${imported}`;
}
