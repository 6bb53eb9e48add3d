/**
 * A folder of figures in which somebody else has been: what is no guest's is passed
 * over, nothing outside is touched, and nothing invisible is shown.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { guestAt } from "../../src/figures/table.ts";
import { encodeFigures } from "../../src/figures/table.ts";
import { closeFile } from "../../ffi/files.ts";
import { fillFile, holdFile, openOwnedFolder } from "../../ffi/held_file.ts";
import { GuestCount } from "../../src/contract/figures.ts";
import { withDirectory } from "../support/disk.ts";
import { hostTest } from "../support/needs.ts";
import { Random } from "../support/random.ts";
import { guest, tender } from "../support/tender.ts";

/** Shows everything there is. */
async function look(directory: string): Promise<string> {
  const options = { env: { SOLO5_RUNTIME_DIR: directory } };
  let all = "";
  for (const command of [["ps"], ["ps", "--json"], ["metrics"], ["top", "--count=1"]]) {
    const { stdout, stderr, status } = await tender(command, options);
    assertEquals([stderr, status], ["", 0]);
    all += stdout;
  }
  return all;
}

/** A file in a folder that this process holds, as a tender does. */
function hold(directory: string, name: string, bytes: Uint8Array<ArrayBuffer>) {
  const folder = openOwnedFolder(directory, Deno.uid()!, false)!;
  const file = holdFile(folder, name, Deno.uid()!)!;
  closeFile(folder);
  fillFile(file, bytes, name);
  return { [Symbol.dispose]: () => closeFile(file) };
}

function page(name: string | undefined, image: string): Uint8Array<ArrayBuffer> {
  const devices = [{ name: "d", type: "NET_BASIC", resource: image }] as const;
  return encodeFigures({ name, pid: Deno.pid, image, memoryBytes: 1, devices });
}

Deno.test("files of garbage are no guests, whoever holds them", () =>
  withDirectory(async (directory) => {
    const random = new Random(11);
    const held = [0, 7, 64, 448, 5000, 100_000].map((length) =>
      hold(
        directory,
        `slot.${length}`,
        Uint8Array.from({ length }, () => random.below(256)),
      )
    );
    const spoiled = page(undefined, "x");
    new DataView(spoiled.buffer).setUint32(16, 0xffff_ffff, true);
    held.push(hold(directory, "slot.1", spoiled));
    assertEquals((await look(directory)).includes("slot"), false);
    assertEquals((await look(directory)).match(/^[0-9]+ /gm), null);
    for (const each of held) each[Symbol.dispose]();
  }));

Deno.test("a page that lies shows no escape sequence and breaks no line", () =>
  withDirectory(async (directory) => {
    const image = 'x\x1b[2J\u202e\n\u0085\u{e0041}\\"';
    const bytes = page("liar", image);
    const view = new DataView(bytes.buffer);
    for (let place = 0; place < GuestCount.signal; place++) {
      view.setFloat64(guestAt() + 8 * place, [NaN, -1, 1e300, 2 ** 52][place % 4]!, true);
    }
    using _held = hold(directory, "name.liar", bytes);
    // JSON has them escaped, or as they are: it is not for terminals.
    const options = { env: { SOLO5_RUNTIME_DIR: directory } };
    for (const command of [["ps"], ["stats", "liar"], ["metrics"]]) {
      const { stdout, stderr, status } = await tender(command, options);
      assertEquals([stderr, status], ["", 0]);
      assertEquals(/[^\P{Cc}\n]|\p{Cf}/u.test(stdout), false, stdout);
    }
  }));

Deno.test("a guest of another name than its file's is none", () =>
  withDirectory(async (directory) => {
    using _one = hold(directory, "name.a", page("b", "image-of-b"));
    using _two = hold(directory, "name.c", page(undefined, "image-of-c"));
    using _three = hold(directory, "slot.1", page("d", "image-of-d"));
    assertEquals((await look(directory)).includes("image-of"), false);
  }));

