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
  /** How often the tender was stopped (SIGSTOP) and went on. */
  readonly stops: number;
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

/** Frames that are under way at once; how many bursts go by between two stops. */
const BURST = 32, UNSTOPPED = 100;

/** How long the tender stays stopped, in milliseconds: its timers come due. */
const STOPPED_MS = 5;

/**
 * Has V8 collect the whole heap, on all its threads, where it would do no more than
 * a part, and that often: what it calls then has to be allowed.
 */
const MANY_COLLECTIONS = "--gc-global,--max-semi-space-size=1,--stress-compaction";

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
    env: { ...tenderEnvironment(), DENO_V8_FLAGS: MANY_COLLECTIONS },
  }).spawn();
  let over = false;
  const ended = child.status.finally(() => over = true);
  const console = new Console(child.stdout);
  const stderr = new Response(child.stderr).text();
  await console.said("ready");
  const { samples, stops } = await work(options, traffic, child, () => over);
  traffic.drain();
  traffic.quit();
  const { code } = await ended;
  if (samples.length < SAMPLES) {
    throw new Error(`the tender ended too early: ${code}; ${await stderr}`);
  }
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
    stops,
    memory: judge("ownKib", options.memoryToleranceKib ?? MEMORY_TOLERANCE_KIB),
    descriptors: judge("descriptors", 0),
    threads: judge("threads", 0),
  };
}

/**
 * Traffic until it was enough, or the tender is over; returns the samples taken on
 * the way, and how often it was stopped.
 */
async function work(
  { length, onSample }: SoakOptions,
  traffic: Traffic,
  child: Deno.ChildProcess,
  over: () => boolean,
): Promise<{ readonly samples: Sample[]; readonly stops: number }> {
  const samples: Sample[] = [];
  let bursts = 0;
  const start = performance.now();
  const elapsed = () => (performance.now() - start) / 1000;
  const done = () =>
    "seconds" in length ? elapsed() / length.seconds : traffic.answered / length.frames;
  while (done() < 1) {
    traffic.exchange(BURST);
    // The guest's console is read meanwhile.
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (over()) break;
    if (++bursts % UNSTOPPED === 0) {
      traffic.send(BURST);
      await stop(child);
    }
    if (done() < samples.length / SAMPLES) continue;
    const sample = {
      seconds: elapsed(),
      answered: traffic.answered,
      ...usageOf(child.pid),
    };
    samples.push(sample);
    onSample?.(sample);
    if (samples.length % UNINTERRUPTED === 0) await traffic.interrupt(BURST);
  }
  return { samples, stops: Math.floor(bursts / UNSTOPPED) };
}

/** Stops the tender, whatever it does, and has it go on. */
async function stop(child: Deno.ChildProcess): Promise<void> {
  child.kill("SIGSTOP");
  await new Promise((resolve) => setTimeout(resolve, STOPPED_MS));
  child.kill("SIGCONT");
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
