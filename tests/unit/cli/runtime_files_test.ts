/**
 * Files through the runtime, as on systems whose libc is not asked: the same
 * bytes and failures as through libc.
 *
 * @module
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { Errno, SystemCallError } from "../../../ffi/errno.ts";
import { RUNTIME_FILES } from "../../../src/cli/runtime_files.ts";
import { ImageError, OperatorError } from "../../../src/errors.ts";

const { openImage, readWhole, writeWhole } = RUNTIME_FILES;

function inDirectory(name: string, fn: (directory: string) => void): void {
  Deno.test(name, () => {
    const directory = Deno.makeTempDirSync();
    try {
      fn(directory);
    } finally {
      Deno.removeSync(directory, { recursive: true });
    }
  });
}

const BYTES = Uint8Array.from({ length: 100_000 }, (_, at) => at % 251);

inDirectory("an image is read in parts when it is open", (directory) => {
  const path = `${directory}/app.elf`;
  Deno.writeFileSync(path, BYTES);
  const source = openImage(path);
  assertEquals([source.name, source.sizeBytes], [path, BYTES.length]);
  for (const [offset, length] of [[0, 64], [99_000, 1000], [7, 70_000], [50, 0]]) {
    const target = new Uint8Array(length!);
    source.read(offset!, target);
    assertEquals(target, BYTES.slice(offset, offset! + length!));
  }
  // It has become shorter since.
  Deno.truncateSync(path, 10);
  const { message } = assertThrows(
    () => source.read(0, new Uint8Array(64)),
    ImageError,
  );
  assert(message.includes("found the end of the file at 10 bytes"), message);
  source.close();
});

inDirectory("an image that is none is refused in a sentence", (directory) => {
  for (
    const [path, words] of [
      [directory, `${directory}: is a directory; give the path of`],
      [`${directory}/none`, `${directory}/none: open: ENOENT (no such file`],
      ["", '"": open: ENOENT (no such file'],
    ]
  ) {
    const { message } = assertThrows(() => openImage(path!), OperatorError);
    assert(message.startsWith(words!), message);
  }
});

inDirectory("a whole file is read as far as was asked", (directory) => {
  const path = `${directory}/file`;
  Deno.writeFileSync(path, BYTES);
  assertEquals(readWhole(path, 1_000_000), BYTES);
  assertEquals(readWhole(path, 10), BYTES.slice(0, 10));
  const missing = assertThrows(() => readWhole(`${path}2`, 10), SystemCallError);
  assertEquals(missing.errno, Errno.ENOENT);
  const empty = assertThrows(() => readWhole("", 10), SystemCallError);
  assertEquals(empty.errno, Errno.ENOENT);
  const folder = assertThrows(() => readWhole(directory, 10), SystemCallError);
  assertEquals(folder.errno, Errno.EISDIR);
});

inDirectory("a file is replaced as a whole, or left as it is", (directory) => {
  const path = `${directory}/file`;
  writeWhole(path, BYTES);
  assertEquals(Deno.readFileSync(path), BYTES);
  writeWhole(path, BYTES.slice(0, 3));
  assertEquals(Deno.readFileSync(path), BYTES.slice(0, 3));
  const failed = assertThrows(() => writeWhole(`${path}/x`, BYTES), SystemCallError);
  assertEquals(failed.errno, Errno.ENOTDIR);
  assertThrows(() => writeWhole(directory, BYTES), SystemCallError);
  assertEquals(Array.from(Deno.readDirSync(directory), ({ name }) => name), ["file"]);
  // What is no regular file is written as it is.
  if (Deno.build.os !== "windows") writeWhole("/dev/null", BYTES);
});
