/**
 * `run --report`: who ended a guest, as JSON that is whole at every moment.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { HypercallNumber } from "../../src/contract/hypercalls.ts";
import { decodeFigures } from "../../src/figures/seen.ts";
import { ROOT } from "../support/checkout.ts";
import { withDirectory, withDisk } from "../support/disk.ts";
import { checkSchema } from "../support/json_schema.ts";
import { hostTest } from "../support/needs.ts";
import { BLOCK_BYTES, numbers } from "../support/numbers.ts";
import { Random } from "../support/random.ts";
import { type Ended, guest, start, tender } from "../support/tender.ts";

const SCHEMA = JSON.parse(
  Deno.readTextFileSync(`${ROOT}docs/schemas/report.schema.json`),
);

/** What a report says. */
interface ReportValue {
  readonly ended: string | null;
  readonly status: number | null;
  readonly signal: number | null;
  readonly stage: string;
  readonly name: string | null;
  readonly sentence?: string;
  readonly fault?: { readonly rip: string; readonly registers: Record<string, string> };
  readonly hypercalls: Record<string, number>;
  readonly consoleBytes: number;
  readonly devices: readonly Record<string, number>[];
}

/** Reads a report's text, which has to be JSON of its schema. */
function readReport(text: string): ReportValue {
  const value = JSON.parse(text);
  assertEquals(checkSchema(SCHEMA, value), []);
  return value;
}

/** Runs a guest with a report in a folder of its own. */
async function reported(
  flags: readonly string[],
  look: (report: ReportValue, ended: Ended) => void,
): Promise<void> {
  await withDirectory(async (directory) => {
    const path = `${directory}/report.json`;
    const ended = await tender(["run", "--mem=4", `--report=${path}`, ...flags]);
    look(readReport(await Deno.readTextFile(path)), ended);
    assertEquals([...Deno.readDirSync(directory)].length, 1);
  });
}

hostTest(
  "a report says that the guest ended itself, and what it did",
  ["KVM"],
  () =>
    reported(["--name=seven", guest("exit"), "7"], (report) => {
      const { ended, status, signal, stage, name, sentence, hypercalls } = report;
      assertEquals([ended, status, signal, stage], ["guest", 7, null, "run"]);
      assertEquals([name, sentence, hypercalls["halt"]], ["seven", undefined, 1]);
    }),
);

hostTest(
  "a report counts what the console and disks got",
  ["KVM"],
  () =>
    withDisk(
      8 * BLOCK_BYTES,
      (disk) =>
        reported([`--block:disk=${disk}`, ...numbers(1, 3)], (report, { bytes }) => {
          const [device] = report.devices;
          assertEquals(device!["writes"], report.hypercalls["block_write"]);
          assert(device!["writes"]! >= 3 && device!["bytesWritten"]! >= 3 * BLOCK_BYTES);
          assertEquals(report.consoleBytes, bytes.length);
        }),
    ),
);

hostTest(
  "a report has the guest's state where it did what no guest may",
  ["KVM"],
  () =>
    reported(
      [guest("fault"), "port"],
      ({ ended, status, sentence, fault }, { stderr }) => {
        assertEquals([ended, status], ["tender", 1]);
        assertEquals(`solo5: ${sentence}\n`, stderr);
        const [, rip] = /rip=(0x[0-9a-f]+)/.exec(stderr)!;
        assertEquals(fault?.rip, rip);
        assertEquals(Object.keys(fault!.registers).length, 18);
      },
    ),
);

const REFUSED: Readonly<Record<string, readonly string[]>> = {
  "an image that is not there": ["/nonexistent/app.elf"],
  "a flag that is none": ["--nonsense", guest("hello")],
  "a device that is not bound": [guest("block")],
  "a disk that is not there": ["--block:storage=/nonexistent/disk", guest("block")],
};

for (const [what, flags] of Object.entries(REFUSED)) {
  hostTest(
    `a report has the sentence that refuses ${what}`,
    ["KVM"],
    () =>
      reported(flags, ({ ended, status, sentence }, { stderr }) => {
        assertEquals([ended, status], ["tender", 1]);
        assertEquals(`solo5: ${sentence}\n`, stderr);
      }),
  );
}

hostTest(
  "a report names the signal that ended the guest",
  ["KVM"],
  () =>
    withDirectory(async (directory) => {
      const path = `${directory}/report.json`;
      const running = start(["run", "--mem=4", `--report=${path}`, guest("spin")]);
      await running.sees("spinning");
      assertEquals(readReport(await Deno.readTextFile(path)).ended, null);
      running.child.kill("SIGTERM");
      assertEquals((await running.end()).status, 1);
      const { ended, signal, sentence } = readReport(await Deno.readTextFile(path));
      assertEquals([ended, signal, sentence], ["signal", 15, "Exiting on signal 15"]);
    }),
);

