/**
 * Watching guests while they run: ps, top, stats, metrics and --name.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { ROOT } from "../support/checkout.ts";
import { withDirectory, withDisk } from "../support/disk.ts";
import { checkSchema } from "../support/json_schema.ts";
import { hostTest } from "../support/needs.ts";
import { enterOwnNetwork, makeTap } from "../support/network.ts";
import { BLOCK_BYTES, numbers } from "../support/numbers.ts";
import { readOpenMetrics } from "../support/openmetrics.ts";
import { guest, type Running, start, tender } from "../support/tender.ts";
import { openArea, unprivileged } from "../support/unprivileged.ts";

const SCHEMA = JSON.parse(
  Deno.readTextFileSync(`${ROOT}docs/schemas/stats.schema.json`),
);

/** What `stats --json` shows, held against its schema. */
interface Stats {
  readonly state: string;
  readonly pid: number;
  readonly exits: Record<string, number>;
  readonly hypercalls: Record<string, number>;
  readonly consoleBytes: number;
  readonly devices: readonly Record<string, number>[];
  readonly ended: { readonly by: string; readonly status: number } | null;
}

/** Variables that give a test a folder of its own. */
function inFolder(directory: string) {
  return { env: { SOLO5_RUNTIME_DIR: directory } };
}

async function statsOf(name: string, directory: string): Promise<Stats> {
  const { stdout, stderr, status } = await tender(
    ["stats", name, "--json"],
    inFolder(directory),
  );
  assertEquals([stderr, status], ["", 0]);
  const value = JSON.parse(stdout);
  assertEquals(checkSchema(SCHEMA, value), []);
  return value;
}

/** Asks until what is shown is so. */
async function statsUntil(
  name: string,
  directory: string,
  isSo: (stats: Stats) => boolean,
): Promise<Stats> {
  for (;;) {
    const stats = await statsOf(name, directory);
    if (isSo(stats)) return stats;
  }
}

async function stop(...running: Running[]): Promise<void> {
  for (const { child } of running) child.kill("SIGKILL");
  for (const each of running) await each.end();
}

hostTest(
  "ps, top, stats and metrics show guests that run, and what they do",
  ["KVM"],
  () =>
    withDirectory(async (directory) => {
      const options = inFolder(directory);
      const named = start(
        ["run", "--mem=4", "--name=first", guest("spin"), "calls"],
        options,
      );
      const other = start(["run", "--mem=4", guest("spin")], options);
      await Promise.all([named.sees("spinning"), other.sees("spinning")]);
      const first = await statsUntil(
        "first",
        directory,
        ({ hypercalls }) => hypercalls["walltime"]! > 0,
      );
      assertEquals([first.state, first.pid], ["running", named.child.pid]);
      assertEquals([first.hypercalls["puts"], first.consoleBytes], [
        1,
        "spinning\n".length,
      ]);
      const later = await statsUntil(
        "first",
        directory,
        ({ hypercalls }) => hypercalls["walltime"]! > first.hypercalls["walltime"]!,
      );
      assert(later.exits["hypercall"]! > first.exits["hypercall"]!);
      const shown = await tender(["ps"], options);
      const [, ...lines] = shown.stdout.trimEnd().split("\n");
      const cells = lines.map((line) => line.split(/ {2,}/));
      const pids = [named.child.pid, other.child.pid].map(String);
      assertEquals(
        cells.map(([name, pid, image]) => [name, pid, image]).toSorted(),
        [["first", pids[0], "spin.hvt"], [pids[1], pids[1], "spin.hvt"]].toSorted(),
      );
      const [exits] = cells.filter(([name]) => name === "first").map((row) => row[6]);
      assert(Number(exits) > 0, shown.stdout);
      const all = JSON.parse((await tender(["ps", "--json"], options)).stdout);
      assertEquals(all.flatMap((each: unknown) => checkSchema(SCHEMA, each)), []);
      assertEquals(all.length, 2);
      const top = await tender(["top", "--count=2", "--interval=0.1"], options);
      assertEquals(top.stdout.match(/^NAME /gm)?.length, 2);
      const families = readOpenMetrics((await tender(["metrics"], options)).stdout);
      assertEquals(
        families.get("solo5_guest_up")!.samples.map(({ labels }) => labels["guest"])
          .toSorted(),
        ["first", pids[1]].toSorted(),
      );
      const file = `${directory}/metrics.prom`;
      assertEquals((await tender(["metrics", `--output=${file}`], options)).stdout, "");
      readOpenMetrics(await Deno.readTextFile(file));
      await stop(named, other);
    }),
);

