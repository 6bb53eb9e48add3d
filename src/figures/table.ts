/**
 * The figures of one guest: counting, and the file that they are in, which is a
 * header, numbers, and a text that says what guest it is. All integers are
 * little-endian, offsets and sizes in bytes.
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
import type { DeviceType } from "../contract/module.ts";

/** What a file begins with: "solo5fig" (u64), then u32 each. */
export const FiguresHeader = {
  size: 64,
  magic: 0,
  version: 8,
  pid: 12,
  devices: 16,
  textBytes: 20,
} as const;

/** The first eight bytes. */
export const MAGIC = "solo5fig";

/** What this program writes, and the only one that it reads. */
export const FIGURES_VERSION = 1;

const NUMBER_BYTES = 8;

/** Behind the header: the guest's numbers, the devices', the text. */
const GUEST_AT = FiguresHeader.size;
const DEVICES_AT = GUEST_AT + GUEST_COUNTS * NUMBER_BYTES;
const ROW_BYTES = DEVICE_COUNTS * NUMBER_BYTES;
const DEVICE_BYTES = COUNTING_THREADS * ROW_BYTES;

/** A device, for people. */
export interface DescribedDevice {
  /** Its name in the manifest. */
  readonly name: string;
  /** Its type. */
  readonly type: DeviceType;
  /** The host's side, as the operator wrote it. */
  readonly resource: string;
}

/** A guest, for people. */
export interface GuestDescription {
  /** What the operator called it; undefined where that was nothing. */
  readonly name: string | undefined;
  /** The process that runs it. */
  readonly pid: number;
  /** The unikernel's file, as the operator named it. */
  readonly image: string;
  /** Its memory, in bytes. */
  readonly memoryBytes: number;
  /** Its devices, in the manifest's order. */
  readonly devices: readonly DescribedDevice[];
}

/** Where the numbers of a device are. */
export function deviceAt(index: number, thread: number): number {
  return DEVICES_AT + index * DEVICE_BYTES + thread * ROW_BYTES;
}

/** Where the guest's numbers are. */
export function guestAt(): number {
  return GUEST_AT;
}

/** The bytes of a guest that has not started: all its numbers are 0. */
export function encodeFigures(guest: GuestDescription): Uint8Array<ArrayBuffer> {
  const { pid, devices, name, image, memoryBytes } = guest;
  const text = new TextEncoder().encode(
    JSON.stringify({ name, image, memoryBytes, devices }),
  );
  const at = deviceAt(devices.length, 0);
  const bytes = new Uint8Array(at + text.length);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(MAGIC), FiguresHeader.magic);
  view.setUint32(FiguresHeader.version, FIGURES_VERSION, true);
  view.setUint32(FiguresHeader.pid, pid, true);
  view.setUint32(FiguresHeader.devices, devices.length, true);
  view.setUint32(FiguresHeader.textBytes, text.length, true);
  bytes.set(text, at);
  return bytes;
}

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
