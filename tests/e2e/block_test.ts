/**
 * Disks: sectors, edges, locks, and what the host's file can do to a guest.
 *
 * @module
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { lockFile } from "../../ffi/disk.ts";
import { closeFile, openFile } from "../../ffi/files.ts";
import { withDisk } from "../support/disk.ts";
import { hostTest } from "../support/needs.ts";
import { guest, start, tender } from "../support/tender.ts";

for (const sectorSize of [512, 4096, 32768]) {
  hostTest(
    `a guest uses every sector of ${sectorSize} bytes`,
    ["KVM"],
    () =>
      withDisk(8 * 32768, async (path) => {
        const ended = await tender([
          "run",
          "--mem=4",
          `--block:disk=${path}`,
          `--block-sector-size:0=${sectorSize}`,
          guest("block"),
        ]);
        assertEquals(ended.stderr, "");
        assertEquals(
          ended.stdout,
          `${8 * 32768 / sectorSize} sectors of ${sectorSize}\nSUCCESS\n`,
        );
        assertEquals((await Deno.stat(path)).size, 8 * 32768);
      }),
  );
}

hostTest(
  "BLOCK_WRITE writes its own argument block as it was",
  ["KVM"],
  () =>
    withDisk(4096, async (path) => {
      const ended = await tender([
        "run",
        `--block:disk=${path}`,
        guest("block"),
        "overlap",
      ]);
      assertEquals([ended.stdout, ended.stderr, ended.status], ["SUCCESS\n", "", 0]);
    }),
);

hostTest(
  "a file that may not grow ends the guest with a sentence",
  ["KVM"],
  () =>
    withDisk(1 << 20, async (path) => {
      const ended = await tender([
        "run",
        "--mem=4",
        `--block:disk=${path}`,
        guest("block"),
      ], {
        shell: 'ulimit -f 64; exec "$@"',
      });
      assertMatch(
        ended.stderr,
        /^solo5: [^\n]*disk.img: write at byte [0-9]+ failed: EFBIG[^\n]*\n$/,
      );
      assertEquals(ended.status, 1);
    }),
);

hostTest("a directory is no disk", [], async () => {
  const directory = await Deno.makeTempDir();
  for (const suffix of ["", ",ro"]) {
    const ended = await tender([
      "run",
      `--block:0=${directory}${suffix}`,
      guest("block"),
    ]);
    assertMatch(
      ended.stderr,
      /^solo5: --block:disk=[^\n]*(EISDIR|EINVAL)[^\n]*\n$/,
    );
    assertEquals(ended.status, 1);
  }
  await Deno.remove(directory);
});

hostTest(
  "reading a disk leaves its access time alone",
  ["KVM"],
  () =>
    withDisk(4096, async (path) => {
      const longAgo = new Date("2001-01-01T00:00:00Z");
      await Deno.utime(path, longAgo, longAgo);
      const ended = await tender([
        "run",
        `--block:0=${path},ro`,
        guest("block"),
        "readonly",
      ]);
      assertEquals(ended.status, 0);
      assertEquals((await Deno.stat(path)).atime, longAgo);
    }),
);

hostTest("a disk keeps what was written", ["KVM"], () =>
  withDisk(512, async (path) => {
    const disk = ["run", "--mem=2", `--block:0=${path}`, guest("block")];
    assertEquals((await tender([...disk, "write", "remember me"])).status, 0);
    assertEquals((await tender([...disk, "read"])).stdout, "remember me");
  }));

hostTest(
  "a disk of more than 4 GiB is used to its end",
  ["KVM"],
  () =>
    withDisk(6 * 2 ** 30, async (path) => {
      await Deno.truncate(path, 6 * 2 ** 30);
      const file = await Deno.open(path, { write: true });
      await file.seek(0, Deno.SeekMode.Start);
      await file.write(new TextEncoder().encode("far"));
      file.close();
      const ended = await tender(["run", `--block:disk=${path}`, guest("block"), "read"]);
      assertEquals([ended.stdout, ended.status], ["far", 0]);
    }),
);

hostTest(
  "a guest cannot write a disk bound with ,ro",
  ["KVM"],
  () =>
    withDisk(4096, async (path) => {
      await Deno.chmod(path, 0o444);
      const ended = await tender([
        "run",
        `--block:disk=${path},ro`,
        guest("block"),
        "readonly",
      ]);
      assertEquals([ended.stdout, ended.status], ["SUCCESS\n", 0]);
    }),
);

/** Holds a lock as another process would: on a descriptor of its own. */
async function holding(path: string, shared: boolean, action: () => Promise<void>) {
  const descriptor = openFile(path, "read");
  lockFile(descriptor, shared, path);
  try {
    await action();
  } finally {
    closeFile(descriptor);
  }
}

