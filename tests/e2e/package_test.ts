/**
 * `deno task package`: what it makes, and what it refuses.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { VERSION } from "../../src/cli/release.ts";
import { compiledProgram } from "../support/compiled.ts";
import { withDirectory } from "../support/directory.ts";
import { kill } from "../support/kill.ts";
import { hostTest } from "../support/needs.ts";
import {
  copyCheckout,
  PACKAGED_AT,
  packageOf,
  packaging,
  packagingCommand,
  type PackagingOptions,
} from "../support/package.ts";
import { guest } from "../support/tender.ts";

const NAME = `solo5-deno_${VERSION}-1_amd64.deb`;

/** What is in `dist/`, hidden files too. */
function inDist(folder: string): string[] {
  try {
    return [...Deno.readDirSync(`${folder}/dist`)].map(({ name }) => name);
  } catch (error) {
    // Where nothing came of it there need not be a folder.
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

async function textOf(program: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args }).output();
  const text = new TextDecoder();
  assert(success, text.decode(stderr) + text.decode(stdout));
  return text.decode(stdout);
}

hostTest(
  "two packages of one commit are the same bytes when they are made in two directories",
  ["DENORT_BIN", "dpkg-deb"],
  () =>
    withDirectory(async (directory) => {
      const other = `${directory}/a longer path, with=signs/checkout`;
      await copyCheckout(other);
      await Deno.copyFile(await compiledProgram(), `${other}/program`);
      const { status, stderr } = await packaging(other, ["--program=program"], {
        shell: 'umask 077; TZ=Asia/Tokyo exec "$@"',
      });
      assertEquals([status, stderr], [0, ""]);
      assertEquals(inDist(other), [NAME]);
      const bytes = [await packageOf(1), `${other}/dist/${NAME}`].map(Deno.readFileSync);
      assertEquals(bytes[0]!.length, bytes[1]!.length);
      assert(bytes[0]!.every((byte, at) => byte === bytes[1]![at]));
    }),
);

hostTest(
  "everything in a package is root's and as old as its commit when it is made",
  ["DENORT_BIN", "dpkg-deb"],
  async () => {
    const path = await packageOf(1);
    const time = new Date(PACKAGED_AT * 1000).toISOString().slice(0, 16).replace(
      "T",
      " ",
    );
    const listing = (await textOf("env", "TZ=UTC", "dpkg-deb", "--contents", path))
      .trimEnd().split("\n");
    assert(listing.length > 20, listing.join("\n"));
    for (const line of listing) {
      assertMatch(line, /^(-rw-r--r--|[d-]rwxr-xr-x) root\/root /);
      assertEquals(line.includes(` ${time} `), true, line);
    }
    assertEquals(await textOf("dpkg-deb", "--field", path, "Package"), "solo5-deno\n");
    assertEquals(await textOf("dpkg-deb", "--field", path, "Version"), `${VERSION}-1\n`);
    assertEquals(await textOf("dpkg-deb", "--field", path, "Architecture"), "amd64\n");
  },
);

hostTest(
  "lintian has no complaint when it reads a package",
  [
    "DENORT_BIN",
    "dpkg-deb",
    "lintian",
  ],
  async () => {
    const { stdout } = await new Deno.Command("lintian", {
      args: ["--allow-root", "--fail-on", "none", await packageOf(1)],
      stderr: "null",
    }).output();
    assertEquals(new TextDecoder().decode(stdout), "");
  },
);

/** What is refused: name, arguments, circumstances, and the sentence. */
const REFUSED: readonly (readonly [string, string[], PackagingOptions, RegExp])[] = [
  [
    "no program was built",
    [],
    {},
    /^package: dist\/solo5-\d\S+-\w+-unknown-linux-gnu: there is no such file; make it with deno task build, or give another with --program=PATH\n$/,
  ],
  [
    "the program is a folder",
    ["--program=src"],
    {},
    /^package: src: cannot be read \(it is no regular file\); /,
  ],
  [
    "the program is a text",
    ["--program=deno.json"],
    {},
    /^package: deno\.json: is no 64-bit program for Linux; /,
  ],
  [
    "the program is another one",
    [`--program=${guest("hello")}`],
    {},
    /^package: \S+hello\.hvt: does not say its version \(status \d+.*\); /,
  ],
  [
    "an argument is no option",
    ["--target=x"],
    {},
    /^package: --target=x: is not an option of this task; usage: deno task package /,
  ],
  [
    "a revision is no number",
    ["--revision=0"],
    {},
    /^package: --revision=0: is not a package's revision; /,
  ],
  [
    "the time is no number",
    [`--program=${guest("hello")}`],
    { env: { SOURCE_DATE_EPOCH: "today" } },
    /^package: SOURCE_DATE_EPOCH=today: is not a number of seconds; /,
  ],
  [
    "neither git nor the environment says the time",
    [`--program=${guest("hello")}`],
    { shell: 'unset SOURCE_DATE_EPOCH; exec "$@"' },
    /^package: git: does not say when this checkout was committed; /,
  ],
  [
    "the packager's address is none",
    [`--program=${guest("hello")}`],
    { env: { DEBEMAIL: "me" } },
    /^package: DEBEMAIL=me: is not an address; /,
  ],
];

