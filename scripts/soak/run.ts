/**
 * A long run: one guest, traffic, and samples of what its tender uses.
 *
 * @module
 */
import { tenderCommand, tenderEnvironment } from "../../tests/support/checkout.ts";
import { type Growth, growth } from "./growth.ts";
import { Traffic } from "./traffic.ts";
import { type Usage, usageOf } from "./usage.ts";

/** How a run is made. */
export interface SoakOptions {
  /** How long. */
  readonly length: { readonly seconds: number } | { readonly frames: number };
  /** The guest `soak`, built. */
  readonly guest: string;
  /** A file for its disk; it is made as large as the guest uses it. */
  readonly disk: string;
  /** The name of the tap to make, in this network namespace. */
  readonly tap: string;
  /** By how much memory may move (KiB), where the run is too short for the usual. */
  readonly memoryToleranceKib?: number;
  /** Takes each sample as it comes. */
  readonly onSample?: (sample: Sample) => void;
}

/** A sample, and when it was taken. */
export interface Sample extends Usage {
  /** Seconds since the run began. */
  readonly seconds: number;
  /** Frames that the guest had answered by then. */
  readonly answered: number;
}

/** What the guest did, by its own counts. */
export interface Counts {
  /** POLL hypercalls. */
  readonly polls: number;
  /** Frames received and sent. */
  readonly packets: number;
  /** Blocks written and read. */
  readonly blocks: number;
}

/** What came of a run. */
export interface SoakResult {
  /** The tender's exit status. */
  readonly status: number;
  /** What it said. */
  readonly stderr: string;
  /** What the guest did. */
  readonly counts: Counts;
  /** Frames that were sent to it and did not come back. */
  readonly unanswered: number;
  /** How often its interface was taken down and up. */
  readonly interruptions: number;
  /** Whether the tender's own memory (KiB), descriptors and threads grew. */
  readonly memory: Growth;
  /** See `memory`. */
  readonly descriptors: Growth;
  /** See `memory`. */
  readonly threads: Growth;
}

/**
 * Above 4 GiB, so that offsets need more than 32 bits: those are passed as
 * BigInts, which the collector has to clear away.
 */
const DISK_BYTES = 6 * 2 ** 30;

/** Samples of a run; how many go by between two interruptions. */
const SAMPLES = 120, UNINTERRUPTED = 10;

/** Frames that are under way at once. */
const BURST = 32;

/**
 * By how much the later median of memory may be above the earlier, in KiB: a
 * quarter of what a leak of one byte per frame makes in half an hour here. What
 * is left of the runtime's own movements (code compiled late, garbage) was below
 * 300 KiB.
 */
const MEMORY_TOLERANCE_KIB = 512;

/** Makes a long run. Needs KVM, and a network namespace of this process's own. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  await Deno.writeFile(options.disk, new Uint8Array());
  await Deno.truncate(options.disk, DISK_BYTES);
  const traffic = new Traffic(options.tap);
  const child = new Deno.Command(tenderCommand()[0]!, {
    args: [
      "run",
      "--mem=8",
      `--net:service=${options.tap}`,
      `--block:storage=${options.disk}`,
      options.guest,
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: tenderEnvironment(),
  }).spawn();
  const console = new Console(child.stdout);
  const stderr = new Response(child.stderr).text();
  await console.said("ready");
  const samples = await work(options, traffic, child.pid);
  traffic.drain();
  traffic.quit();
  const { code } = await child.status;
  await console.ended;
  traffic.drain();
  traffic.close();
  const judge = (of: keyof Usage, tolerance: number) =>
    growth(samples.map((sample) => sample[of]), tolerance);
  return {
    status: code,
    stderr: await stderr,
    counts: console.counts,
    unanswered: traffic.sent - traffic.answered,
    interruptions: Math.floor(samples.length / UNINTERRUPTED),
    memory: judge("ownKib", options.memoryToleranceKib ?? MEMORY_TOLERANCE_KIB),
    descriptors: judge("descriptors", 0),
    threads: judge("threads", 0),
  };
}

/** Traffic until it was enough; returns the samples taken on the way. */
async function work(
  { length, onSample }: SoakOptions,
  traffic: Traffic,
  pid: number,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  const start = performance.now();
  const elapsed = () => (performance.now() - start) / 1000;
  const done = () =>
    "seconds" in length ? elapsed() / length.seconds : traffic.answered / length.frames;
  while (done() < 1) {
    traffic.exchange(BURST);
    // The guest's console is read meanwhile.
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (done() < samples.length / SAMPLES) continue;
    const sample = {
      seconds: elapsed(),
      answered: traffic.answered,
      ...usageOf(pid),
    };
    samples.push(sample);
    onSample?.(sample);
    if (samples.length % UNINTERRUPTED === 0) await traffic.interrupt(BURST);
  }
  return samples;
}

/** Reads what the guest says, and keeps its latest counts. */
class Console {
  counts: Counts = { polls: 0, packets: 0, blocks: 0 };
  readonly ended: Promise<void>;
  readonly #lines: string[] = [];
  #wake = () => {};
  #over = false;

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.ended = this.#read(stream).finally(() => {
      this.#over = true;
      this.#wake();
    });
  }

  /** Waits for a line. */
  async said(line: string): Promise<void> {
    while (!this.#lines.includes(line) && !this.#over) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    let rest = "";
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines) this.#take(line);
      this.#wake();
    }
  }

  #take(line: string): void {
    const counts = /^polls ([0-9]+) packets ([0-9]+) blocks ([0-9]+) /.exec(line);
    if (counts === null) this.#lines.push(line);
    else {
      const [polls, packets, blocks] = counts.slice(1).map(Number);
      this.counts = { polls: polls!, packets: packets!, blocks: blocks! };
    }
  }
}
