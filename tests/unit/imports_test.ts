import { assert, assertEquals } from "@std/assert";
import {
  findImports,
  forbidden,
  resolveImport,
  withoutComments,
} from "../support/import_rules.ts";

const ROOT = new URL("../../", import.meta.url);

const LONGEST_FILE_LINES = 300;

/** Every TypeScript file below some folders, as paths from the root. */
function modules(...folders: readonly string[]): string[] {
  return folders.flatMap((folder) =>
    Array.from(Deno.readDirSync(new URL(`${folder}/`, ROOT))).flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory) return modules(path);
      return path.endsWith(".ts") ? [path] : [];
    })
  ).toSorted();
}

const PROGRAM = ["mod.ts", ...modules("src", "ffi")];

function read(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

/** Says which files a test finds fault with. */
function assertNone(faults: readonly string[]): void {
  assertEquals(faults, []);
}

Deno.test("the program's modules are found when the tree is walked", () => {
  assert(PROGRAM.length > 40, `${PROGRAM.length} files`);
  for (const known of ["src/errors.ts", "src/modules/net/mod.ts", "ffi/linux/kvm.ts"]) {
    assert(PROGRAM.includes(known), known);
  }
});

for (const path of PROGRAM) {
  Deno.test(`${path} imports only what it may when its imports are read`, () => {
    const imports = findImports(read(path));
    assertNone(imports.flatMap((each) => forbidden(path, each) ?? []));
    // An import that the patterns overlooked would still have a specifier.
    const specifiers = withoutComments(read(path)).match(/["']\.{1,2}\/[^"']*\.ts["']/g);
    assertEquals(imports.length, specifiers?.length ?? 0);
  });
}

Deno.test("every import leads to a module of the program when it is followed", () => {
  const known = new Set(PROGRAM);
  assertNone(PROGRAM.flatMap((path) =>
    findImports(read(path))
      .map(({ specifier }) => resolveImport(path, specifier) ?? specifier)
      .filter((target) => !known.has(target))
  ));
});

Deno.test("Deno.dlopen is used in ffi/libc.ts alone when all modules are read", () => {
  const users = PROGRAM.filter((path) => withoutComments(read(path)).includes("dlopen"));
  assertEquals(users, ["ffi/libc.ts"]);
});

Deno.test("Deno.UnsafePointer is used in ffi alone when all modules are read", () => {
  const users = PROGRAM.filter((path) =>
    /Unsafe(Pointer|PointerView|FnPointer|Callback)/.test(withoutComments(read(path)))
  );
  assert(users.includes("ffi/memory.ts"));
  assertNone(users.filter((path) => !path.startsWith("ffi/")));
});

for (const path of PROGRAM) {
  Deno.test(`${path} has at most ${LONGEST_FILE_LINES} lines when they are counted`, () => {
    const lines = read(path).trimEnd().split("\n").length;
    assert(lines <= LONGEST_FILE_LINES, `${lines} lines`);
  });
}

const lazy = true;

const RULES: readonly (readonly [
  from: string,
  specifier: string,
  allowed: boolean,
  dynamic?: boolean,
])[] = [
  ["src/errors.ts", "./contract/exit_status.ts", true],
  ["src/errors.ts", "./image/elf.ts", false],
  ["src/contract/memory.ts", "../errors.ts", true],
  ["src/contract/memory.ts", "../../ffi/memory.ts", false],
  ["src/image/elf.ts", "../errors.ts", true],
  ["src/image/manifest.ts", "../contract/module.ts", true],
  ["src/image/elf.ts", "../binding/flags.ts", false],
  ["src/image/elf.ts", "../../ffi/files.ts", false],
  ["src/binding/bindings.ts", "../image/image.ts", true],
  ["src/binding/bindings.ts", "../machine/machine.ts", false],
  ["src/hypervisor/kvm/kvm.ts", "../../../ffi/files.ts", true],
  ["src/hypervisor/kvm/kvm.ts", "../hypervisor.ts", true],
  ["src/hypervisor/kvm/kvm.ts", "../../image/image.ts", false],
  ["src/hypervisor/kvm/kvm.ts", "../../modules/net/mod.ts", false],
  ["src/modules/net/mod.ts", "./attach.ts", true],
  ["src/modules/net/attach.ts", "../../../ffi/tap.ts", true],
  ["src/modules/net/attach.ts", "../block/attach.ts", false],
  ["src/modules/net/attach.ts", "../../hypervisor/hypervisor.ts", false],
  ["src/modules/net/attach.ts", "../../machine/machine.ts", false],
  ["src/machine/machine.ts", "../binding/bindings.ts", true],
  ["src/machine/machine.ts", "../modules/core/mod.ts", false],
  ["src/machine/registry.ts", "../modules/core/mod.ts", true],
  ["src/machine/registry.ts", "../modules/core/puts.ts", false],
  ["src/machine/registry.ts", "../modules/net/mod.ts", false],
  ["src/machine/parts.ts", "../modules/net/mod.ts", true, lazy],
  ["src/machine/parts.ts", "../modules/net/frames.ts", false, lazy],
  ["src/machine/registry.ts", "../modules/net/mod.ts", false, lazy],
  ["src/machine/machine.ts", "../modules/core/mod.ts", false, lazy],
  ["src/machine/machine.ts", "../../ffi/files.ts", false],
  ["src/machine/image_file.ts", "../../ffi/files.ts", true],
  ["src/machine/machine.ts", "../cli/output.ts", false],
  ["src/cli/run.ts", "../../ffi/libc.ts", true],
  ["src/cli/main.ts", "./run.ts", true, lazy],
  ["src/cli/check.ts", "../image/json.ts", true, lazy],
  ["src/cli/check.ts", "../modules/net/mod.ts", true],
  ["src/cli/check.ts", "../../tests/support/random.ts", false],
  ["src/cli/check.ts", "../../mod.ts", false],
  ["mod.ts", "./src/image/image.ts", true],
  ["mod.ts", "./src/cli/main.ts", false],
  ["mod.ts", "./src/cli/main.ts", true, lazy],
  ["mod.ts", "./src/cli/run.ts", false, lazy],
  ["ffi/memory.ts", "./linux/mman.ts", true],
  ["ffi/memory.ts", "../src/errors.ts", false],
  ["src/image/json.ts", "node:util", false],
  ["src/image/json.ts", "@std/assert", false],
  ["src/image/json.ts", "npm:x", false],
  ["src/image/json.ts", "../../tests/support/random.ts", false],
];

for (const [from, specifier, allowed, dynamic = false] of RULES) {
  const verb = allowed ? "allows" : "forbids";
  const how = dynamic ? "import()" : "import";
  Deno.test(`forbidden() ${verb} the ${how} when ${from} names ${specifier}`, () => {
    assertEquals(forbidden(from, { specifier, dynamic }) === undefined, allowed);
  });
}

Deno.test("findImports() finds every way to import when a module has them all", () => {
  const text = `
/** import { x } from "./comment.ts"; */
import type { A } from "./a.ts";
import {
  type B,
  c,
} from './b.ts';
import "./side_effect.ts";
import * as d from "./d.ts";
export { e } from "./e.ts";
export * from "./f.ts";
// import g from "./line.ts";
const h = () => import("./h.ts");
const i = import(
  "./i.ts",
);
const j = import(name);
const k = new Worker(new URL("./k.ts", import.meta.url), { type: "module" });
const l = new URL("../", import.meta.url);
`;
  const found = findImports(text).map(({ specifier, dynamic }) =>
    dynamic ? `(${specifier})` : specifier
  );
  assertEquals(found.toSorted(), [
    ...["(./h.ts)", "(./i.ts)", "(computed: name)"],
    ...["./a.ts", "./b.ts", "./d.ts", "./e.ts", "./f.ts", "./k.ts", "./side_effect.ts"],
  ]);
});