hostTest(
  "a sentence says what is wrong, and dist/ stays empty, when there is nothing to package",
  ["dpkg-deb"],
  (t) =>
    withDirectory(async (folder) => {
      await copyCheckout(folder);
      await Deno.mkdir(`${folder}/dist`);
      for (const [name, args, options, sentence] of REFUSED) {
        await t.step(name, async () => {
          const { status, stdout, stderr } = await packaging(folder, args, options);
          assertMatch(stderr, sentence);
          assertEquals([stderr.trimEnd().includes("\n"), stdout, status], [false, "", 1]);
          assertEquals(inDist(folder), []);
        });
      }
    }),
);

hostTest(
  "a sentence says what is missing when there is no dpkg-deb",
  ["a fast host"],
  () =>
    withDirectory(async (folder) => {
      await copyCheckout(folder);
      const { status, stderr } = await packaging(
        folder,
        [`--program=${guest("hello")}`],
        {
          env: { PATH: `${folder}/src` },
        },
      );
      assertMatch(stderr, /^package: dpkg-deb: is missing, and makes the package; /);
      assertEquals(status, 1);
    }),
);

hostTest(
  "a program of another version is refused when it is packaged",
  ["DENORT_BIN", "dpkg-deb"],
  () =>
    withDirectory(async (folder) => {
      await copyCheckout(folder);
      const path = `${folder}/src/cli/release.ts`;
      const text = await Deno.readTextFile(path);
      const other = text.replace(`VERSION = "${VERSION}"`, 'VERSION = "99.0.0"');
      assert(other !== text);
      await Deno.writeTextFile(path, other);
      const program = await compiledProgram();
      const { status, stderr } = await packaging(folder, [`--program=${program}`]);
      assertMatch(
        stderr,
        /: is version \d\S+, and this checkout is 99\.0\.0; build it /,
      );
      assertEquals([status, inDist(folder)], [1, []]);
    }),
);

/** With a disk of so many MiB as `dist/`, which is then listed. */
function onDisk(mebibytes: number): PackagingOptions {
  const mounted = `mount -t tmpfs -o size=${mebibytes}m none dist && "$@"; ` +
    "status=$?; ls -A dist; exit $status";
  return { shell: `exec unshare -m sh -c '${mounted}' sh "$@"` };
}

hostTest(
  "a full disk is said, and nothing stays there, when a package does not fit",
  ["root", "DENORT_BIN", "dpkg-deb"],
  () =>
    withDirectory(async (folder) => {
      await copyCheckout(folder);
      await Deno.mkdir(`${folder}/dist`);
      const args = [`--program=${await compiledProgram()}`];
      // The program does not fit, and the package beside it does not.
      for (const mebibytes of [8, 100]) {
        const { status, stdout, stderr } = await packaging(
          folder,
          args,
          onDisk(mebibytes),
        );
        assertMatch(stderr, /^package: .*No space left on device.*; make room there\n$/);
        assertEquals([stdout, status], ["", 1]);
      }
    }),
);

hostTest(
  "nothing stays in dist/ when the task is ended by a signal",
  ["DENORT_BIN", "dpkg-deb"],
  () =>
    withDirectory(async (folder) => {
      await copyCheckout(folder);
      const args = [`--program=${await compiledProgram()}`];
      const child = packagingCommand(folder, args).spawn();
      const packing = () => {
        const [name] = existing(`${folder}/dist`);
        return name !== undefined && existing(`${folder}/dist/${name}`).length > 1;
      };
      while (!packing()) await new Promise((resolve) => setTimeout(resolve, 5));
      kill(child.pid, "SIGTERM");
      const { code } = await child.output();
      assertEquals([code, inDist(folder)], [143, []]);
    }),
);

/** What is in a folder that may not be there yet. */
function existing(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
