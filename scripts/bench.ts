/**
 * `deno task bench [--against=PATH] [--runs=N]`: what a hypercall and a start
 * cost, side by side with another tender (a `solo5-hvt`) where one is
 * given. Prints medians and the median of the ratios, run by run.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { checked } from "../ffi/errno.ts";
import { symbolGroup } from "../ffi/libc.ts";
import { ROOT, tenderCommand, tenderEnvironment } from "../tests/support/checkout.ts";

const GUESTS = `${ROOT}tests/guests/built/`;

const libc = symbolGroup("bench", {
  // int getrusage(int who, struct rusage *usage)
  getrusage: { parameters: ["i32", "buffer"], result: "i32" },
});

/** `sys/resource.h`; user and system time are two timevals at the start. */
const RUSAGE_CHILDREN = -1, RUSAGE_BYTES = 144;

/** What a run took, in seconds. */
interface Cost {
  readonly wall: number;
  readonly user: number;
  readonly system: number;
}

/** A command that starts a guest: what comes before the flags. */
type Tender = readonly string[];

const OURS: Tender = [...tenderCommand(), "run"];

function childTimes(): { user: number; system: number } {
  const usage = new Uint8Array(RUSAGE_BYTES);
  checked(libc().getrusage(RUSAGE_CHILDREN, usage), "getrusage", "children");
  const words = new BigInt64Array(usage.buffer);
  const seconds = (at: number) => Number(words[at]!) + Number(words[at + 1]!) / 1e6;
  return { user: seconds(0), system: seconds(2) };
}

function measure(command: readonly string[]): Cost {
  const before = childTimes();
  const start = performance.now();
  const { code, stderr } = new Deno.Command(command[0]!, {
    args: command.slice(1),
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    env: tenderEnvironment(),
  }).outputSync();
  const wall = (performance.now() - start) / 1000;
  if (code !== 0) throw new Error(`${command[0]}: ${new TextDecoder().decode(stderr)}`);
  const after = childTimes();
  return { wall, user: after.user - before.user, system: after.system - before.system };
}

/** The cost of one repetition: of many, less the start of a guest that does few. */
function perCall(tender: Tender, row: Row): Cost {
  const run = (count: number) => measure([...tender, ...row.args(count)]);
  const many = run(row.many), few = run(row.few);
  const each = (field: keyof Cost) => (many[field] - few[field]) / (row.many - row.few);
  return { wall: each("wall"), user: each("user"), system: each("system") };
}

interface Row {
  readonly name: string;
  readonly few: number;
  readonly many: number;
  args(count: number): string[];
}

function rows(disk: string): Row[] {
  const blocks = [
    "--mem=16",
    `--block:disk=${disk}`,
    "--block-sector-size:disk=4096",
    `${GUESTS}bench_disk.hvt`,
  ];
  const plain = ["--mem=16", `${GUESTS}bench.hvt`];
  return [
    {
      name: "walltime",
      few: 10_000,
      many: 110_000,
      args: (count) => [...plain, "walltime", String(count)],
    },
    {
      name: "puts, 80 bytes",
      few: 10_000,
      many: 60_000,
      args: (count) => [...plain, "puts", String(count)],
    },
    ...["read", "write"].map((direction): Row => ({
      name: `blk${direction}, 4 KiB`,
      few: 10_000,
      many: 60_000,
      args: (count) => [...blocks, direction, String(count), "4096"],
    })),
  ];
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[middle]!
    : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

const MICRO = 1e6, MILLI = 1e3;

function report(name: string, unit: string, scale: number, ours: Cost[], theirs: Cost[]) {
  const show = (costs: Cost[]) =>
    (["wall", "user", "system"] as const).map((field) =>
      `${field} ${(median(costs.map((cost) => cost[field])) * scale).toFixed(2)}`
    ).join(", ") + ` ${unit}`;
  print(`${name}: ours ${show(ours)}`);
  if (theirs.length === 0) return;
  const ratio = (of: (cost: Cost) => number) =>
    median(ours.map((cost, run) => of(cost) / of(theirs[run]!))).toFixed(3);
  print(`${" ".repeat(name.length)}  theirs ${show(theirs)}`);
  print(
    `${" ".repeat(name.length)}  ours/theirs: wall ${ratio(({ wall }) => wall)}, ` +
      `user ${ratio(({ user }) => user)}, ` +
      `user and system ${ratio(({ user, system }) => user + system)}`,
  );
}

const { against, runs: runsText } = parseArgs(Deno.args, { string: ["against", "runs"] });
const runs = Number(runsText ?? 11);
const theirs: Tender | undefined = typeof against === "string" ? [against] : undefined;
const disk = await Deno.makeTempFile();
await Deno.writeFile(disk, new Uint8Array(16 << 20).fill(0x5a));
const empty = await Deno.makeTempFile({ suffix: ".ts" });
print(`Deno ${Deno.version.deno}, ${runs} runs each, medians`);
for (const row of rows(disk)) {
  const costs: [Cost[], Cost[]] = [[], []];
  for (let run = 0; run < runs; run++) {
    costs[0].push(perCall(OURS, row));
    if (theirs) costs[1].push(perCall(theirs, row));
  }
  report(row.name, "µs a call", MICRO, ...costs);
}
const starts: [Cost[], Cost[], Cost[]] = [[], [], []];
const halt = ["--mem=512", `${GUESTS}exit.hvt`];
for (let run = 0; run < runs; run++) {
  starts[0].push(measure([...OURS, ...halt]));
  starts[1].push(measure([Deno.execPath(), "run", "--no-config", "--quiet", empty]));
  if (theirs) starts[2].push(measure([...theirs, ...halt]));
}
report("a guest that ends at once", "ms", MILLI, starts[0], starts[2]);
report("an empty Deno program", "ms", MILLI, starts[1], []);
for (const file of [disk, empty]) await Deno.remove(file);
