import { assertEquals } from "@std/assert";
import {
  cacheFolder,
  hasId,
  programFiles,
  rootPaths,
  runtimeFiles,
} from "../../../src/sandbox/runtime_files.ts";

const MAPS = `55d0c0000000-55d0c1000000 r--p 00000000 fe:00 12 /opt/my deno/bin/deno
55d0c1000000-55d0c2000000 r-xp 01000000 fe:00 12                         /opt/my deno/bin/deno
7f0000000000-7f0000001000 rw-p 00000000 00:00 0 
7f0000002000-7f0000003000 r-xp 00000000 00:00 0 
7f0000004000-7f0000005000 r--p 00000000 fe:00 14                         /usr/share/zoneinfo/UTC
7f0000006000-7f0000007000 r-xp 00001000 fe:00 13                         /usr/lib/libc.so.6
7ffd00000000-7ffd00001000 r-xp 00000000 00:00 0                          [vdso]
`;

Deno.test("programFiles() lists what is mapped to be executed, once", () => {
  assertEquals(programFiles(MAPS), ["/opt/my deno/bin/deno", "/usr/lib/libc.so.6"]);
});

Deno.test("runtimeFiles() has a checkout's modules and cache, and runs none of them", () => {
  const files = runtimeFiles({ maps: MAPS, module: "/s/mod.ts", cache: "/c/deno" });
  assertEquals(
    files.filter(({ use }) => use === "run").map(({ path }) => path),
    ["/opt/my deno/bin/deno", "/usr/lib/libc.so.6"],
  );
  assertEquals(
    files.slice(-4).map(({ path, use }) => `${use} ${path}`),
    ["read /s/mod.ts", "read /s/src", "read /s/ffi", "read /c/deno"],
  );
});

Deno.test("runtimeFiles() has no modules where the program has all inside", () => {
  const files = runtimeFiles({ maps: MAPS, module: undefined, cache: undefined });
  assertEquals(files.filter(({ path }) => !/^\/(opt|usr|etc|dev|proc)\//.test(path)), []);
});

Deno.test("rootPaths() leaves out what is inside another path", () => {
  const paths = rootPaths([
    { path: "/usr/lib/libc.so.6", use: "run" },
    { path: "/usr/library/x", use: "run" },
    { path: "/s/src", use: "read" },
    { path: "/s/src", use: "read" },
  ]);
  assertEquals(
    paths.filter((path) => !["/lib", "/lib64", "/usr/lib64", "/proc"].includes(path)),
    ["/usr/lib", "/usr/library/x", "/s/src"],
  );
});

Deno.test("cacheFolder() goes by the variables that the runtime goes by", () => {
  const given = (variables: Record<string, string>) =>
    cacheFolder((name) => variables[name], "/here");
  assertEquals(given({ DENO_DIR: "/d", HOME: "/h" }), "/d");
  assertEquals(given({ DENO_DIR: "d", HOME: "/h" }), "/here/d");
  assertEquals(given({ XDG_CACHE_HOME: "/x", HOME: "/h" }), "/x/deno");
  assertEquals(given({ HOME: "/h" }), "/h/.cache/deno");
  assertEquals(given({}), undefined);
});

Deno.test("hasId() says whether a user namespace has an id", () => {
  const whole = "         0          0 4294967295\n";
  const alone = "         0       1000          1\n";
  const some = `${alone}         1     100000      65536\n`;
  assertEquals([whole, alone, some].map((map) => hasId(map, 65534)), [true, false, true]);
  assertEquals([whole, alone, some].map((map) => hasId(map, 0)), [true, true, true]);
  assertEquals([alone, some].map((map) => hasId(map, 65537)), [false, false]);
});