hostTest(
  "a second writer is refused, readers share",
  ["KVM"],
  () =>
    withDisk(4096, async (path) => {
      const run = (suffix: string) =>
        tender(["run", `--block:disk=${path}${suffix}`, guest("block"), "readonly"]);
      await holding(path, false, async () => {
        for (const suffix of ["", ",ro"]) {
          const ended = await run(suffix);
          assertMatch(ended.stderr, /^solo5: --block:disk=[^\n]*flock: EAGAIN[^\n]*\n$/);
          assertEquals([ended.stdout, ended.status], ["", 1]);
        }
      });
      await holding(path, true, async () => {
        assertEquals((await run("")).status, 1);
        assertEquals((await run(",ro")).status, 0);
      });
    }),
);

hostTest(
  "one file can be two disks only where both are read-only",
  ["KVM"],
  () =>
    withDisk(4096, async (path) => {
      const run = (suffix: string) => [
        "run",
        `--block:first=${path}${suffix}`,
        `--block:second=${path}${suffix}`,
        guest("two_disks"),
        "7",
      ];
      const writers = await tender(run(""));
      assertMatch(writers.stderr, /^solo5: --block:second=[^\n]*flock: EAGAIN[^\n]*\n$/);
      assertEquals(writers.status, 1);
      assertEquals((await tender(run(",ro"))).status, 7);
    }),
);

for (
  const [bytes, sectorSize, problem] of [
    [0, 512, "its 0 bytes are not one or more whole sectors of 512"],
    [1563, 512, "its 1563 bytes are not one or more whole sectors of 512"],
    [6144, 4096, "its 6144 bytes are not one or more whole sectors of 4096"],
  ] as const
) {
  hostTest(
    `a file of ${bytes} bytes is no disk with sectors of ${sectorSize}`,
    [],
    () =>
      withDisk(bytes, async (path) => {
        const ended = await tender([
          "run",
          `--block:disk=${path}`,
          `--block-sector-size:disk=${sectorSize}`,
          guest("block"),
        ]);
        assertStringIncludes(ended.stderr, problem);
        assertEquals([ended.status, ended.stderr.split("\n").length], [1, 2]);
      }),
  );
}

hostTest(
  "a disk that becomes shorter ends the guest with a sentence",
  ["KVM"],
  () =>
    withDisk(1 << 24, async (path) => {
      const running = start([
        "run",
        "--mem=4",
        `--block:disk=${path}`,
        guest("bench_disk"),
        "read",
        "100000000",
        "512",
      ]);
      await running.sees("benchmark");
      await Deno.truncate(path, 4096);
      const ended = await running.end();
      assertMatch(
        ended.stderr,
        /^solo5: [^\n]*disk.img: read at byte [0-9]+ found the end of the file[^\n]*\n$/,
      );
      assertEquals(ended.status, 1);
    }),
);

hostTest(
  "a full disk ends the guest with a sentence",
  ["KVM", "root"],
  () =>
    withDisk(1 << 24, async (_path) => {
      const directory = await Deno.makeTempDir();
      const script = `mount -t tmpfs -o size=64k none ${directory} &&
truncate -s 16M ${directory}/disk.img && exec "$@"`;
      const ended = await tender([
        "run",
        "--mem=4",
        `--block:disk=${directory}/disk.img`,
        guest("bench_disk"),
        "write",
        "100000000",
        "512",
      ], { shell: `unshare -m sh -c '${script}' sh "$@"` });
      assertMatch(
        ended.stderr,
        /^solo5: [^\n]*write at byte [0-9]+ failed: ENOSPC[^\n]*\n$/,
      );
      assertEquals(ended.status, 1);
      await Deno.remove(directory);
    }),
);
