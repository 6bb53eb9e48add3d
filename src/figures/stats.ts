/**
 * Everything that is known of one guest: as JSON (`docs/schemas/stats.schema.json`)
 * and as text. Pure.
 *
 * @module
 */
import { GuestCount, STAGES } from "../contract/figures.ts";
import { printable } from "../errors.ts";
import { DEVICE_FIELDS, EXITS, HYPERCALLS, valuesOf } from "./fields.ts";
import type { GuestSeen } from "./guests.ts";
import { describeAge, describeBytes } from "./rows.ts";
import { enderOf, labelOf, stageOf, stateOf } from "./state.ts";

/** The version of the form below. */
export const STATS_VERSION = 1;

/** A guest as a value that is JSON. */
export function statsOf(seen: GuestSeen): Record<string, unknown> {
  const { description, guest, devices, use } = seen;
  const by = enderOf(guest);
  const time = (at: number) => at > 0 ? isoTime(at) : null;
  return {
    type: "solo5.stats",
    version: STATS_VERSION,
    name: description.name ?? null,
    pid: description.pid,
    image: description.image,
    state: stateOf(seen),
    stage: stageOf(guest),
    started: time(guest[GuestCount.started]!),
    ended: by === undefined ? null : {
      by,
      status: guest[GuestCount.status],
      signal: by === "signal" ? guest[GuestCount.signal] : null,
      at: time(guest[GuestCount.ended]!),
    },
    memoryBytes: description.memoryBytes,
    cpuSeconds: use?.cpuSeconds ?? null,
    residentBytes: use?.residentBytes ?? null,
    bootMilliseconds: bootOf(guest),
    exits: valuesOf(EXITS, guest),
    hypercalls: valuesOf(HYPERCALLS, guest),
    polls: {
      sleeps: guest[GuestCount.sleeps],
      sleptMilliseconds: guest[GuestCount.sleptMilliseconds],
    },
    consoleBytes: guest[GuestCount.consoleBytes],
    devices: description.devices.map((device, index) => ({
      name: device.name,
      type: device.type,
      resource: device.resource,
      ...valuesOf(DEVICE_FIELDS[device.type], devices[index]!),
    })),
  };
}

/** What each stage that is over took. */
function bootOf(guest: readonly number[]): Record<string, number | null> {
  return Object.fromEntries(
    STAGES.slice(0, -1).map((stage, index) => [
      stage,
      index < guest[GuestCount.stagesDone]!
        ? guest[GuestCount.stageMilliseconds + index]!
        : null,
    ]),
  );
}

/** The last moment that has a date; a page of another process may have any number. */
const LAST_TIME = 8.64e15;

function isoTime(milliseconds: number): string {
  return new Date(Math.min(milliseconds, LAST_TIME)).toISOString();
}

/** A guest as lines for people. */
export function describeStats(seen: GuestSeen): string {
  const { description, guest, devices, use } = seen;
  const { image, memoryBytes } = description;
  const list = (values: Record<string, number>) =>
    Object.entries(values).filter(([, value]) => value > 0)
      .map(([name, value]) => `${name} ${value}`).join(", ") || "none";
  const boot = Object.entries(bootOf(guest)).filter(([, value]) => value !== null);
  const rows: [string, string][] = [
    ["guest", `${labelOf(seen)}: ${describeState(seen)}`],
    ["image", printable(image)],
    ["process", describeProcess(seen)],
    ["memory", describeBytes(memoryBytes)],
    ...use
      ? [[
        "tender",
        `${use.cpuSeconds.toFixed(1)} s of processor time, ` +
        describeBytes(use.residentBytes),
      ] as [string, string]]
      : [],
    ["boot", boot.map(([name, value]) => `${name} ${value!.toFixed(1)} ms`).join(", ")],
    ["exits", list(valuesOf(EXITS, guest))],
    ["hypercalls", list(valuesOf(HYPERCALLS, guest))],
    [
      "polls",
      `${guest[GuestCount.sleeps]} sleeps, ` +
      `${(guest[GuestCount.sleptMilliseconds]! / 1000).toFixed(1)} s`,
    ],
    ["console", `${guest[GuestCount.consoleBytes]} bytes`],
    ...description.devices.map(({ name, type, resource }, index): [string, string] => [
      type === "NET_BASIC" ? "net" : "block",
      `${printable(`${name}=${resource}`)}: ${
        list(valuesOf(DEVICE_FIELDS[type], devices[index]!))
      }`,
    ]),
  ];
  return rows.map(([name, text]) => `${name.padEnd(11)} ${text}\n`).join("");
}

/** When one was killed nobody knows. */
function describeProcess(seen: GuestSeen): string {
  const { description: { pid }, guest } = seen;
  const state = stateOf(seen);
  if (state === "killed") return String(pid);
  const until = state === "ended" ? guest[GuestCount.ended]! : seen.seen;
  const age = describeAge(Math.max(0, until - guest[GuestCount.started]!) / 1000);
  return `${pid}, ${state === "ended" ? `lived ${age}` : `${age} old`}`;
}

function describeState(seen: GuestSeen): string {
  const { guest } = seen;
  const state = stateOf(seen);
  switch (state) {
    case "killed":
      return `killed (its tender ended without a word, in stage ${stageOf(guest)})`;
    case "ended": {
      const by = enderOf(guest);
      const how = by === "signal" ? `signal ${guest[GuestCount.signal]}` : `the ${by}`;
      return `ended by ${how}, status ${guest[GuestCount.status]}`;
    }
    default:
      return state;
  }
}
