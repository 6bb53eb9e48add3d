import { assert, assertEquals, assertThrows } from "@std/assert";
import { ImageError, OperatorError } from "../../../src/errors.ts";
import { readImage } from "../../../src/image/image.ts";
import { openImageFile } from "../../../src/machine/image_file.ts";
import { buildImage } from "../../support/elf_builder.ts";

const ignore = Deno.build.os !== "linux";

/** Runs a test in a directory of its own. */
function inDirectory(name: string, fn: (directory: string) => void): void {
  Deno.test({
    name,
    ignore,
    fn() {
      const directory = Deno.makeTempDirSync();
      try {
        fn(directory);
      } finally {
        Deno.removeSync(directory, { recursive: true });
      }
    },
  });
}

const REMEDY = "; give the path of a unikernel's file that can be read";

inDirectory("openImageFile() returns the file when it is an image", (directory) => {
  const path = `${directory}/app 1.elf`;
  const bytes = buildImage();
  Deno.writeFileSync(path, bytes);
  const source = openImageFile(path);
  try {
    assertEquals([source.name, source.sizeBytes], [path, bytes.length]);
    const part = new Uint8Array(16);
    source.read(0x1000, part);
    assertEquals(part, new Uint8Array(16).fill(0xcc));
    assertEquals(readImage(source).entry, 0x100020);
  } finally {
    source.close();
  }
});

inDirectory(
  "openImageFile() returns a source that ends with the file when it is read",
  (directory) => {
    const path = `${directory}/app.elf`;
    Deno.writeFileSync(path, new Uint8Array(100));
    const source = openImageFile(path);
    source.read(90, new Uint8Array(10));
    assertThrows(
      () => source.read(91, new Uint8Array(10)),
      ImageError,
      `${path}: 10 bytes at offset 0x5b: found the end of the file at 100 bytes`,
    );
    source.close();
  },
);

inDirectory("close() leaves another file open when it is called twice", (directory) => {
  const path = `${directory}/app.elf`;
  Deno.writeFileSync(path, new Uint8Array(100));
  const first = openImageFile(path);
  first.close();
  // The lowest free descriptor: the one that the first file had.
  const second = openImageFile(path);
  first.close();
  second.read(0, new Uint8Array(100));
  second.close();
});

inDirectory(
  "openImageFile() says what to give when there is no such file",
  (directory) => {
    const path = `${directory}/none.elf`;
    const { message } = assertThrows(() => openImageFile(path), OperatorError);
    assertEquals(message, `${path}: open: ENOENT (no such file or directory)${REMEDY}`);
  },
);

inDirectory(
  "readImage() refuses the path in one line when it is a directory",
  (directory) => {
    // Which call fails first depends on the file system.
    const error = assertThrows(() => readImage(openImageFile(directory)), Error);
    assert(error instanceof OperatorError || error instanceof ImageError, String(error));
    assert(error.message.startsWith(`${directory}: `), error.message);
    assert(!error.message.includes("\n"), error.message);
  },
);

Deno.test({
  name: "openImageFile() says what to give when the path is empty",
  ignore,
  fn() {
    const { message } = assertThrows(() => openImageFile(""), OperatorError);
    assertEquals(message, `"": open: ENOENT (no such file or directory)${REMEDY}`);
  },
});

/** The only file system that has room for it everywhere; closed to Deno itself. */
const HUGE = `/dev/shm/solo5-test-${crypto.randomUUID()}.elf`;

function shell(script: string): boolean {
  const args = ["-c", script];
  return new Deno.Command("sh", { args, stdout: "null", stderr: "null" }).outputSync()
    .success;
}

const canBeHuge = !ignore && shell(`truncate -s ${2n ** 63n - 1n} ${HUGE} && rm ${HUGE}`);

Deno.test({
  name: "readImage() refuses headers at an inexact offset when the file has 8 EiB" +
    (canBeHuge ? "" : " (needs a tmpfs)"),
  ignore: !canBeHuge,
  fn() {
    const small = Deno.makeTempFileSync();
    Deno.writeFileSync(small, buildImage({ elf: { phoff: 2n ** 53n + 1n } }));
    assert(shell(`cp ${small} ${HUGE} && truncate -s ${2n ** 63n - 1n} ${HUGE}`));
    try {
      const source = openImageFile(HUGE);
      assertEquals(source.sizeBytes, Number.MAX_SAFE_INTEGER);
      assertThrows(
        () => readImage(source),
        ImageError,
        "found 10 program headers at 0x20000000000001, expected all of them within " +
          "the file's 9007199254740991 bytes",
      );
    } finally {
      assert(shell(`rm ${HUGE}`));
      Deno.removeSync(small);
    }
  },
});
