/**
 * `deno task bench [--against=PATH | --unsealed] [--runs=N] [--only=WORD]`: what a hypercall,
 * a frame through the network ring and a start cost, side by side with another
 * tender (a `solo5-hvt`) where one is given. Prints medians and the median of the
 * ratios, run by run. With `--unsealed` the other tender is this one without its
 * seal, so that the ratios are what the seal costs. Frames need root and `/dev/net/tun`. With a word, only rows
 * that have it in their name.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { ROOT, tenderCommand } from "../tests/support/checkout.ts";
import { type Cost, measure, starterOf } from "./bench/cost.ts";
import { makeBenchTap, MOST_FRAMES, sendFrames, TAP } from "./bench/traffic.ts";

const GUESTS = `${ROOT}tests/guests/built/`;

/** A command that starts a guest: what comes before the flags. */
type Tender = readonly string[];

/** The cost of one repetition: of many, less the start of a guest that does few. */
async function perCall(tender: Tender, row: Row): Promise<Cost> {
  const run = (count: number) =>
    measure([...tender, ...row.args(count)], row.begun && (() => row.begun!(count)));
  const many = await run(row.many), few = await run(row.few);
  const each = (field: keyof Cost) => (many[field] - few[field]) / (row.many - row.few);
  return { wall: each("wall"), user: each("user"), system: each("system") };
}

interface Row {
  readonly name: string;
  readonly few: number;
  readonly many: number;
  args(count: number): string[];
  /** What has to happen when the guest has printed something. */
  begun?(count: number): void;
}

const RING = ["--mem=16", `--net:service0=${TAP}`, `${GUESTS}ring_bench.hvt`];

/** Frames of the smallest and of the usual largest size. */
function frameRows(): Row[] {
  return [60, 1500].flatMap((bytes): Row[] => [
    {
      name: `ringsend, ${bytes} bytes`,
      few: 2_000,
      many: 10_000,
      args: (count) => [...RING, "send", String(count), String(bytes)],
      begun: () => {},
    },
    {
      name: `ringreceive, ${bytes} bytes`,
      few: 2_000,
      many: MOST_FRAMES,
      args: (count) => [...RING, "receive", String(count)],
      begun: (count) => sendFrames(count, bytes),
    },
  ]);
}

function callRows(disk: string): Row[] {
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

const { against, runs: runsText, only, unsealed } = parseArgs(Deno.args, {
  string: ["against", "runs", "only"],
  boolean: ["unsealed"],
});
const runs = Number(runsText ?? 11);
// Both in the same way, or the comparison would not be fair.
const starter = typeof against === "string" ? starterOf(against) : [];
const OURS: Tender = [...starter, ...tenderCommand(), "run"];
const theirs: Tender | undefined = typeof against === "string"
  ? [...starter, against]
  : unsealed
  ? [...OURS, "--sandbox=off"]
  : undefined;
const wanted = (name: string) => typeof only !== "string" || name.includes(only);
const disk = await Deno.makeTempFile();
await Deno.writeFile(disk, new Uint8Array(16 << 20).fill(0x5a));
const empty = await Deno.makeTempFile({ suffix: ".ts" });
const canSend = Deno.uid() === 0;
if (canSend) makeBenchTap();
print(`Deno ${Deno.version.deno}, ${runs} runs each, medians`);
if (starter.length > 0) {
  const costs: number[] = [];
  for (let run = 0; run < runs; run++) {
    const twice = await measure(["env", "env", "true"]);
    costs.push(twice.wall - (await measure(["env", "true"])).wall);
  }
  print(
    `Each start has one of env in it, ${
      (median(costs) * MILLI).toFixed(2)
    } ms of wall: ` +
      `deno.json does not name ${against}. It names solo5-hvt, so --against=solo5-hvt ` +
      "does without, with its folder first in PATH.",
  );
}
for (const row of [...callRows(disk), ...canSend ? frameRows() : []]) {
  if (!wanted(row.name)) continue;
  const costs: [Cost[], Cost[]] = [[], []];
  for (let run = 0; run < runs; run++) {
    costs[0].push(await perCall(OURS, row));
    if (theirs) costs[1].push(await perCall(theirs, row));
  }
  report(row.name, "µs a call", MICRO, ...costs);
}
interface Start {
  readonly name: string;
  readonly ours: readonly string[];
  readonly guest?: readonly string[];
  /** What it is compared with, where that is not the other tender. */
  readonly than?: readonly string[];
}

const EXIT = ["--mem=512", `${GUESTS}exit.hvt`];
const starts: Start[] = [
  {
    name: "a guest that ends at once",
    ours: OURS,
    guest: EXIT,
  },
  {
    name: "the same with --sandbox=strict (theirs: without)",
    ours: OURS,
    guest: ["--sandbox=strict", ...EXIT],
    than: [...OURS, ...EXIT],
  },
  ...canSend
    ? [{
      name: "a guest with a ring that ends at once",
      ours: OURS,
      guest: [...RING, "send", "0", "60"],
    }]
    : [],
  {
    name: "an empty Deno program",
    ours: [
      ...starterOf(Deno.execPath()),
      ...[Deno.execPath(), "run", "--no-config", "--quiet", empty],
    ],
  },
];
for (const { name, ours, guest, than } of starts.filter(({ name }) => wanted(name))) {
  const costs: [Cost[], Cost[]] = [[], []];
  for (let run = 0; run < runs; run++) {
    costs[0].push(await measure([...ours, ...guest ?? []]));
    const other = than ?? (theirs && guest && [...theirs, ...guest]);
    if (other) costs[1].push(await measure(other));
  }
  report(name, "ms", MILLI, ...costs);
}
for (const file of [disk, empty]) await Deno.remove(file);
