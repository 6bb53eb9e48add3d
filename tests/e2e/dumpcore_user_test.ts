/**
 * Cores of root's tender, which is another user's when it writes them.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { announcement, onlyCore, withCoreDirectory } from "../support/core_dumps.ts";
import { namesIn, withDirectory } from "../support/directory.ts";
import { hostTest } from "../support/needs.ts";
import { guest, tender } from "../support/tender.ts";

const NEEDS = ["KVM", "root"] as const;

hostTest(
  "a core in everybody's directory is the user's that the tender became",
  NEEDS,
  () =>
    withCoreDirectory(async (directory) => {
      const flags = ["--user=4242:4343", `--dumpcore=${directory}`];
      const ended = await tender(["run", ...flags, guest("crash"), "abort"]);
      const core = onlyCore(directory);
      assertMatch(ended.stderr, announcement(core));
      const { uid, gid, mode } = await Deno.stat(core);
      assertEquals([uid, gid, mode! & 0o777], [4242, 4343, 0o600]);
    }),
);

hostTest(
  "a core is written to a directory that is root's alone",
  NEEDS,
  () =>
    withDirectory(async (directory) => {
      const ended = await tender([
        "run",
        `--dumpcore=${directory}`,
        guest("crash"),
        "abort",
      ]);
      const core = onlyCore(directory);
      assertMatch(ended.stderr, announcement(core));
      assertEquals((await Deno.stat(core)).uid, 0);
      assertEquals(ended.status, 255);
    }),
);

hostTest(
  "where no core was needed in such a directory, what stays there is said",
  NEEDS,
  () =>
    withDirectory(async (directory) => {
      const ended = await tender(["run", `--dumpcore=${directory}`, guest("hello")]);
      const core = onlyCore(directory);
      assertEquals((await Deno.stat(core)).size, 0);
      assertEquals(
        ended.stderr,
        `solo5: dumpcore: no core was needed: ${core} is empty, and this user may not remove it\n`,
      );
      assertEquals(ended.status, 0);
    }),
);

hostTest(
  "an older core in such a directory is kept, and the guest not started",
  NEEDS,
  () =>
    withDirectory(async (directory) => {
      const ended = await tender(["run", `--dumpcore=${directory}`, guest("hello")], {
        shell: `echo older >${directory}/core.solo5-hvt.$$; exec "$@"`,
      });
      const core = onlyCore(directory);
      assertEquals(await Deno.readTextFile(core), "older\n");
      assertEquals(
        ended.stderr,
        `solo5: ${core}: linkat: EEXIST (exists already); the older core is kept: move it away\n`,
      );
      assertEquals([ended.stdout, ended.status], ["", 1]);
      assertEquals(namesIn(directory).length, 1);
    }),
);
