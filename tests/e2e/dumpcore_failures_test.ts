/**
 * Core dumps that cannot be had, and dumps that are disturbed: no file is ever
 * half there, and the guest's own end stays what it was.
 *
 * @module
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { announcement, onlyCore, withCoreDirectory } from "../support/core_dumps.ts";
import { readCore } from "../support/core_reader.ts";
import { namesIn } from "../support/directory.ts";
import { hostTest } from "../support/needs.ts";
import { guest, type Running, start, tender } from "../support/tender.ts";

const MEBIBYTE = 1 << 20;

/** Directories that are none, and what is said of them. */
const REFUSED = {
  "not/there": [
    "open: ENOENT (no such file or directory); make it: mkdir PATH",
    "dumpcore: cannot open dir: PATH: No such file or directory; make it: mkdir PATH",
  ],
  "file": [
    "open: ENOTDIR (not a directory); give a directory",
    "dumpcore: cannot open dir: PATH: Not a directory; give a directory",
  ],
} as const;

for (const [name, [ours, theirs]] of Object.entries(REFUSED)) {
  hostTest(
    `--dumpcore=${name} is refused before the guest runs`,
    [],
    () =>
      withCoreDirectory(async (directory) => {
        await Deno.writeTextFile(`${directory}/file`, "");
        const path = `${directory}/${name}`;
        const flag = `--dumpcore=${path}`;
        const here = await tender(["run", flag, guest("hello")]);
        assertEquals(here.stderr, `solo5: ${flag}: ${ours.replace("PATH", path)}\n`);
        assertEquals([here.stdout, here.status], ["", 1]);
        const there = await tender([flag, guest("hello")], { as: "solo5-hvt-debug" });
        assertEquals(
          there.stderr,
          `solo5-hvt-debug: ${theirs.replaceAll("PATH", path)}\n`,
        );
        assertEquals([there.stdout, there.status], ["", 1]);
      }),
  );
}

hostTest(
  "a directory that cannot be written is refused",
  ["root"],
  () =>
    withCoreDirectory(async (directory) => {
      const readOnly = `mount -t tmpfs -o ro none ${directory} && exec "$@"`;
      const shell = `unshare -m sh -c '${readOnly}' sh "$@"`;
      const flag = `--dumpcore=${directory}`;
      const here = await tender(["run", flag, guest("hello")], { shell });
      assertEquals(
        here.stderr,
        `solo5: ${flag}: open: EROFS (read-only file system); give a directory that this user can write\n`,
      );
      assertEquals([here.stdout, here.status], ["", 1]);
      const there = await tender([flag, guest("hello")], {
        shell,
        as: "solo5-hvt-debug",
      });
      assertStringIncludes(
        there.stderr,
        `solo5-hvt-debug: dumpcore: dir not writable: ${directory}: Read-only file system; `,
      );
      assertEquals([there.stdout, there.status], ["", 1]);
    }),
);

hostTest(
  "without /proc there are no core dumps",
  ["KVM", "root"],
  () =>
    withCoreDirectory(async (directory) => {
      const hidden = 'mount -t tmpfs none /proc && exec "$@"';
      const flag = `--dumpcore=${directory}`;
      const ended = await tender(["run", flag, guest("hello")], {
        shell: `unshare -m sh -c '${hidden}' sh "$@"`,
      });
      assertEquals(
        ended.stderr,
        `solo5: ${flag}: /proc/self/pagemap: open: ENOENT (no such file or directory); mount /proc\n`,
      );
      assertEquals([ended.stdout, ended.status], ["", 1]);
      assertEquals(namesIn(directory), []);
    }),
);

/** What the tender says where a dump was begun and failed. */
function failed(directory: string, why: string): RegExp {
  const path = `${directory}/core\\.solo5-hvt\\.[0-9]+`;
  return new RegExp(
    `^solo5: dumpcore: dumping guest core to: ${path}\n` +
      `solo5: dumpcore: no core is written to ${path}: ${why}\n$`,
  );
}

hostTest(
  "a full disk costs the core, not the status",
  ["KVM", "root"],
  () =>
    withCoreDirectory(async (directory) => {
      const listed = `${directory}/listed`;
      const full = `${directory}/full`;
      await Deno.mkdir(full);
      const script = `mount -t tmpfs -o size=1m none ${full}; "$@"; status=$?; ` +
        `ls -A ${full} >${listed}; exit $status`;
      const flag = `--dumpcore=${full}`;
      const ended = await tender([
        "run",
        "--mem=16",
        flag,
        guest("crash"),
        "fill 8 abort",
      ], {
        shell: `unshare -m sh -c '${script}' sh "$@"`,
      });
      assertMatch(
        ended.stderr,
        failed(full, "pwritev: ENOSPC \\(no space left on device\\); make room"),
      );
      assertEquals(ended.status, 255);
      assertEquals(await Deno.readTextFile(listed), "");
    }),
);

