/**
 * The guest's console: every byte, in order, whatever reads it.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { openFile } from "../../ffi/files.ts";
import { passing } from "../support/descriptors.ts";
import { hostTest } from "../support/needs.ts";
import { guest, start, tender } from "../support/tender.ts";

const SIZES = [0, 1, 2, 79, 80, 4095, 4096, 4097, 65536, 1 << 20];

function expectedSizes(): Uint8Array {
  const parts = SIZES.map((size, index) =>
    new Uint8Array(size).fill("a".charCodeAt(0) + index)
  );
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function sameBytes(actual: Uint8Array, expected: Uint8Array): void {
  assertEquals(actual.length, expected.length);
  assertEquals(actual.findIndex((byte, index) => byte !== expected[index]), -1);
}

hostTest("PUTS writes every length", ["KVM"], async () => {
  const ended = await tender(["run", "--mem=4", guest("puts"), "sizes"]);
  sameBytes(ended.bytes, expectedSizes());
  assertEquals([ended.stderr, ended.status], ["", 0]);
});

hostTest("PUTS writes bytes, not text", ["KVM"], async () => {
  const ended = await tender(["run", "--mem=4", guest("puts"), "bytes"]);
  sameBytes(ended.bytes, Uint8Array.from({ length: 256 }, (_, byte) => byte));
  assertEquals(ended.status, 0);
});

hostTest(
  "PUTS waits for a slow reader of a pipe that does not block",
  ["KVM"],
  async () => {
    const directory = await Deno.makeTempDir();
    const fifo = `${directory}/fifo`;
    await new Deno.Command("mkfifo", { args: [fifo] }).output();
    const PASSED = 97;
    // openFile() does not block, and neither does what shares its description.
    const writer = openFile(fifo, "read-write");
    const reader = await Deno.open(fifo, { read: true });
    const run = ["run", "--mem=4", guest("puts"), "sizes"];
    const running = await passing(
      writer,
      PASSED,
      () => Promise.resolve(start(run, { shell: `exec "$@" >&${PASSED} ${PASSED}>&-` })),
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    for (const chunk = new Uint8Array(30000);;) {
      const count = await reader.read(chunk);
      if (count === null) break;
      chunks.push(chunk.slice(0, count));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const ended = await running.end();
    assertEquals([ended.stderr, ended.status], ["", 0]);
    sameBytes(new Uint8Array(await new Blob(chunks).arrayBuffer()), expectedSizes());
    reader.close();
    await Deno.remove(directory, { recursive: true });
  },
);

hostTest("a reader that is gone ends the guest with a sentence", ["KVM"], async () => {
  const ended = await tender(["run", "--mem=4", guest("puts"), "flood", "100000"], {
    shell: '{ "$@"; echo $? >&2; } | head -n 1',
  });
  assertEquals(ended.stdout, "100000\n");
  assertMatch(
    ended.stderr,
    /^solo5: standard output: [^\n]*EPIPE \(nobody reads it any more\); [^\n]*\n1\n$/,
  );
});

hostTest("a full disk ends the guest with a sentence", ["KVM"], async () => {
  const ended = await tender(["run", "--mem=4", guest("hello")], {
    shell: '"$@" >/dev/full',
  });
  assertMatch(ended.stderr, /^solo5: standard output: [^\n]*ENOSPC[^\n]*\n$/);
  assertEquals(ended.status, 1);
});

hostTest("output goes to a file from its first byte on", ["KVM"], async () => {
  const file = await Deno.makeTempFile();
  const ended = await tender(["run", "--mem=4", guest("puts"), "sizes"], {
    shell: `"$@" >${file}`,
  });
  assertEquals([ended.stderr, ended.status], ["", 0]);
  sameBytes(await Deno.readFile(file), expectedSizes());
  await Deno.remove(file);
});

for (const closed of ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"]) {
  hostTest(`a guest runs with ${closed}`, ["KVM"], async () => {
    const disk = await Deno.makeTempFile();
    await Deno.truncate(disk, 4096);
    const run = ["run", "--mem=4", `--block:disk=${disk}`, guest("block")];
    const ended = await tender(run, { shell: `"$@" ${closed}` });
    assertEquals(ended.status, 0);
    // The guest has filled the disk; its console went nowhere near it.
    const bytes = new TextDecoder("latin1").decode(await Deno.readFile(disk));
    assertEquals([bytes.length, bytes.includes("SUCCESS")], [4096, false]);
    await Deno.remove(disk);
  });
}
