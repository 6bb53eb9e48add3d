/**
 * Guests as OpenMetrics text (the specification's version 1.0). Pure.
 *
 * @module
 */
import { BlockCount, GuestCount, NetCount, STAGES } from "../contract/figures.ts";
import { printable } from "../errors.ts";
import { EXITS, HYPERCALLS, valuesOf } from "./fields.ts";
import type { GuestSeen } from "./guests.ts";
import { labelOf } from "./state.ts";

/** A value with the labels that tell it from others of its family. */
type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

/** Values of one kind. */
interface Family {
  readonly name: string;
  readonly type: "counter" | "gauge";
  readonly unit?: "seconds" | "bytes";
  readonly help: string;
  samples(guest: GuestSeen): readonly Sample[];
}

function labelled(label: string, values: Record<string, number>): Sample[] {
  return Object.entries(values).map(([name, value]) => [{ [label]: name }, value]);
}

/** A sample for each device of a type and each of these numbers of it. */
function ofDevices(
  { description, devices }: GuestSeen,
  type: "NET_BASIC" | "BLOCK_BASIC",
  places: Readonly<Record<string, number>>,
): Sample[] {
  return description.devices.flatMap((device, index): Sample[] =>
    device.type !== type ? [] : Object.entries(places).map(([direction, place]) => [
      { device: device.name, ...direction === "" ? {} : { direction } },
      devices[index]![place]!,
    ])
  );
}

const FAMILIES: readonly Family[] = [
  {
    name: "solo5_guest_up",
    type: "gauge",
    help: "A guest whose tender lives.",
    samples: ({ description: { pid, image } }) => [[{ pid: String(pid), image }, 1]],
  },
  {
    name: "solo5_guest_start_time_seconds",
    type: "gauge",
    unit: "seconds",
    help: "When its tender started, since 1970.",
    samples: ({ guest }) => [[{}, guest[GuestCount.started]! / 1000]],
  },
  {
    name: "solo5_guest_memory_bytes",
    type: "gauge",
    unit: "bytes",
    help: "The guest's memory.",
    samples: ({ description }) => [[{}, description.memoryBytes]],
  },
  {
    name: "solo5_resident_memory_bytes",
    type: "gauge",
    unit: "bytes",
    help: "Memory that the tender has, the guest's with it.",
    samples: ({ use }) => use ? [[{}, use.residentBytes]] : [],
  },
  {
    name: "solo5_cpu_seconds",
    type: "counter",
    unit: "seconds",
    help: "Processor time of the tender, the guest's with it.",
    samples: ({ use }) => use ? [[{}, use.cpuSeconds]] : [],
  },
  {
    name: "solo5_boot_stage_seconds",
    type: "gauge",
    unit: "seconds",
    help: "What a stage of the start took.",
    samples: ({ guest }) =>
      STAGES.slice(0, -1).map((stage, index): Sample => [
        { stage },
        guest[GuestCount.stageMilliseconds + index]! / 1000,
      ]),
  },
  {
    name: "solo5_exits",
    type: "counter",
    help: "Exits from the guest to the tender, by kind.",
    samples: ({ guest }) => labelled("kind", valuesOf(EXITS, guest)),
  },
  {
    name: "solo5_hypercalls",
    type: "counter",
    help: "Hypercalls of the guest.",
    samples: ({ guest }) => labelled("call", valuesOf(HYPERCALLS, guest)),
  },
  {
    name: "solo5_poll_sleeps",
    type: "counter",
    help: "Waits of the guest for its devices or a time.",
    samples: ({ guest }) => [[{}, guest[GuestCount.sleeps]!]],
  },
  {
    name: "solo5_poll_slept_seconds",
    type: "counter",
    unit: "seconds",
    help: "How long the guest waited.",
    samples: ({ guest }) => [[{}, guest[GuestCount.sleptMilliseconds]! / 1000]],
  },
  {
    name: "solo5_console_bytes",
    type: "counter",
    unit: "bytes",
    help: "What the guest printed.",
    samples: ({ guest }) => [[{}, guest[GuestCount.consoleBytes]!]],
  },
  {
    name: "solo5_network_frames",
    type: "counter",
    help: "Frames to (in) and from (out) the guest.",
    samples: (seen) =>
      ofDevices(seen, "NET_BASIC", { in: NetCount.framesIn, out: NetCount.framesOut }),
  },
  {
    name: "solo5_network_bytes",
    type: "counter",
    unit: "bytes",
    help: "Bytes of these frames.",
    samples: (seen) =>
      ofDevices(seen, "NET_BASIC", { in: NetCount.bytesIn, out: NetCount.bytesOut }),
  },
  {
    name: "solo5_network_dropped_frames",
    type: "counter",
    help: "Frames of the guest that the interface did not take.",
    samples: (seen) => ofDevices(seen, "NET_BASIC", { "": NetCount.dropped }),
  },
  {
    name: "solo5_block_operations",
    type: "counter",
    help: "Reads and writes of the guest's disks.",
    samples: (seen) =>
      ofDevices(seen, "BLOCK_BASIC", {
        read: BlockCount.reads,
        write: BlockCount.writes,
      }),
  },
  {
    name: "solo5_block_bytes",
    type: "counter",
    unit: "bytes",
    help: "Bytes of these.",
    samples: (seen) =>
      ofDevices(seen, "BLOCK_BASIC", {
        read: BlockCount.bytesRead,
        write: BlockCount.bytesWritten,
      }),
  },
];

/** The whole text, for these guests. */
export function openMetrics(guests: readonly GuestSeen[]): string {
  const lines: string[] = [];
  for (const { name, type, unit, help, samples } of FAMILIES) {
    lines.push(`# TYPE ${name} ${type}`);
    if (unit !== undefined) lines.push(`# UNIT ${name} ${unit}`);
    lines.push(`# HELP ${name} ${help}`);
    const sample = type === "counter" ? `${name}_total` : name;
    for (const guest of guests) {
      for (const [labels, value] of samples(guest)) {
        lines.push(`${sample}${spell({ guest: labelOf(guest), ...labels })} ${value}`);
      }
    }
  }
  return `${lines.join("\n")}\n# EOF\n`;
}

function spell(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) =>
    `${name}="${printable(value).replace(/[\\"]/g, "\\$&")}"`
  );
  return `{${pairs.join(",")}}`;
}
