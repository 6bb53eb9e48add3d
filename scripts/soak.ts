/**
 * `deno task soak [--seconds=N]`: runs a guest that polls, answers frames and
 * uses its disk, for an hour if not told otherwise, on a tap that goes down and
 * comes back meanwhile. Prints what its tender uses, and fails where that grew.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { ROOT } from "../tests/support/checkout.ts";
import { enterOwnNetwork } from "../tests/support/network.ts";
import type { Growth } from "./soak/growth.ts";
import { type Sample, soak, type SoakResult } from "./soak/run.ts";

/** Of the samples, each so manieth is printed. */
const PRINTED = 6;

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

function row(...cells: readonly (string | number)[]): void {
  print(cells.map((cell) => String(cell).padStart(12)).join(""));
}

let count = 0;
function onSample(sample: Sample): void {
  if (count++ % PRINTED !== 0) return;
  const { seconds, answered, residentKib, ownKib, descriptors, threads } = sample;
  row(Math.round(seconds), answered, residentKib, ownKib, descriptors, threads);
}

function judge(what: string, { early, late, grew }: Growth): boolean {
  print(`${what}: median ${early} in the second quarter, ${late} in the last`);
  if (grew) print(`${what} grew`);
  return !grew;
}

/** Prints what came of a run; returns whether it is as it should be. */
function report(result: SoakResult): boolean {
  const { polls, packets, blocks } = result.counts;
  print(`\nthe guest made ${polls} polls, ${packets} packets and ${blocks} blocks`);
  print(
    `its interface was down ${result.interruptions} times, its tender was stopped ` +
      `${result.stops} times, and ${result.unanswered} frames were not answered`,
  );
  print(`exit status ${result.status}; on standard error:\n${result.stderr.trimEnd()}`);
  const fine = [
    judge("memory of the tender's own, KiB", result.memory),
    judge("descriptors", result.descriptors),
    judge("threads", result.threads),
  ];
  return result.status === 0 && fine.every((each) => each);
}

const given = parseArgs(Deno.args, { string: ["seconds", "frames"] });
const length = given.frames === undefined
  ? { seconds: Number(given.seconds ?? 3600) }
  : { frames: Number(given.frames) };
if (Object.values(length).some((number) => !(number > 0))) {
  print("soak: --seconds and --frames take a number above 0");
  Deno.exit(1);
}
if (Deno.uid() !== 0) {
  print(
    "soak: it makes a network namespace and looks at a sealed tender, for which it " +
      "has to be root",
  );
  Deno.exit(1);
}
enterOwnNetwork();
const directory = await Deno.makeTempDir();
let good: boolean;
try {
  row("seconds", "answered", "RSS KiB", "own KiB", "descriptors", "threads");
  good = report(
    await soak({
      length,
      guest: `${ROOT}tests/guests/built/soak.hvt`,
      disk: `${directory}/disk.img`,
      tap: "tap0",
      onSample,
    }),
  );
} finally {
  await Deno.remove(directory, { recursive: true });
}
Deno.exit(good ? 0 : 1);
