/**
 * What figures say of a guest, and how fast they grow. Pure.
 *
 * @module
 */
import { ENDERS, GuestCount, NetCount, type Stage, STAGES } from "../contract/figures.ts";
import { EXITS, valueOf } from "./fields.ts";
import type { GuestSeen } from "./guests.ts";

/** How a guest is doing. */
export type GuestState = "starting" | "running" | "ended" | "killed";

/** Says how it is doing. */
export function stateOf({ alive, guest }: GuestSeen): GuestState {
  if (enderOf(guest) !== undefined) return "ended";
  if (!alive) return "killed";
  return guest[GuestCount.stagesDone]! >= STAGES.indexOf("run") ? "running" : "starting";
}

/** The last stage that it came to; undefined where that is none. */
export function stageOf(guest: ArrayLike<number>): Stage | undefined {
  const done = guest[GuestCount.stagesDone]!;
  return STAGES[Math.min(done, STAGES.length - 1)];
}

/** Who ended it; undefined where it runs, or was killed. */
export function enderOf(guest: ArrayLike<number>): (typeof ENDERS)[number] | undefined {
  return ENDERS[guest[GuestCount.endedBy]! - 1];
}

/** What people call it: its name, or its process. */
export function labelOf({ description: { name, pid } }: GuestSeen): string {
  return name ?? String(pid);
}

/** How fast figures grew between two looks. */
export interface Rates {
  /** Exits a second. */
  readonly exits: number;
  /** Frames in and out a second. */
  readonly frames: number;
  /** Processor time a second, of one processor: 1 is all of it. */
  readonly cpu: number | undefined;
}

/** Frames in and out, of every device. */
function framesOf({ devices, description }: GuestSeen): number {
  return devices.reduce(
    (sum, device, index) =>
      description.devices[index]!.type === "NET_BASIC"
        ? sum + device[NetCount.framesIn]! + device[NetCount.framesOut]!
        : sum,
    0,
  );
}

function exitsOf({ guest }: GuestSeen): number {
  return EXITS.reduce((sum, field) => sum + valueOf(field, guest), 0);
}

/** Compares two looks at one guest; undefined where they are at two. */
export function ratesBetween(earlier: GuestSeen, later: GuestSeen): Rates | undefined {
  const seconds = (later.seen - earlier.seen) / 1000;
  const same = earlier.description.pid === later.description.pid &&
    earlier.guest[GuestCount.started] === later.guest[GuestCount.started];
  if (!same || seconds <= 0) return undefined;
  const rate = (before: number, after: number) => Math.max(0, after - before) / seconds;
  return {
    exits: rate(exitsOf(earlier), exitsOf(later)),
    frames: rate(framesOf(earlier), framesOf(later)),
    cpu: earlier.use && later.use && rate(earlier.use.cpuSeconds, later.use.cpuSeconds),
  };
}
