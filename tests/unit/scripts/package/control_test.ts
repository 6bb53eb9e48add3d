/** What a package says of itself. @module */
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  controlFile,
  countedKib,
  dependencies,
} from "../../../../scripts/package/control.ts";
import type { Program } from "../../../../scripts/package/program.ts";
import { OperatorError } from "../../../../src/errors.ts";

const RUNTIME: Program = {
  architecture: "amd64",
  libraries: [
    "libdl.so.2",
    "libgcc_s.so.1",
    "librt.so.1",
    "libpthread.so.0",
    "libm.so.6",
    "libc.so.6",
    "ld-linux-x86-64.so.2",
  ],
  glibc: [2, 35],
};

Deno.test("a package depends on what its program is linked to when it is described", () => {
  assertEquals(dependencies(RUNTIME), [
    "libc6 (>= 2.35)",
    "libgcc-s1",
    "systemd | systemd-standalone-sysusers | systemd-sysusers",
  ]);
});

Deno.test("glibc is as new as the project's own calls need it when the runtime wants less", () => {
  assertEquals(dependencies({ ...RUNTIME, glibc: [2, 17] })[0], "libc6 (>= 2.28)");
});

Deno.test("a library that no known package has is refused when it is needed", () => {
  const program = { ...RUNTIME, libraries: ["libfoo.so.1"] };
  const error = assertThrows(() => dependencies(program), OperatorError) as Error;
  assert(error.message.startsWith("libfoo.so.1: is a library that the program needs"));
});

Deno.test("a control file has its fields, and no line that would end it, when it is made", () => {
  const text = controlFile({
    version: "0.1.0-1",
    maintainer: "A <a@example.org>",
    program: RUNTIME,
    installedKib: 1234,
  });
  const fields = text.matchAll(/^([A-Z][\w-]*): (.+)$/gm);
  const values = Object.fromEntries([...fields].map(([, name, value]) => [name, value]));
  assertEquals(
    [values.Package, values.Version, values.Architecture, values["Installed-Size"]],
    ["solo5-deno", "0.1.0-1", "amd64", "1234"],
  );
  assertEquals(text.includes("\n\n"), false);
  assert(text.endsWith("\n"));
  assertEquals(
    text.split("\n").filter((line) => line.length > 80).map((line) => line.split(":")[0]),
    ["Depends"],
  );
});

Deno.test("sizes count in whole KiB, and folders as one, when they are added up", () => {
  assertEquals([0, 1, 1024, 1025, undefined].map(countedKib), [0, 1, 1, 2, 1]);
});
