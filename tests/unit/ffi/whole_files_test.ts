import { assertEquals, assertThrows } from "@std/assert";
import { Errno, SystemCallError } from "../../../ffi/errno.ts";
import { closeFile, openFile, readAt } from "../../../ffi/files.ts";
import { readWholeFile, writeWholeFile } from "../../../ffi/whole_files.ts";

const ignore = Deno.build.os !== "linux";

/** Runs a test in a directory of its own. */
function inDirectory(
  name: string,
  fn: (directory: string) => void | Promise<void>,
): void {
  Deno.test({
    name,
    ignore,
    async fn() {
      const directory = await Deno.makeTempDir();
      try {
        await fn(directory);
      } finally {
        await Deno.remove(directory, { recursive: true });
      }
    },
  });
}

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (content: Uint8Array) => new TextDecoder().decode(content);
const names = (directory: string) =>
  Array.from(Deno.readDirSync(directory), ({ name }) => name).sort();

/** Fails unless it throws for this call, with this errno, naming the file. */
function assertFails(
  action: () => void,
  call: string,
  errno: number,
  name: string,
): void {
  const error = assertThrows(action, SystemCallError);
  assertEquals([error.call, error.errno, error.object], [call, errno, name]);
}

inDirectory("readWholeFile() gives all bytes when there are some", (directory) => {
  const path = `${directory}/a`;
  const content = Uint8Array.from({ length: 200_000 }, (_, at) => at % 251);
  for (const length of [0, 1, 65535, 65536, 65537, 200_000]) {
    Deno.writeFileSync(path, content.subarray(0, length));
    assertEquals(readWholeFile(path, 1 << 20), content.slice(0, length));
  }
});

inDirectory(
  "readWholeFile() stops when there are more bytes than wanted",
  (directory) => {
    Deno.writeTextFileSync(`${directory}/a`, "abcdef");
    assertEquals(text(readWholeFile(`${directory}/a`, 4)), "abcd");
    assertEquals(readWholeFile("/dev/zero", 100_000), new Uint8Array(100_000));
  },
);

inDirectory(
  "readWholeFile() waits for the writer when the file is a FIFO",
  async (directory) => {
    const fifo = `${directory}/fifo`;
    await new Deno.Command("mkfifo", { args: [fifo] }).output();
    const args = ["-c", 'printf content >"$1"', "sh", fifo];
    const writer = new Deno.Command("sh", { args }).spawn();
    assertEquals(text(readWholeFile(fifo, 1000)), "content");
    await writer.status;
  },
);

inDirectory("readWholeFile() fails when there is no file to read", (directory) => {
  const none = `${directory}/none`;
  assertFails(() => readWholeFile(none, 9), "open", Errno.ENOENT, none);
  assertFails(() => readWholeFile("", 9), "open", Errno.ENOENT, "");
  assertFails(() => readWholeFile(directory, 9), "read", Errno.EISDIR, directory);
});

inDirectory(
  "writeWholeFile() makes a file as the umask has it when there is none",
  (directory) => {
    const before = Deno.umask(0o027);
    try {
      writeWholeFile(`${directory}/a`, bytes("content"));
    } finally {
      Deno.umask(before);
    }
    assertEquals(Deno.readTextFileSync(`${directory}/a`), "content");
    assertEquals(Deno.statSync(`${directory}/a`).mode! & 0o7777, 0o640);
    assertEquals(names(directory), ["a"]);
  },
);

inDirectory(
  "writeWholeFile() keeps the permissions when it replaces a file",
  (directory) => {
    const path = `${directory}/a`;
    for (const mode of [0o600, 0o777, 0o4755, 0o222]) {
      Deno.writeTextFileSync(path, "something that is longer");
      Deno.chmodSync(path, mode);
      writeWholeFile(path, bytes("content"));
      assertEquals(Deno.statSync(path).mode! & 0o7777, mode);
      Deno.chmodSync(path, 0o600);
      assertEquals(Deno.readTextFileSync(path), "content");
    }
    assertEquals(names(directory), ["a"]);
  },
);

inDirectory(
  "writeWholeFile() leaves who has the old file open alone when it replaces it",
  (directory) => {
    const path = `${directory}/a`;
    Deno.writeTextFileSync(path, "old");
    Deno.linkSync(path, `${directory}/b`);
    writeWholeFile(path, bytes("new"));
    assertEquals(Deno.readTextFileSync(path), "new");
    assertEquals(Deno.readTextFileSync(`${directory}/b`), "old");
  },
);

