import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  lazyImports,
  modulesOf,
  releaseSource,
  withBundledThread,
  withModules,
} from "../../../../scripts/build/sources.ts";
import { libcSymbols } from "../../../../scripts/build/symbols.ts";

const read = (path: string) =>
  Deno.readTextFileSync(new URL(`../../../../${path}`, import.meta.url));

const TABLE = read("src/machine/parts.ts");

Deno.test("modulesOf() finds every folder but core when it is the tree's table", () => {
  const folders = Array.from(
    Deno.readDirSync(new URL("../../../../src/modules", import.meta.url)),
    ({ name }) => name,
  );
  assertEquals(modulesOf(TABLE).sort(), folders.filter((name) => name !== "core").sort());
});

Deno.test("withModules() leaves out one row and no more when a module is left out", () => {
  const all = modulesOf(TABLE);
  for (const absent of all) {
    const kept = all.filter((name) => name !== absent);
    const less = withModules(TABLE, kept);
    assertEquals(modulesOf(less), kept);
    assertEquals(TABLE.split("\n").length - less.split("\n").length, 1);
  }
  assertEquals(lazyImports(withModules(TABLE, [])), []);
});

Deno.test("releaseSource() has the commit as text when there is one", () => {
  const text = read("src/cli/release.ts");
  assert(releaseSource(text, 'a"b').includes('COMMIT: string | undefined = "a\\"b";'));
  assertEquals(releaseSource(text, undefined), text);
});

Deno.test("withBundledThread() names the bundle's file when it is the tree's source", () => {
  const text = withBundledThread(read("src/modules/net/ring_thread.ts"));
  assert(text.includes('new URL("./ring_worker.js", import.meta.url)'));
  assertEquals(lazyImports(text), []);
});

Deno.test("a source that is not as expected is an error when it is to be changed", () => {
  assertThrows(() => releaseSource("", "a"), Error, "not once");
  assertThrows(() => withBundledThread("x"), Error, "not once");
});

Deno.test("lazyImports() finds what is loaded late when it stands on two lines", () => {
  assertEquals(
    lazyImports(
      'import x from "./x.ts";\nawait import(\n  "./y.ts"\n);\nimport("../z.ts")',
    ),
    ["./y.ts", "../z.ts"],
  );
});

Deno.test("libcSymbols() has linker names in order when a group renames one", () => {
  const source = `const libc = symbolGroup("a b", {
  // int open(const char *, int)
  open: { parameters: ["buffer", "i32"], result: "i32" },
  other: { name: "close", parameters: ["i32"], result: "i32" },
});
`;
  assertEquals(libcSymbols([source, source, ""]), ["close", "open"]);
});

Deno.test("libcSymbols() is an error when a group is written in another way", () => {
  assertThrows(() => libcSymbols(["const x = symbolGroup(name, table);"]), Error);
  assertThrows(() => libcSymbols(['const x = symbolGroup("a", {\n\n});']), Error);
});

Deno.test("libcSymbols() reads every group when it is given the tree's", () => {
  const folder = new URL("../../../../ffi/", import.meta.url);
  const texts = Array.from(Deno.readDirSync(folder)).filter(({ name, isFile }) =>
    isFile && name !== "libc.ts"
  ).map(({ name }) => Deno.readTextFileSync(new URL(name, folder)));
  const symbols = libcSymbols(texts);
  for (const name of ["syscall", "ioctl", "ppoll", "__errno_location", "getenv"]) {
    assert(symbols.includes(name), name);
  }
});
