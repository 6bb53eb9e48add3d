/**
 * A vCPU whose exits somebody follows.
 *
 * @module
 */
import { CALL_COUNTS } from "../../contract/figures.ts";
import { type Vcpu, VcpuExit, type VcpuState } from "../../contract/vcpu.ts";
import type { PollSet } from "../../contract/module.ts";

/** Tells of each exit when it has been handled, before the guest goes on. */
export class FollowedVcpu implements Vcpu {
  readonly #vcpu: Vcpu;
  readonly #handled: (call: number) => void;
  /** The hypercall of the latest exit, or {@link CALL_COUNTS} for another one. */
  #call: number = CALL_COUNTS;

  /** @param handled takes the hypercall; {@link CALL_COUNTS} where it was none */
  constructor(vcpu: Vcpu, handled: (call: number) => void) {
    this.#vcpu = vcpu;
    this.#handled = handled;
  }

  run(): number {
    this.#handled(this.#call);
    const exit = this.#vcpu.run();
    // Ports of hypercalls begin at a multiple; the kick's is one.
    this.#call = exit === VcpuExit.PORT_WRITE
      ? this.#vcpu.port & (CALL_COUNTS - 1)
      : CALL_COUNTS;
    return exit;
  }

  get polls(): PollSet {
    return this.#vcpu.polls;
  }

  get port(): number {
    return this.#vcpu.port;
  }

  get portData(): number {
    return this.#vcpu.portData;
  }

  instructionPointer(): bigint {
    return this.#vcpu.instructionPointer();
  }

  state(): VcpuState {
    return this.#vcpu.state();
  }

  fault(): Error {
    return this.#vcpu.fault();
  }

  catchSignals(more: readonly number[]): void {
    this.#vcpu.catchSignals(more);
  }

  rest(): void {
    this.#vcpu.rest();
  }

  releaseSignals(): void {
    this.#vcpu.releaseSignals();
  }
}
