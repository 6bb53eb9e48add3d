/**
 * What the operator asks for, before it is held against a manifest.
 *
 * @module
 */
import type { Rate } from "../contract/interposer.ts";
import type { DeviceType, SyncMode } from "../contract/module.ts";
import type { DiskSource, TapSource } from "../contract/source.ts";
import type { WatchBinding } from "../contract/watch.ts";

/** What an operator says of a network device; each field at most once. */
export interface NetRequest {
  /** The device: its name in the manifest, or its position among them. */
  readonly device: string;
  /** `--net:`: where its frames come from. */
  readonly tap?: TapSource;
  /** `--net-mac:`: its MAC address, 6 bytes. */
  readonly mac?: Uint8Array;
  /** `--net-rate:`: how much it may do in each direction. */
  readonly netRate?: Rate;
  /** The flag that was given with a value that is none; `problems` has it. */
  readonly malformed?: string;
}

/** How a guest's disk is used. */
export interface DiskUse {
  /** Whether the guest may only read it; if not given, it may write too. */
  readonly readOnly?: boolean;
  /** When writes are brought to the disk: `none` if not given. */
  readonly sync?: SyncMode;
}

/** What an operator says of a block device; each field at most once. */
export interface BlockRequest {
  /** The device: its name in the manifest, or its position among them. */
  readonly device: string;
  /** `--block:`: its file or block device, and how it is used. */
  readonly file?: DiskSource & DiskUse;
  /** `--block-sector-size:`: a power of two from 512 to 32768. */
  readonly sectorSizeBytes?: number;
  /** `--block-rate:`: how much it may do, reading and writing together. */
  readonly blockRate?: Rate;
  /** The flag that was given with a value that is none; `problems` has it. */
  readonly malformed?: string;
}

/**
 * A device that is to get a descriptor by the name that a service manager gave
 * it; of a block device, also how it is used.
 */
export interface NamedRequest extends DiskUse {
  /** The device's type. */
  readonly type: DeviceType;
  /** The device: its name in the manifest, or its position among them. */
  readonly device: string;
  /** The descriptor's name. */
  readonly listen: string;
}

/**
 * What becomes of control characters that the guest prints: passed on, or shown
 * as `\xNN`.
 */
export type ConsoleMode = "raw" | "visible";

/** Everything that an operator asks for. */
export interface BindingRequest {
  /** Guest memory in MiB, a whole number from 2 to 4096; 512 if not given. */
  readonly memoryMebibytes?: number;
  /** Network devices; several requests may speak of one device. */
  readonly net?: readonly NetRequest[];
  /** Block devices; several requests may speak of one device. */
  readonly block?: readonly BlockRequest[];
  /** What is to watch over the guest as a whole. */
  readonly watches?: readonly WatchBinding[];
  /** `--console=`; if not given, visible where standard output is a terminal. */
  readonly console?: ConsoleMode;
  /** `--console-rate=`: how much the guest may print. */
  readonly consoleRate?: Rate;
  /**
   * Whether to let pass what Solo5's own tender lets pass: a MAC address of a
   * group, and a disk that somebody else holds, with a warning.
   */
  readonly lenient?: boolean;
  /** The guest's arguments. */
  readonly arguments?: readonly string[];
  /** What was wrong with the request itself, to be said with all the rest. */
  readonly problems?: readonly string[];
}
