/**
 * The guest as packets reach it.
 *
 * @module
 */
import type { WatchedGuest } from "../../contract/watch.ts";
import type { Breakpoints } from "./breakpoints.ts";
import type { DebuggerMemory } from "./memory.ts";
import { decodeRegisters, encodeRegisters, type RegisterState } from "./registers.ts";
import type { Target } from "./session.ts";

/** Registers and memory of a guest that stands still. */
export class GuestTarget implements Target {
  readonly #guest: WatchedGuest;
  readonly #memory: DebuggerMemory;
  readonly breakpoints: Breakpoints;

  constructor(guest: WatchedGuest, memory: DebuggerMemory, breakpoints: Breakpoints) {
    this.#guest = guest;
    this.#memory = memory;
    this.breakpoints = breakpoints;
  }

  get memoryBytes(): number {
    return this.#memory.sizeBytes;
  }

  registers(): Uint8Array<ArrayBuffer> {
    return encodeRegisters(this.#state());
  }

  setRegisters(bytes: Uint8Array<ArrayBuffer>): boolean {
    const before = this.#state();
    const after = decodeRegisters(bytes, before);
    if (after === undefined) return false;
    const { debug } = this.#guest;
    debug.setGeneral(after.general);
    if (after.floating.some((byte, index) => byte !== before.floating[index])) {
      debug.setFloatingPoint(after.floating);
    }
    return true;
  }

  #state(): RegisterState {
    const { vcpu, debug } = this.#guest;
    return { state: vcpu.state(), floating: debug.floatingPoint() };
  }

  read(address: number, length: number): Uint8Array<ArrayBuffer> {
    return this.#memory.read(address, length);
  }

  write(address: number, bytes: Uint8Array): void {
    this.#memory.write(address, bytes);
  }

  jump(address: bigint): void {
    const { vcpu, debug } = this.#guest;
    debug.setGeneral({ ...vcpu.state().general, rip: address });
  }
}
