/**
 * Running the guest until it comes to where the debugger wants it to stop.
 *
 * @module
 */
import { type HardwareStop, VcpuExit } from "../../contract/vcpu.ts";
import type { WatchedGuest } from "../../contract/watch.ts";
import { GdbSignal, type Stop } from "./answers.ts";
import { type Breakpoints, watchReason } from "./breakpoints.ts";
import type { DebuggerMemory } from "./memory.ts";
import { stepCleanly } from "./step.ts";

/** How often a guest that runs step by step is looked after, in steps. */
const STEPS_A_LOOK = 256;

/** The guest's moves. */
export class Runner {
  readonly #guest: WatchedGuest;
  readonly #memory: DebuggerMemory;
  readonly #breakpoints: Breakpoints;
  #stepping = false;
  /** Where the debugger was told that the guest stands. */
  #stoodAt: bigint | undefined;
  /** The same, from when it was let go until it has moved. */
  #from: bigint | undefined;
  /** Whether the instruction of the latest hypercall may not be finished. */
  #unsettled = false;
  /** What the watched memory held, in the order of `Breakpoints.watched`. */
  #held: readonly Uint8Array[] = [];
  /** What the debug registers are set to; undefined where that is not known. */
  #asked: readonly HardwareStop[] | undefined;
  #latest: number = VcpuExit.INTERRUPTED;

  constructor(
    guest: WatchedGuest,
    memory: DebuggerMemory,
    breakpoints: Breakpoints,
  ) {
    this.#guest = guest;
    this.#memory = memory;
    this.#breakpoints = breakpoints;
  }

  /** What {@link enter} returned last of {@link VcpuExit}. */
  get latest(): number {
    return this.#latest;
  }

  /**
   * Has the guest stand still: its latest instruction finished, its code as it
   * was.
   */
  stand(): void {
    this.#settle();
    this.putBack();
    this.#stoodAt = this.#guest.vcpu.instructionPointer();
  }

  #settle(): void {
    if (this.#unsettled) this.#guest.debug.settle();
    this.#unsettled = false;
  }

  /** Has the guest's code as it was. */
  putBack(): void {
    this.#memory.putBack();
    this.#asked = undefined;
  }

  /** Lets the guest go from where it stands, by one instruction or on and on. */
  release(step: boolean): void {
    this.#from = this.#stoodAt;
    this.#stepping = step;
    this.#remember();
  }

  /** Lets the guest go for good. */
  forget(): void {
    this.#breakpoints.clear();
    this.stand();
    this.#guest.debug.debug({ step: false, stops: [] });
  }

  /**
   * Runs the guest.
   *
   * @param interrupted asks whether somebody wants it to stop
   * @returns why it stopped, or the {@link VcpuExit} that the run loop has to
   * handle
   */
  enter(interrupted: () => Stop | undefined): Stop | number {
    const finished = this.#unsettled ? this.#finishedHypercall() : undefined;
    if (finished !== undefined) return finished;
    const { vcpu } = this.#guest;
    for (let steps = 0;; steps++) {
      if (steps % STEPS_A_LOOK === 0) {
        if (vcpu.polls.signal !== 0) return this.#latest = VcpuExit.INTERRUPTED;
        const stop = interrupted();
        if (stop !== undefined) return stop;
      }
      const { stop, exit } = this.#move();
      if (stop !== undefined) return stop;
      if (exit === VcpuExit.INTERRUPTED) steps = -1;
      else if (exit !== VcpuExit.DEBUG) return this.#latest = exit;
    }
  }

  /** The hypercall may have been the step, or have written watched memory. */
  #finishedHypercall(): Stop | undefined {
    return this.#stepping ? trap() : this.#changed();
  }

  /** One instruction, or as many as there are to the next exit. */
  #move(): { readonly stop?: Stop | undefined; readonly exit: number } {
    const stepwise = this.#stepping || this.#breakpoints.needSteps;
    let alone = stepwise;
    if (stepwise || this.#from !== undefined) {
      this.#settle();
      this.putBack();
      const rip = this.#guest.vcpu.instructionPointer();
      const here = this.#breakpoints.at(rip);
      // The debugger knows where it let the guest go.
      if (here !== undefined && rip !== this.#from) {
        return { stop: trap(here), exit: VcpuExit.DEBUG };
      }
      alone ||= here !== undefined;
    }
    const exit = alone ? this.#step() : this.#runFreely();
    if (exit !== VcpuExit.INTERRUPTED) this.#from = undefined;
    this.#unsettled = exit === VcpuExit.PORT_WRITE;
    if (exit === VcpuExit.HALTED) return { stop: this.#atReplaced(), exit };
    if (exit !== VcpuExit.DEBUG) return { exit };
    const met = this.#breakpoints.met(this.#guest.debug.stopsMet);
    const stop = met === undefined ? this.#changed() : trap(met);
    if (stop !== undefined) return { stop, exit };
    return { stop: this.#stepping ? trap() : undefined, exit };
  }

  /** One instruction, whatever breakpoint stands at it. */
  #step(): number {
    const { vcpu, debug } = this.#guest;
    const rip = vcpu.instructionPointer();
    const stops = this.#breakpoints.stops.filter(({ kind, address }) =>
      kind !== "execute" || address !== rip
    );
    // Asked anew each time: KVM forgets a step when registers are written.
    debug.debug({ step: true, stops });
    return stepCleanly(this.#guest, this.#memory, rip);
  }

  #runFreely(): number {
    const { stops } = this.#breakpoints;
    if (this.#asked !== stops) {
      this.#memory.replace(this.#breakpoints.replaced);
      this.#guest.debug.debug({ step: false, stops });
      this.#asked = stops;
    }
    return this.#guest.vcpu.run();
  }

  /** The stop at an instruction that was replaced, before which it is then. */
  #atReplaced(): Stop | undefined {
    const { vcpu, debug } = this.#guest;
    const { general } = vcpu.state();
    const rip = general.rip - 1n;
    if (!this.#memory.isReplaced(rip)) return undefined;
    debug.setGeneral({ ...general, rip });
    return trap(this.#breakpoints.at(rip));
  }

  /** The stop for watched memory that somebody has written. */
  #changed(): Stop | undefined {
    const changed = this.#breakpoints.watched.find((range, index) =>
      !this.#memory.equals(range, this.#held[index]!)
    );
    return changed === undefined ? undefined : trap(watchReason(changed));
  }

  #remember(): void {
    this.#held = this.#breakpoints.watched.map(({ address, length }) =>
      this.#memory.read(address, length)
    );
  }
}

function trap(reason?: string): Stop {
  return { signal: GdbSignal.TRAP, reason };
}
