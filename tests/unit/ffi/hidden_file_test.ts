import { assert, assertEquals, assertThrows } from "@std/assert";
import { Errno, SystemCallError } from "../../../ffi/errno.ts";
import { HiddenFile } from "../../../ffi/hidden_file.ts";

const NAME = "core.1";

/** Both ways of hiding a file. */
const WAYS = {
  "without a name": (path: string) => HiddenFile.createNameless(path, NAME),
  "with a hidden name": (path: string) => HiddenFile.createNamed(path, NAME),
  "as the file system has it": (path: string) => HiddenFile.create(path, NAME),
} as const;

function withDirectory(action: (path: string) => void): void {
  const path = Deno.makeTempDirSync();
  try {
    action(path);
  } finally {
    Deno.removeSync(path, { recursive: true });
  }
}

/** What `ls` shows. */
function visible(path: string): string[] {
  return [...Deno.readDirSync(path)].map(({ name }) => name)
    .filter((name) => !name.startsWith("."));
}

for (const [how, create] of Object.entries(WAYS)) {
  Deno.test(`HiddenFile is seen whole, and only then, when it is made ${how}`, () =>
    withDirectory((path) => {
      const file = create(path);
      file.setLength(1 << 20);
      file.write(5, new TextEncoder().encode("hello"));
      assertEquals(visible(path), []);
      file.publish();
      file.close();
      file.close();
      assertEquals([...Deno.readDirSync(path)].map(({ name }) => name), [NAME]);
      const bytes = Deno.readFileSync(`${path}/${NAME}`);
      assertEquals(bytes.length, 1 << 20);
      assertEquals(
        new TextDecoder().decode(bytes.subarray(0, 12)),
        "\0\0\0\0\0hello\0\0",
      );
      const { mode, blocks } = Deno.statSync(`${path}/${NAME}`);
      assertEquals(mode! & 0o777, 0o600);
      assert(blocks! * 512 < 1 << 16);
    }));

  Deno.test(`HiddenFile leaves nothing when it is closed and was made ${how}`, () =>
    withDirectory((path) => {
      const file = create(path);
      file.write(0, new Uint8Array(100));
      file.close();
      assertEquals([...Deno.readDirSync(path)], []);
    }));

  Deno.test(`HiddenFile.publish() keeps the older file when it was made ${how}`, () =>
    withDirectory((path) => {
      Deno.writeTextFileSync(`${path}/${NAME}`, "older");
      const file = create(path);
      const error = assertThrows(() => file.publish(), SystemCallError);
      assertEquals(error.errno, Errno.EEXIST);
      file.close();
      assertEquals([...Deno.readDirSync(path)].map(({ name }) => name), [NAME]);
      assertEquals(Deno.readTextFileSync(`${path}/${NAME}`), "older");
    }));

  for (
    const [object, errno] of [
      ["not/there", Errno.ENOENT],
      ["file", Errno.ENOTDIR],
    ] as const
  ) {
    Deno.test(`HiddenFile is refused when ${object} is no directory, ${how}`, () =>
      withDirectory((path) => {
        Deno.writeTextFileSync(`${path}/file`, "");
        const error = assertThrows(() => create(`${path}/${object}`), SystemCallError);
        assertEquals([error.call, error.errno], ["open", errno]);
      }));
  }
}

Deno.test("two hidden files do not meet when they are to have one name", () =>
  withDirectory((path) => {
    const files = [0, 1].map(() => HiddenFile.createNamed(path, NAME));
    for (const [index, file] of files.entries()) {
      file.write(0, Uint8Array.of(index));
    }
    files[0]!.publish();
    assertThrows(() => files[1]!.publish(), SystemCallError);
    for (const file of files) file.close();
    assertEquals(Deno.readFileSync(`${path}/${NAME}`), Uint8Array.of(0));
  }));
