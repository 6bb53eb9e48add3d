/**
 * What a guest is to be built from.
 *
 * @module
 */
import type { Rate } from "../contract/interposer.ts";
import type { DeviceBinding } from "../contract/module.ts";
import type { WatchBinding } from "../contract/watch.ts";
import type { Image } from "../image/image.ts";
import type { ConsoleMode } from "./request.ts";

/** What a guest is to be built from, complete and consistent. */
export interface Bindings {
  /** The image that they were checked against. */
  readonly image: Image;
  /** Guest memory in bytes, a multiple of 2 MiB. */
  readonly memoryBytes: number;
  /** What the network ring takes directly behind it, in bytes; 0 without one. */
  readonly ringBytes: number;
  /** Every device of the manifest with its resource, in the manifest's order. */
  readonly devices: readonly DeviceBinding[];
  /** What is to watch over the guest as a whole, outermost last. */
  readonly watches: readonly WatchBinding[];
  /** What becomes of the console's control characters, where the operator said. */
  readonly console?: ConsoleMode;
  /** How much the guest may print, where it has a limit. */
  readonly consoleRate?: Rate;
  /** The guest's command line: its arguments, joined by single blanks. */
  readonly commandLine: string;
  /** Sentences that the operator should see although the guest can run. */
  readonly warnings: readonly string[];
}
