/**
 * The frames that entries of a ring name, moved between guest memory and ports.
 *
 * @module
 */
import { Vector } from "../../../ffi/vectors.ts";
import type { GuestMemory } from "../../contract/memory.ts";
import { frameReceiver, frameSender, type Port } from "./port.ts";
import { type FrameMover, NO_DEVICE } from "./ring.ts";

/** Moves frames between guest memory and the ports of handles. */
export class RingFrames implements FrameMover {
  readonly #memory: GuestMemory;
  readonly #ports: readonly (Port | undefined)[];
  readonly #vector = new Vector();
  readonly #send = frameSender();
  readonly #receive = frameReceiver();

  /** @param ports by handle */
  constructor(memory: GuestMemory, ports: readonly (Port | undefined)[]) {
    this.#memory = memory;
    this.#ports = ports;
  }

  send(handle: number, gpa: number, length: number): void {
    const port = this.#ports[handle];
    // The guest does not wait for an answer: there is nobody to tell.
    if (port === undefined) return;
    this.#memory.range(gpa, length, "read");
    this.#memory.locate(this.#vector, gpa, length);
    this.#send(port, this.#vector.pointer, length);
  }

  receive(handle: number, gpa: number, length: number): number {
    const port = this.#ports[handle];
    if (port === undefined) return NO_DEVICE;
    this.#memory.range(gpa, length, "write");
    this.#memory.locate(this.#vector, gpa, length);
    return this.#receive(port, this.#vector.pointer);
  }
}