hostTest(
  "a report takes the place of an earlier one, and follows a link",
  ["KVM"],
  () =>
    withDirectory(async (directory) => {
      const path = `${directory}/report.json`, link = `${directory}/link`;
      await Deno.writeTextFile(path, "x".repeat(100_000));
      await Deno.symlink(path, link);
      for (const target of [path, link]) {
        await tender(["run", "--mem=4", `--report=${target}`, guest("exit"), "3"]);
        assertEquals(readReport(await Deno.readTextFile(path)).status, 3);
      }
      assertEquals((await Deno.lstat(link)).isSymlink, true);
    }),
);

hostTest(
  "a report goes to descriptors: files, files to write only, and pipes",
  ["KVM"],
  () =>
    withDirectory(async (directory) => {
      const path = `${directory}/report.json`;
      const run = ["run", "--mem=4", "--report=@9", guest("exit"), "3"];
      for (const redirection of [`9<>"${path}"`, `9>"${path}"`]) {
        const shell = `exec "$@" ${redirection}`;
        assertEquals((await tender(run, { shell })).status, 3);
        assertEquals(readReport(await Deno.readTextFile(path)).status, 3);
      }
      const piped = await tender(run, { shell: `{ "$@" 9>&1 >&2; } | cat` });
      assertEquals(readReport(piped.stdout).status, 3);
      const strict = await tender([...run.toSpliced(1, 0, "--sandbox=strict")], {
        shell: `exec "$@" 9<>"${path}"`,
      });
      // Where strict cannot be had the report says so.
      assertEquals(readReport(await Deno.readTextFile(path)).status, strict.status);
    }),
);

const BAD: Readonly<Record<string, readonly [flag: string, words: RegExp]>> = {
  "a folder": ["--report=/tmp", /EISDIR/],
  "a folder that is not there": ["--report=/nonexistent/r", /ENOENT/],
  "a descriptor that is not open": ["--report=@77", /EBADF/],
  "standard input": ["--report=@0", /has a bad value/],
  "no path": ["--report=", /has a bad value/],
};

for (const [what, [flag, words]] of Object.entries(BAD)) {
  hostTest(`a report to ${what} is refused in one line`, ["KVM"], async () => {
    const { status, stderr, stdout } = await tender(["run", flag, guest("hello")]);
    assertMatch(stderr, /^solo5: [^\n]+\n$/);
    assertMatch(stderr, words);
    assertEquals([status, stdout], [1, ""]);
  });
}

/** How often a tender is killed; fewer times where each start takes seconds. */
const KILLS = Math.min(100, Number(Deno.env.get("SOLO5_SIGNALS") ?? "100"));

/** How many run at once. */
const TOGETHER = 4;

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

hostTest(
  "a report that its place does not take is said in one line",
  ["KVM"],
  async () => {
    const ended = await tender(["run", "--mem=2", "--report=/dev/full", guest("hello")]);
    assertEquals(
      ended.stderr,
      "solo5: --report=/dev/full: write: ENOSPC (no space left on device): the report is not whole; give it a file with room\n",
    );
    assertEquals(ended.status, 0);
  },
);

hostTest(
  "a report is whole and true whenever its tender is killed",
  ["KVM"],
  () =>
    withDirectory(async (directory) => {
      const random = new Random(5);
      const stages = new Map<string, number>();
      const kill = async (number: number) => {
        const [path, name] = [`${directory}/r${number}`, `n${number}`];
        const flags = ["--mem=4", `--name=${name}`, `--report=${path}`];
        const began = performance.now();
        const running = start(["run", ...flags, guest("spin"), "calls"], {
          env: { SOLO5_RUNTIME_DIR: `${directory}/figures` },
        });
        // Every fourth while it starts, the others while the guest calls.
        if (number % 4 === 3) await pause(random.below(startMs));
        else {
          await running.sees("spinning");
          startMs = performance.now() - began;
          await pause(random.below(40));
        }
        running.child.kill("SIGKILL");
        assertEquals((await running.end()).signal, "SIGKILL");
        let text: string;
        try {
          text = await Deno.readTextFile(path);
        } catch (error) {
          if (!(error instanceof Deno.errors.NotFound)) throw error;
          return count("none");
        }
        const report = readReport(text);
        assertEquals([report.ended, report.status, report.sentence], [
          null,
          null,
          undefined,
        ]);
        count(report.stage);
        if (report.stage !== "run") return;
        const page = decodeFigures(
          await Deno.readFile(`${directory}/figures/name.${name}`),
        )!;
        const calls = page.guest[HypercallNumber.WALLTIME]!;
        const behind = calls - report.hypercalls["walltime"]!;
        // The call that was being answered is counted there already.
        assert(behind === 0 || behind === 1, `${behind} of ${calls}`);
      };
      let startMs = 100;
      const count = (stage: string) =>
        void stages.set(stage, (stages.get(stage) ?? 0) + 1);
      for (let number = 0; number < KILLS;) {
        const some = Array.from({ length: TOGETHER }, () => kill(number++));
        await Promise.all(some);
      }
      assert(stages.get("run")! >= KILLS / 2, JSON.stringify([...stages]));
      const env = { SOLO5_RUNTIME_DIR: `${directory}/figures` };
      const shown = await tender(["stats", "n0", "--json"], { env });
      assertEquals(JSON.parse(shown.stdout).state, "killed");
    }),
);