hostTest(
  "links and other files in the folder are left alone",
  ["KVM"],
  () =>
    withDirectory(async (directory) => {
      const outside = `${directory}/outside`;
      const folder = `${directory}/figures`;
      await Deno.mkdir(folder, { mode: 0o700 });
      await Deno.writeTextFile(outside, "precious");
      const places = Array.from({ length: 8 }, (_, slot) => `${folder}/slot.${slot}`);
      for (const place of places.slice(0, 4)) await Deno.symlink(outside, place);
      for (const place of places.slice(4)) await Deno.link(outside, place);
      await Deno.symlink(outside, `${folder}/name.x`);
      await Deno.mkdir(`${folder}/name.y`);
      await Deno.writeTextFile(`${folder}/notes`, "mine");
      const options = { env: { SOLO5_RUNTIME_DIR: folder } };
      const hello = ["run", "--mem=4", guest("hello")];
      for (let run = 0; run < 3; run++) {
        const { status, stderr } = await tender(hello, options);
        assertEquals([status, stderr], [0, ""]);
      }
      // A place that nobody has made unusable was found.
      assertEquals([...Deno.readDirSync(folder)].length > places.length + 3, true);
      for (const name of ["x", "y"]) {
        const { status, stderr } = await tender([...hello, `--name=${name}`], options);
        assertMatch(
          stderr,
          /^solo5: --name=[xy]: [^\n]+; look at that folder, or drop the name\n$/,
        );
        assertEquals(status, 1);
      }
      await look(folder);
      assertEquals(await Deno.readTextFile(outside), "precious");
      assertEquals(await Deno.readTextFile(`${folder}/notes`), "mine");
      assertEquals((await Deno.lstat(`${folder}/name.x`)).isSymlink, true);
    }),
);

hostTest(
  "a folder that is a link, or somebody else's, is not used",
  ["KVM", "root"],
  () =>
    withDirectory(async (directory) => {
      const folder = `${directory}/figures`;
      await Deno.mkdir(folder, { mode: 0o700 });
      await Deno.symlink(folder, `${directory}/link`);
      await Deno.mkdir(`${directory}/other`, { mode: 0o700 });
      await Deno.chown(`${directory}/other`, 4711, 4711);
      await Deno.mkdir(`${directory}/open`);
      await Deno.chmod(`${directory}/open`, 0o1777);
      for (const name of ["link", "other", "open"]) {
        const options = { env: { SOLO5_RUNTIME_DIR: `${directory}/${name}` } };
        const hello = await tender(["run", "--mem=4", guest("hello")], options);
        assertEquals([hello.status, hello.stderr], [0, ""]);
        assertEquals([...Deno.readDirSync(`${directory}/${name}`)], []);
        assertEquals((await tender(["ps"], options)).stdout.split("\n").length, 2);
      }
    }),
);

for (const name of ["a/b", "..", "", "\x1b[31m", "x".repeat(65), "12", "a b", "é"]) {
  Deno.test(`--name=${JSON.stringify(name)} is refused in one line`, async () => {
    const { status, stderr } = await tender(["run", `--name=${name}`, guest("hello")]);
    assertMatch(
      stderr,
      /^solo5: \P{Cc}+ has a bad value \(give 1 to 64 letters\P{Cc}+\n$/u,
    );
    assertEquals(status, 1);
  });
}

hostTest(
  "root sees the guests of another user where it is told to look there",
  ["root"],
  () =>
    withDirectory(async (directory) => {
      const held = hold(directory, "name.theirs", page("theirs", "image"));
      for (const path of [directory, `${directory}/name.theirs`]) {
        await Deno.chown(path, 4711, 4711);
      }
      assertEquals(/^theirs /m.test(await look(directory)), true);
      // What is not the folder's owner's is nobody's guest.
      await Deno.chown(`${directory}/name.theirs`, 4712, 4712);
      assertEquals(/^theirs /m.test(await look(directory)), false);
      held[Symbol.dispose]();
    }),
);
