/**
 * The figures of one guest, where they are counted.
 *
 * @module
 */
import { closeFile } from "../../ffi/files.ts";
import { mapAnonymous, type Mapping, mapShared, unmap } from "../../ffi/memory.ts";
import {
  COUNTING_THREADS,
  type Counts,
  DEVICE_COUNTS,
  type DeviceCounts,
  ENDERS,
  type Figures,
  GUEST_COUNTS,
  GuestCount,
  type Stage,
  STAGES,
} from "../contract/figures.ts";
import type { Needs } from "../contract/policy.ts";
import type { GuestEnd } from "../contract/watch.ts";
import { EndedBySignal } from "../errors.ts";
import { ExitStatus } from "../contract/exit_status.ts";
import { deviceAt, guestAt } from "./page.ts";

/** Figures in memory, of which a file may be what others see. */
export class FigureTable implements Figures {
  readonly guest: Counts;
  readonly #mapping: Mapping;
  readonly #file: number | undefined;
  /** The wall clock where `performance.now()` is 0: it is not asked for later. */
  readonly #origin = Date.now() - performance.now();
  #stageBegan = 0;

  private constructor(mapping: Mapping, file: number | undefined) {
    this.#mapping = mapping;
    this.#file = file;
    this.guest = this.#counts(guestAt(), GUEST_COUNTS);
    this.guest[GuestCount.started] = this.#origin;
  }

  /**
   * Counts where nobody else looks.
   *
   * @throws {SystemCallError} when there is no memory
   */
  static unseen(devices: number): FigureTable {
    return new FigureTable(mapAnonymous(deviceAt(devices, 0), "figures"), undefined);
  }

  /**
   * Counts in a file.
   *
   * @param file its descriptor; closed with the table
   * @param sizeBytes its size
   * @throws {SystemCallError} when it cannot be mapped
   */
  static inFile(file: number, sizeBytes: number): FigureTable {
    return new FigureTable(mapShared(file, sizeBytes, "figures"), file);
  }

  #counts(at: number, count: number): Counts {
    return new Float64Array(this.#mapping.bytes.buffer, at, count);
  }

  device(index: number): DeviceCounts {
    return {
      main: this.#counts(deviceAt(index, 0), DEVICE_COUNTS),
      otherAddress: this.#mapping.address + BigInt(deviceAt(index, 1)),
    };
  }

  /** Numbers of a device, a row for each thread that serves it. */
  rows(index: number): readonly Counts[] {
    return Array.from(
      { length: COUNTING_THREADS },
      (_, thread) => this.#counts(deviceAt(index, thread), DEVICE_COUNTS),
    );
  }

  /** The first stage begins, at this time of `performance.now()`. */
  begin(now: number): void {
    this.#stageBegan = now;
  }

  reached(stage: Stage, now: number = performance.now()): void {
    const index = STAGES.indexOf(stage);
    this.guest[GuestCount.stageMilliseconds + index] = now - this.#stageBegan;
    this.guest[GuestCount.stagesDone] = index + 1;
    this.#stageBegan = now;
  }

  ended(end: GuestEnd): void {
    const { by, status, signal } = describeEnder(end);
    const { guest } = this;
    guest[GuestCount.status] = status;
    guest[GuestCount.signal] = signal;
    guest[GuestCount.ended] = this.#origin + performance.now();
    guest[GuestCount.endedBy] = ENDERS.indexOf(by) + 1;
  }

  needs(): Needs {
    if (this.#file === undefined) return { permits: [] };
    return { permits: [], descriptors: [{ descriptor: this.#file, name: "figures" }] };
  }

  close(): void {
    unmap(this.#mapping);
    if (this.#file !== undefined) closeFile(this.#file);
  }
}

/** Who ended a guest, with what. */
export function describeEnder(
  end: GuestEnd,
): { by: (typeof ENDERS)[number]; status: number; signal: number } {
  if ("status" in end) return { by: "guest", status: end.status, signal: 0 };
  const { error } = end;
  const { status } = error as { status?: unknown };
  return {
    by: error instanceof EndedBySignal ? "signal" : "tender",
    status: typeof status === "number" ? status : ExitStatus.INTERNAL,
    signal: error instanceof EndedBySignal ? error.signal : 0,
  };
}