const LINKS: readonly (readonly [name: string, target: string, exists: boolean])[] = [
  ["to a file beside it", "target", true],
  ["to a file elsewhere", "deep/target", true],
  ["to a link", "deep/link", true],
  ["to nothing beside it", "none", false],
  ["to nothing elsewhere", "deep/none", false],
];

for (const [name, target, exists] of LINKS) {
  inDirectory(
    `writeWholeFile() writes what is behind it when it is a link ${name}`,
    (directory) => {
      Deno.mkdirSync(`${directory}/deep`);
      for (const file of ["target", "deep/target"]) {
        Deno.writeTextFileSync(`${directory}/${file}`, "old");
      }
      Deno.symlinkSync("../target", `${directory}/deep/link`);
      const link = `${directory}/output`;
      for (const path of [target, `${directory}/${target}`]) {
        Deno.symlinkSync(path, link);
        writeWholeFile(link, bytes(`new ${path}`));
        assertEquals(Deno.lstatSync(link).isSymlink, true);
        assertEquals(Deno.readTextFileSync(`${directory}/${target}`), `new ${path}`);
        Deno.removeSync(link);
        if (!exists) Deno.removeSync(`${directory}/${target}`);
      }
      assertEquals(names(directory), ["deep", "target"]);
      assertEquals(names(`${directory}/deep`), ["link", "target"]);
    },
  );
}

inDirectory("writeWholeFile() refuses when links lead in a circle", (directory) => {
  Deno.symlinkSync("b", `${directory}/a`);
  Deno.symlinkSync("a", `${directory}/b`);
  const path = `${directory}/a`;
  assertFails(() => writeWholeFile(path, bytes("x")), "open", Errno.ELOOP, path);
});

inDirectory(
  "writeWholeFile() writes to a FIFO's reader when it is one",
  async (directory) => {
    const fifo = `${directory}/fifo`;
    await new Deno.Command("mkfifo", { args: [fifo] }).output();
    const reader = new Deno.Command("cat", { args: [fifo], stdout: "piped" }).spawn();
    const output = reader.output();
    writeWholeFile(fifo, bytes("content"));
    assertEquals(text((await output).stdout), "content");
    assertEquals(names(directory), ["fifo"]);
  },
);

inDirectory(
  "writeWholeFile() writes in place when the file has no name any more",
  (directory) => {
    const path = `${directory}/a`;
    Deno.writeTextFileSync(path, "something that is longer");
    const descriptor = openFile(path, "read-write");
    Deno.removeSync(path);
    writeWholeFile(`/proc/self/fd/${descriptor}`, bytes("content"));
    const content = new Uint8Array(100);
    const length = readAt(descriptor, 0, content, path);
    closeFile(descriptor);
    assertEquals(text(content.subarray(0, length)), "content");
    assertEquals(names(directory), []);
  },
);

inDirectory(
  "writeWholeFile() takes names that are no UTF-8 when they are bytes",
  (directory) => {
    const path = Uint8Array.of(...bytes(`${directory}/`), 0xff, 0x61);
    writeWholeFile(path, bytes("content"));
    writeWholeFile(path, bytes("new"));
    assertEquals(text(readWholeFile(path, 9)), "new");
    assertEquals(names(directory).length, 1);
  },
);

inDirectory(
  "writeWholeFile() fails and makes nothing when it cannot write there",
  (directory) => {
    const write = (path: string) => () => writeWholeFile(path, bytes("content"));
    const none = `${directory}/none/a`;
    assertFails(write(none), "open", Errno.ENOENT, none);
    assertFails(write(directory), "open", Errno.EISDIR, directory);
    assertFails(write(`${directory}/none/`), "open", Errno.ENOENT, `${directory}/none/`);
    Deno.writeTextFileSync(`${directory}/file`, "old");
    assertFails(
      write(`${directory}/file/a`),
      "open",
      Errno.ENOTDIR,
      `${directory}/file/a`,
    );
    const long = `${directory}/${"x".repeat(256)}`;
    assertFails(write(long), "open", Errno.ENAMETOOLONG, long);
    assertFails(write("/dev/full"), "write", Errno.ENOSPC, "/dev/full");
    assertEquals(names(directory), ["file"]);
  },
);

inDirectory(
  "writeWholeFile() takes the longest name when there is no file",
  (directory) => {
    const path = `${directory}/${"x".repeat(255)}`;
    writeWholeFile(path, bytes("content"));
    assertEquals(Deno.readTextFileSync(path), "content");
  },
);
