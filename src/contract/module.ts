/**
 * What a module is, and what the machine gives it. A module is one folder under
 * `src/modules/`, loaded only when a manifest names what it serves.
 *
 * @module
 */
import type { Hypercall } from "./hypercalls.ts";
import type { Counts, DeviceCounts } from "./figures.ts";
import type { OperatorError } from "../errors.ts";
import type { ConsoleWriter, Rate } from "./interposer.ts";
import type { GuestMemory } from "./memory.ts";
import type { Needs } from "./policy.ts";
import type { RingServer } from "./ring.ts";
import type { DiskSource, TapSource } from "./source.ts";
import type { Say } from "./watch.ts";

/** Device types of the manifest that have a module, by Solo5's names. */
export type DeviceType = "NET_BASIC" | "BLOCK_BASIC";

/** A network device of the manifest, bound. */
export interface NetBinding {
  /** The device's type. */
  readonly type: "NET_BASIC";
  /** Its name in the manifest. */
  readonly name: string;
  /** Its index in the manifest: how hypercalls name it. */
  readonly handle: number;
  /** The host's side. */
  readonly tap: TapSource;
  /** The guest's MAC address, 6 bytes; a random local one where not given. */
  readonly mac?: Uint8Array;
  /** How much it may do in each direction, where it has a limit. */
  readonly rate?: Rate;
}

/**
 * When what a guest has written is brought to the disk: when the host likes, at
 * each write before the guest is told that it was done, or when the guest ends.
 */
export type SyncMode = "none" | "write" | "end";

/** A block device of the manifest, bound. */
export interface BlockBinding {
  /** The device's type. */
  readonly type: "BLOCK_BASIC";
  /** Its name in the manifest. */
  readonly name: string;
  /** Its index in the manifest: how hypercalls name it. */
  readonly handle: number;
  /** The host's side. */
  readonly file: DiskSource;
  /** Whether the guest may only read it. */
  readonly readOnly: boolean;
  /** When what it writes goes from the host's page cache to the disk. */
  readonly sync: SyncMode;
  /** What to do where somebody else holds the file: refuse, or say so and go on. */
  readonly whenLocked: "refuse" | "warn";
  /** Size of a block, in bytes: a power of two from 512 to 32768. */
  readonly sectorSizeBytes: number;
  /** How much it may do, reading and writing together, where it has a limit. */
  readonly rate?: Rate;
}

/** A device of the manifest, bound to a resource of the host. */
export type DeviceBinding = NetBinding | BlockBinding;

/** What the guest is told of a device, in its copy of the manifest. */
export type DeviceProperties =
  | { readonly mac: Uint8Array; readonly mtuBytes: number }
  | { readonly capacityBytes: number; readonly blockSizeBytes: number };

/** A device that holds its resource of the host. */
export interface AttachedDevice {
  /** Its index in the manifest. */
  readonly handle: number;
  /** What the guest is told. */
  readonly properties: DeviceProperties;
  /** The resource, open. */
  readonly descriptor: number;
  /** The descriptor that the guest's POLL waits on, where it has one. */
  readonly pollDescriptor?: number;
  /**
   * What has happened where POLL finds its descriptor in error: waiting for it
   * would never again be waiting. Belongs to every `pollDescriptor`.
   */
  pollFailure?(): OperatorError;
  /**
   * Looks after the resource: about once a second while the guest runs, less
   * often where it keeps the tender busy.
   *
   * @throws {OperatorError} when the guest cannot go on with it
   */
  check?(): void;
  /**
   * The guest has ended: the last look, before {@link close}.
   *
   * @throws {OperatorError} when something that the guest was promised failed
   */
  end?(): void;
  /** Gives the resource back. */
  close(): void;
}

/** Puts devices at the index of their handle; no other index holds one. */
export function byHandle<D extends AttachedDevice>(
  devices: readonly D[],
): readonly (D | undefined)[] {
  const indexed: (D | undefined)[] = [];
  for (const device of devices) indexed[device.handle] = device;
  return indexed;
}

/** Serves every device of one type. */
export interface DeviceModule<
  B extends DeviceBinding = DeviceBinding,
  D extends AttachedDevice = AttachedDevice,
> {
  /** The folder's name: `"net"`. */
  readonly name: string;
  /** The type that it serves. */
  readonly type: B["type"];
  /**
   * Takes hold of the host's resource.
   *
   * @param say takes what the operator should see although it was had
   * @param counts where it is counted what the device does
   * @throws {OperatorError} when it cannot be had, with the way out
   */
  attach(binding: B, say: Say, counts?: DeviceCounts): D;
  /** The hypercalls that it answers, for all devices of its type together. */
  hypercalls(
    devices: readonly D[],
    memory: GuestMemory,
  ): ReadonlyMap<number, Hypercall>;
  /** What it calls while the guest runs, for all devices of its type together. */
  needs(devices: readonly D[]): Needs;
  /**
   * Serves the guest's ring for all devices of its type together, where the type
   * has one.
   *
   * @param likely whether the guest is going to use it
   */
  ring?(devices: readonly D[], likely: boolean): RingServer;
}

/** The descriptors that POLL waits on, and the signals that end every wait. */
export interface PollSet {
  /** Adds a descriptor; its index is the number of those added before. */
  watch(descriptor: number): void;
  /**
   * Waits until a descriptor is ready, a signal comes or the time is over; may
   * return early.
   *
   * @returns the number of descriptors that are ready
   */
  wait(seconds: number, nanoseconds: number): number;
  /**
   * Waits until a signal comes or the time is over, whatever the descriptors do;
   * may return early.
   */
  sleep(seconds: number, nanoseconds: number): void;
  /** Whether descriptor `index` was ready, or in error, at the last wait. */
  ready(index: number): boolean;
  /** Whether descriptor `index` was in error at the last wait. */
  failed(index: number): boolean;
  /** The signal that is to end the guest, or 0. */
  readonly signal: number;
  /** Waits until a descriptor takes data again; returns the signal, or 0. */
  waitWritable(descriptor: number): number;
}

/** What every guest needs: clock, console, poll and halt. */
export interface CoreModule {
  /** The folder's name: `"core"`. */
  readonly name: string;
  /** What it calls while the guest runs. */
  needs(devices: readonly AttachedDevice[]): Needs;
  /** Hands out the way to the console that PUTS takes. */
  consoleWriter(polls: PollSet): ConsoleWriter;
  /** The hypercalls that it answers. */
  hypercalls(machine: {
    readonly memory: GuestMemory;
    readonly polls: PollSet;
    /** Every attached device, in the manifest's order. */
    readonly devices: readonly AttachedDevice[];
    /** What the guest as a whole does is counted here. */
    readonly counts: Counts;
  }): ReadonlyMap<number, Hypercall>;
}
