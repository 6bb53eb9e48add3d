/**
 * What the program does on systems without a hypervisor backend: everything that
 * runs no guest, through the runtime's own files and without libc.
 *
 * @module
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { onOtherSystem } from "../support/other_system.ts";
import { guest, tender } from "../support/tender.ts";

const MANIFEST = `{ "type": "solo5.manifest", "version": 1, "devices": [
  { "name": "service0", "type": "NET_BASIC" }
] }
`;

for (const os of ["darwin", "windows"] as const) {
  Deno.test(`commands say the same as on Linux when the system is ${os}`, async () => {
    for (
      const args of [
        ["help"],
        ["inspect", guest("net")],
        ["inspect", "--json", guest("block"), "/nonexistent"],
        ["inspect", guest("hello"), "/etc/passwd"],
        ["inspect", "/nonexistent"],
        ["inspect"],
        ["manifest", "show", guest("many")],
        ["manifest", "abi", guest("hello")],
        ["manifest", "generate", "/nonexistent"],
        ["elftool", "query-manifest", guest("net")],
        ["version"],
        ["run", "--help"],
      ]
    ) {
      const [there, here] = [await onOtherSystem(os, args), await tender(args)];
      assertEquals(there.stdout, here.stdout, args.join(" "));
      assertEquals([there.stderr, there.status], [here.stderr, here.status]);
    }
  });

  Deno.test(`check and doctor have one finding when the system is ${os}`, async () => {
    for (const args of [["doctor"], ["check", guest("hello"), "--net:0=tap0"]]) {
      const { stdout, stderr, status } = await onOtherSystem(os, args);
      assertMatch(
        stdout,
        /^(missing|error) +this host \([^\n]+\): no hypervisor [^\n]+\n$/,
      );
      assertEquals([stderr, status], ["", 1], args.join(" "));
    }
  });

  Deno.test(`guests are refused in one sentence when the system is ${os}`, async () => {
    for (
      const args of [
        ["run", guest("hello")],
        ["run", "/nonexistent", "--net:0=@listen:x"],
        ["run", guest("hello"), "--sandbox=strict"],
        ["sandbox", guest("hello")],
        ["hvt", guest("hello")],
      ]
    ) {
      const { stdout, stderr, status } = await onOtherSystem(os, args);
      assertMatch(
        stderr,
        new RegExp(
          `^solo5(-hvt)?: this host \\(${os} on aarch64\\): no hypervisor [^\\n]*\\n$`,
        ),
        args.join(" "),
      );
      assertEquals([stdout, status], ["", 1]);
    }
  });
}

Deno.test("manifest generate writes whole files when the system is not Linux", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const generate = (...args: string[]) =>
      onOtherSystem("darwin", ["manifest", "generate", ...args], {
        write: true,
        stdin: MANIFEST,
      });
    const output = `${directory}/manifest.c`;
    const written = await generate("-", "-o", output);
    assertEquals([written.stdout, written.stderr, written.status], ["", "", 0]);
    const printed = await generate("-");
    assertEquals(await Deno.readTextFile(output), printed.stdout);
    assertStringIncludes(printed.stdout, '"service0"');

    // What is there keeps its permissions, and a link its place.
    await Deno.writeTextFile(output, "earlier");
    await Deno.chmod(output, 0o640);
    await Deno.symlink("manifest.c", `${directory}/link.c`);
    assertEquals((await generate("-", "-o", `${directory}/link.c`)).status, 0);
    assertEquals(await Deno.readTextFile(output), printed.stdout);
    assertEquals((await Deno.stat(output)).mode! & 0o777, 0o640);
    assertEquals((await Deno.lstat(`${directory}/link.c`)).isSymlink, true);

    const refused = await generate("-", "-o", `${directory}/none/manifest.c`);
    assertMatch(
      refused.stderr,
      /^solo5: [^\n]*none\/manifest\.c: open: ENOENT \([^\n]*; give an OUTPUT[^\n]*\n$/,
    );
    const names = Array.from(Deno.readDirSync(directory), ({ name }) => name);
    assertEquals(names.toSorted(), ["link.c", "manifest.c"]);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("a missing permission is named when the system is not Linux", async () => {
  const output = `${await Deno.makeTempDir()}/manifest.c`;
  const { stderr, status } = await onOtherSystem(
    "windows",
    ["manifest", "generate", "-", "-o", output],
    { stdin: MANIFEST },
  );
  assertMatch(stderr, /^solo5: solo5 lacks a permission [^\n]*--allow-write[^\n]*\n$/);
  assertEquals(status, 1);
  await Deno.remove(output.replace(/\/[^/]*$/, ""), { recursive: true });
});