hostTest(
  "stats says how a guest with a name ended, and ps has it no more",
  ["KVM"],
  () =>
    withDirectory(async (directory) => {
      const options = inFolder(directory);
      await tender(["run", "--mem=4", "--name=done", guest("exit"), "7"], options);
      const { state, ended } = await statsOf("done", directory);
      assertEquals([state, ended?.by, ended?.status], ["ended", "guest", 7]);
      await tender(["run", "--mem=4", "--name=bad", guest("fault"), "hlt"], options);
      assertEquals((await statsOf("bad", directory)).ended?.by, "tender");
      const stopped = start(["run", "--mem=4", "--name=stopped", guest("spin")], options);
      await stopped.sees("spinning");
      stopped.child.kill("SIGTERM");
      await stopped.end();
      assertEquals((await statsOf("stopped", directory)).ended?.by, "signal");
      const killed = start(["run", "--mem=4", "--name=killed", guest("spin")], options);
      await killed.sees("spinning");
      await statsUntil("killed", directory, ({ consoleBytes }) => consoleBytes > 0);
      await stop(killed);
      const left = await statsOf("killed", directory);
      assertEquals([left.state, left.ended, left.consoleBytes], ["killed", null, 9]);
      const text = await tender(["stats", "killed"], options);
      assertMatch(text.stdout, /killed: killed \(its tender ended without a word/);
      assertEquals(
        (await tender(["ps"], options)).stdout.trimEnd().split("\n").length,
        1,
      );
    }),
);

hostTest(
  "what a killed guest without a name leaves is gone once somebody looks",
  ["KVM"],
  () =>
    withDirectory(async (directory) => {
      const options = inFolder(directory);
      const killed = start(["run", "--mem=4", guest("spin")], options);
      await killed.sees("spinning");
      const files = () => [...Deno.readDirSync(directory)].map(({ name }) => name);
      assertEquals(files().length, 1);
      await stop(killed);
      const gone = await tender(["stats", String(killed.child.pid)], options);
      assertMatch(gone.stderr, /has no guest of this name; see solo5 ps/);
      assertEquals([gone.status, files()], [1, []]);
    }),
);

hostTest(
  "a name is one guest's at a time, and free again when it is killed",
  ["KVM"],
  () =>
    withDirectory(async (directory) => {
      const options = inFolder(directory);
      const first = start(["run", "--mem=4", "--name=one", guest("spin")], options);
      await first.sees("spinning");
      const hello = ["run", "--mem=4", "--name=one", guest("hello")];
      const refused = await tender(hello, options);
      assertMatch(
        refused.stderr,
        /^solo5: --name=one: another guest of this user has this name; [^\n]+\n$/,
      );
      assertEquals([refused.status, refused.stdout], [1, ""]);
      assertEquals((await statsOf("one", directory)).state, "running");
      await stop(first);
      assertEquals((await tender(hello, options)).status, 0);
      assertEquals((await statsOf("one", directory)).state, "ended");
    }),
);

hostTest(
  "figures are kept with --sandbox=strict too",
  ["KVM", "root"],
  () =>
    withDirectory(async (directory) => {
      const running = start(
        ["run", "--mem=4", "--name=strict", "--sandbox=strict", guest("spin"), "calls"],
        inFolder(directory),
      );
      await running.sees("spinning");
      const { state, pid } = await statsUntil(
        "strict",
        directory,
        ({ hypercalls }) => hypercalls["walltime"]! > 0,
      );
      assertEquals([state, pid], ["running", running.child.pid]);
      await stop(running);
      assertEquals((await statsOf("strict", directory)).state, "killed");
    }),
);

hostTest(
  "a guest's reads and writes are counted, with their bytes",
  ["KVM"],
  () =>
    withDisk(8 * BLOCK_BYTES, (path) =>
      withDirectory(async (directory) => {
        const run = ["run", "--mem=4", "--name=disk", `--block:disk=${path}`];
        const { status } = await tender([...run, ...numbers(1, 3)], inFolder(directory));
        const { devices: [disk], hypercalls } = await statsOf("disk", directory);
        assertEquals(status, 0);
        assertEquals(disk!["writes"], hypercalls["block_write"]);
        assert(disk!["writes"]! >= 3 && disk!["bytesWritten"]! >= 3 * BLOCK_BYTES);
      })),
);

for (
  const [program, tap, what] of [
    ["ring_bench", "figures0", "the ring's thread"],
    ["pace_net", "figures1", "the main thread"],
  ] as const
) {
  hostTest(
    `frames that ${what} moves are counted`,
    ["KVM", "root", "tun"],
    () =>
      withDirectory(async (directory) => {
        enterOwnNetwork();
        makeTap(tap);
        const run = ["run", "--mem=16", "--name=net", `--net:service0=${tap}`];
        const { status, stderr } = await tender(
          [...run, guest(program), "send", "40", "100"],
          inFolder(directory),
        );
        assertEquals([status, stderr], [0, ""]);
        const { devices: [net], hypercalls } = await statsOf("net", directory);
        const { framesOut, bytesOut, dropped } = net!;
        assertEquals([framesOut, bytesOut, dropped], [40, 4000, 0]);
        assertEquals(hypercalls["net_write"], program === "pace_net" ? 40 : 0);
      }),
  );
}

hostTest(
  "a user's guests are that user's to see",
  ["KVM", "root", "setpriv"],
  () =>
    withDirectory(async (directory) => {
      await Deno.chmod(directory, 0o777);
      const options = await unprivileged({
        variables: { HOME: "/nonexistent", SOLO5_RUNTIME_DIR: directory },
      });
      const image = `${await openArea()}hello.hvt`;
      // A folder that others can write to is none: the guest runs all the same.
      const hello = await tender(["run", "--mem=4", image], options);
      assertEquals([hello.status, hello.stderr], [0, ""]);
      const named = await tender(["run", "--mem=4", "--name=x", image], options);
      assertMatch(
        named.stderr,
        /^solo5: --name=x: [^\n]+ is no folder that only this user/,
      );
      assertEquals([...Deno.readDirSync(directory)], []);
      const own = `${await openArea()}home/figures`;
      const variables = { HOME: "/nonexistent", SOLO5_RUNTIME_DIR: own };
      const theirs = await unprivileged({ variables });
      const run = ["run", "--mem=4", "--name=theirs", image];
      assertEquals((await tender(run, theirs)).stderr, "");
      const { stdout } = await tender(["stats", "theirs"], theirs);
      assertMatch(stdout, /theirs: ended by the guest, status 0/);
      // Root may look there; others, and what root has itself, are apart.
      assertEquals((await statsOf("theirs", own)).ended?.status, 0);
      const roots = await tender(["stats", "theirs"], inFolder(directory));
      assertMatch(roots.stderr, /has no guest of this name/);
    }),
);
