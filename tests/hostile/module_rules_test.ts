/**
 * Each rule that a module asks for is needed: a real tender whose policy lacks it is
 * killed where its guest does what the rule is there for.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { Traffic } from "../../scripts/soak/traffic.ts";
import { Debugger, pathAddress } from "../support/debugger.ts";
import { makeDisk, withDirectory } from "../support/disk.ts";
import { hostTest } from "../support/needs.ts";
import { enterOwnNetwork } from "../support/network.ts";
import { type Cut, describeCut } from "../support/policy_cut.ts";
import { program } from "../support/programs.ts";
import { likeTender } from "../support/sealed_task.ts";
import { guest } from "../support/tender.ts";

/** A guest's run that takes a module's ways, with the rules that it needs. */
interface Way {
  readonly name: string;
  readonly flags: readonly string[];
  /** A file that it gets as its descriptor 9. */
  readonly disk?: string;
  /** Frames come and go, until the guest is told to end. */
  readonly traffic?: true;
  /** Where a debugger connects, looks at it, and has it go on. */
  readonly debugger?: string;
  readonly status: number;
  readonly cuts: readonly Cut[];
}

const TAP = "rules0";

/** One rule of a module's for each call. */
function all(by: string, ...calls: Cut["call"][]): Cut[] {
  return calls.map((call) => ({ by, call }));
}

function ways(directory: string): Way[] {
  const disk = `${directory}/disk.img`;
  const service = [`--net:service=${TAP}`, `--block:storage=${disk}`, guest("soak")];
  const block = (sync: string) => [
    `--block:disk=${disk},sync=${sync}`,
    guest("block"),
  ];
  return [
    {
      name: "a guest that prints",
      flags: [guest("hello")],
      status: 0,
      cuts: [...all("kvm", "ioctl", "setitimer"), ...all("core", "writev")],
    },
    {
      name: "a guest that answers frames",
      flags: service,
      traffic: true,
      status: 0,
      cuts: [...all("core", "ppoll"), ...all("net", "readv", "writev")],
    },
    {
      name: "a guest that uses its disk",
      flags: block("none"),
      status: 0,
      cuts: all("block", "preadv", "pwritev", "lseek", "sync_file_range"),
    },
    {
      name: "a guest whose writes are synced, on a disk that was passed",
      flags: ["--block:disk=@9,sync=write", guest("block")],
      disk,
      status: 0,
      cuts: all("block", "pwritev2"),
    },
    {
      name: "a guest whose disk is synced at its end",
      flags: block("end"),
      status: 0,
      cuts: all("block", "fdatasync"),
    },
    {
      name: "a guest that crashes, and leaves a core",
      flags: [`--dumpcore=${directory}/open`, guest("crash"), "trap"],
      status: 255,
      cuts: [
        ...all("dumpcore", "ioctl", "ftruncate", "pwrite64", "pwritev"),
        ...all("dumpcore", "fsync", "close", "pread64", "linkat"),
      ],
    },
    {
      name: "a guest that is debugged",
      flags: [`--gdb=${directory}/gdb`, guest("hello")],
      debugger: `${directory}/gdb`,
      status: 0,
      cuts: all("gdb", "ioctl", "recvfrom", "sendto", "shutdown", "close"),
    },
    {
      name: "a guest whose report goes to a stream",
      flags: ["--report=@9", guest("hello")],
      status: 0,
      cuts: all("figures", "write"),
    },
    {
      name: "a guest that leaves no core",
      flags: [`--dumpcore=${directory}`, guest("hello")],
      status: 0,
      cuts: all("dumpcore", "unlinkat"),
    },
  ];
}

/** Runs a tender whose policy may lack a rule; returns its exit status or signal. */
async function run(way: Way, cut?: Cut): Promise<number | Deno.Signal> {
  const [deno, ...flags] = likeTender("../../mod.ts", "run", "--mem=4", ...way.flags);
  const cutting = [
    "--allow-env=SOLO5_CUT",
    `--import-map=${new URL("../support/policy_cut_map.json", import.meta.url).pathname}`,
  ];
  const argv = [deno!, flags[0]!, ...cutting, ...flags.slice(1)];
  const shell = ["bash", "-c", `exec "$@" 9<>${way.disk ?? "/dev/null"}`, "sh"];
  const child = program([...shell, ...argv], {
    stdin: "null",
    stdout: "piped",
    stderr: way.debugger === undefined ? "null" : "piped",
    env: cut === undefined ? {} : { SOLO5_CUT: JSON.stringify(cut) },
  }).spawn();
  const timer = setTimeout(() => child.kill("SIGKILL"), 20_000);
  if (way.debugger !== undefined) await debug(child, way.debugger);
  const traffic = way.traffic && new Traffic(TAP);
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    if (traffic && text.includes("ready")) {
      traffic.send(1);
      traffic.quit();
    }
  }
  const { code, signal } = await child.status;
  if (traffic) traffic.close();
  clearTimeout(timer);
  return signal ?? code;
}

/** Plays the debugger, as far as the tender lives to answer. */
async function debug(child: Deno.ChildProcess, path: string): Promise<void> {
  let said = "";
  for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
    said += text;
    if (said.includes("gdb --ex=")) break;
  }
  const debugging = new Debugger(pathAddress(path));
  try {
    for (const packet of ["?", "g", "c"]) if (debugging.ask(packet) === undefined) break;
  } catch {
    // The tender was killed: how it ended says so.
  }
  debugging.close();
}

hostTest("a tender is killed when it lacks a rule of a module's, and lives with it", [
  "KVM",
  "root",
  "tun",
  "a fast host",
], async (t) => {
  enterOwnNetwork();
  await withDirectory(async (directory) => {
    await makeDisk(`${directory}/disk.img`, 8192);
    await Deno.mkdir(`${directory}/open`);
    await Deno.chmod(directory, 0o711);
    await Deno.chmod(`${directory}/open`, 0o777);
    await t.step("a report is whole after SIGSYS", async () => {
      const path = `${directory}/report.json`;
      const way = { name: "", flags: [`--report=${path}`, guest("hello")], status: 0 };
      const [cut] = all("core", "writev");
      assertEquals(await run({ ...way, cuts: [] }, cut), "SIGSYS");
      const { ended, stage, hypercalls } = JSON.parse(await Deno.readTextFile(path));
      assertEquals([ended, stage, hypercalls.puts], [null, "run", 0]);
    });
    for (const way of ways(directory)) {
      await t.step(`${way.name} lives`, async () => {
        assertEquals(await run(way), way.status);
      });
      for (const cut of way.cuts) {
        await t.step(`${way.name} is killed without ${describeCut(cut)}`, async () => {
          assertEquals(await run(way, cut), "SIGSYS");
        });
      }
    }
  });
});
