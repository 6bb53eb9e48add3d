/**
 * What stands before the handlers of hypercalls: limits, and what becomes of the
 * console. Loaded when the operator asks for it; without it the handlers stand in
 * the table themselves, and nothing is looked up on the way.
 *
 * @module
 */
import type { Hypercall } from "./hypercalls.ts";
import type { GuestMemory } from "./memory.ts";
import type { AttachedDevice, DeviceBinding, PollSet } from "./module.ts";

/** How much a device may do. One of bytes and operations is there, or both. */
export interface Rate {
  /** Bytes a second. */
  readonly bytesPerSecond?: number;
  /** Frames, or reads and writes, a second. */
  readonly operationsPerSecond?: number;
  /** How much may be saved up: what comes in so many milliseconds. */
  readonly burstMilliseconds: number;
}

/**
 * Writes what a vector points at to the guest's console; waits where nobody
 * reads it.
 *
 * @param length what the vector points at, in bytes
 * @returns how many bytes were written, perhaps not all
 * @throws {EndedBySignal} when a signal came before all were
 * @throws {OperatorError} when the console takes nothing any more
 */
export type ConsoleWriter = (vector: Deno.PointerValue, length: number) => number;

/** A guest whose hypercalls have their handlers. */
export interface InterposedGuest {
  /** Its memory, as handlers use it. */
  readonly memory: GuestMemory;
  /** How to wait. */
  readonly polls: PollSet;
  /** Every attached device, to be looked after meanwhile. */
  readonly devices: readonly AttachedDevice[];
  /** What the operator gave each device. */
  readonly bindings: readonly DeviceBinding[];
  /** How much the console may do, where it has a limit. */
  readonly consoleRate: Rate | undefined;
  /** The handlers so far, by number. */
  readonly hypercalls: readonly (Hypercall | undefined)[];
  /** The way to the console. */
  readonly writeConsole: ConsoleWriter;
}

/** The modules that stand before handlers. */
export type InterposerName = "visible" | "rate";

/** A module that stands before handlers. */
export interface InterposerModule {
  /** The folder's name: `"rate"`. */
  readonly name: InterposerName;
  /** Makes the handlers that take the places of those that are there. */
  interpose(guest: InterposedGuest): ReadonlyMap<number, Hypercall>;
}