hostTest(
  "a limit of file sizes costs the core, not the status",
  ["KVM"],
  () =>
    withCoreDirectory(async (directory) => {
      const flag = `--dumpcore=${directory}`;
      const ended = await tender(["run", "--mem=16", flag, guest("crash"), "abort"], {
        shell: 'ulimit -f 64; exec "$@"',
      });
      assertMatch(
        ended.stderr,
        failed(
          directory,
          "ftruncate: EFBIG \\(file too large\\); a core is as long as [^\n]*",
        ),
      );
      assertEquals(ended.status, 255);
      assertEquals(namesIn(directory), []);
    }),
);

hostTest(
  "an older core of this name is kept",
  ["KVM"],
  () =>
    withCoreDirectory(async (directory) => {
      const flag = `--dumpcore=${directory}`;
      const ended = await tender(["run", "--mem=16", flag, guest("crash"), "abort"], {
        shell: `echo older >${directory}/core.solo5-hvt.$$; exec "$@"`,
      });
      assertMatch(
        ended.stderr,
        failed(
          directory,
          "linkat: EEXIST \\(exists already\\); the older core is kept: [^\n]*",
        ),
      );
      assertEquals(ended.status, 255);
      assertEquals(await Deno.readTextFile(onlyCore(directory)), "older\n");
    }),
);

hostTest(
  "a directory that has gone costs the core, not the status",
  ["KVM"],
  () =>
    withCoreDirectory(async (directory) => {
      const gone = `${directory}/gone`;
      await Deno.mkdir(gone);
      await Deno.chmod(gone, 0o777);
      const running = start(["run", `--dumpcore=${gone}`, guest("crash"), "loop"]);
      await running.sees("looping");
      await Deno.remove(gone);
      running.child.kill("SIGQUIT");
      const ended = await running.end();
      assertMatch(ended.stderr, /: linkat: ENOENT [^\n]*\nsolo5: Exiting on signal 3\n$/);
      assertEquals(ended.status, 1);
    }),
);

/** Starts a guest whose dump takes a while, and waits until that has begun. */
async function beginLargeDump(directory: string): Promise<Running> {
  const flags = ["--mem=128", `--dumpcore=${directory}`];
  const running = start(["run", ...flags, guest("crash"), "fill 64 abort"], {
    shell: 'exec "$@" 2>&1',
  });
  await running.sees("dumping guest core");
  return running;
}

/** The last page that the guest fills (gpa). */
const LAST_PAGE = 2 * MEBIBYTE + 64 * MEBIBYTE - 4096;

/** The core is whole: its length, and the last page that the guest has filled. */
function assertWhole(path: string): void {
  assertEquals(Deno.statSync(path).size, 128 * MEBIBYTE + 4096);
  const word = new DataView(readCore(path).memory(LAST_PAGE, 8).buffer);
  assertEquals(word.getBigUint64(0, true), BigInt(LAST_PAGE));
}

/** What goes by a core's name. */
function coresIn(directory: string): string[] {
  return namesIn(directory).filter((name) => name.startsWith("core."));
}

hostTest(
  "a tender that is killed leaves a whole core or none",
  ["KVM"],
  () =>
    withCoreDirectory(async (directory) => {
      const running = await beginLargeDump(directory);
      const seen = coresIn(directory);
      running.child.kill("SIGKILL");
      await running.end();
      for (const name of new Set([...seen, ...coresIn(directory)])) {
        assertWhole(`${directory}/${name}`);
      }
    }),
);

hostTest(
  "SIGTERM does not cut a dump short",
  ["KVM"],
  () =>
    withCoreDirectory(async (directory) => {
      const running = await beginLargeDump(directory);
      running.child.kill("SIGTERM");
      const ended = await running.end();
      assertEquals([ended.status, ended.signal], [255, null]);
      assertMatch(ended.stdout, announcement(onlyCore(directory)));
      assertWhole(onlyCore(directory));
    }),
);

hostTest(
  "a directory's name may have any bytes",
  ["KVM"],
  () =>
    withCoreDirectory(async (directory) => {
      // Flags may stand behind the image, the guest's argument behind them.
      const shell = `cd ${directory} && d=$(printf 'a b \\377') && mkdir "$d" && ` +
        '"$@" "--dumpcore=$d" abort; status=$?; ls "$d" | wc -l; exit $status';
      const ended = await tender(["run", "--mem=4", guest("exit")], { shell });
      assertMatch(
        ended.stderr,
        /^solo5: dumpcore: dumping guest core to: a b \\xff\/core\.solo5-hvt\.[0-9]+\n/,
      );
      assertEquals([ended.stdout.trim(), ended.status], ["1", 255]);
    }),
);
