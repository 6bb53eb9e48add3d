/**
 * The commands that look at guests while they run, described.
 *
 * @module
 */
import type { CommandDescription, Explained } from "./command.ts";

/** Where guests are looked for. */
export const RUNTIME_FOLDER: Explained = [
  [
    "SOLO5_RUNTIME_DIR, XDG_RUNTIME_DIR",
    "The folder of a user's guests is the first, else solo5 in the second, else /run/user/UID/solo5; root's is /run/solo5.",
  ],
];

/** Lists guests. */
export const PS: CommandDescription = {
  name: "ps",
  summary: "list the guests of this user",
  usage: ["[--json]"],
  text:
    `Lists every guest of this user that runs now: what it is called (its process, where
it was given no --name), its process, image and age, what its tender takes of a
processor and of memory, how many exits and network frames there are a second,
and its devices. The rates are those of a quarter of a second.`,
  flags: [{ name: "--json", help: "what stats shows of each, as a JSON array" }],
  environment: RUNTIME_FOLDER,
};

/** Follows guests. */
export const TOP: CommandDescription = {
  name: "top",
  summary: "list the guests of this user again and again",
  usage: ["[--interval=SECONDS] [--count=N]"],
  text:
    `Shows what ps shows, with rates since the time before. On a terminal each list takes
the place of the one before; Ctrl-C ends it.`,
  flags: [
    { name: "--interval", value: "SECONDS", help: "how long it waits each time (2)" },
    { name: "--count", value: "N", help: "how many lists it shows (no end)" },
  ],
  environment: RUNTIME_FOLDER,
};

/** Shows one guest. */
export const STATS: CommandDescription = {
  name: "stats",
  summary: "show all figures of a guest",
  usage: ["NAME [--json]"],
  text:
    `Shows what a guest has done so far: exits, hypercalls, frames, blocks, sleeps, and
what each stage of its start took. NAME is its --name, or its process. A guest
with a name is remembered for a day after its end: then this shows who ended it,
or that its tender was killed.`,
  flags: [{ name: "--json", help: "the same as JSON (docs/schemas/stats.schema.json)" }],
  operand: "guest",
  environment: RUNTIME_FOLDER,
};

/** Shows guests to monitoring. */
export const METRICS: CommandDescription = {
  name: "metrics",
  summary: "show the figures of all guests as OpenMetrics text",
  usage: ["[--output=FILE]"],
  text: `Writes the figures of every guest of this user that runs now in the form that
Prometheus and others read.`,
  flags: [{
    name: "--output",
    value: "FILE",
    help: "write a file as a whole, as node_exporter's textfile collector wants it",
    completes: "file",
  }],
  examples: [[
    "solo5 metrics --output=/var/lib/node_exporter/solo5.prom",
    "for node_exporter, from a timer",
  ]],
  environment: RUNTIME_FOLDER,
};
