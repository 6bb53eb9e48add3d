/**
 * The vCPU that the run loop drives while a debugger is there: it returns only
 * what the run loop has to handle.
 *
 * @module
 */
import type { PollSet } from "../../contract/module.ts";
import { type Vcpu, VcpuExit, type VcpuState } from "../../contract/vcpu.ts";
import type { GuestEnd, Say, WatchedGuest } from "../../contract/watch.ts";
import { EndedByDebugger, EndedBySignal, GuestFault } from "../../errors.ts";
import { GdbSignal, type Stop } from "./answers.ts";
import { Breakpoints } from "./breakpoints.ts";
import { Conversation, type Verdict } from "./conversation.ts";
import type { Link } from "./link.ts";
import { DebuggerMemory } from "./memory.ts";
import { probeDebugRegisters } from "./probe.ts";
import { InterruptiblePolls } from "./polls.ts";
import { Runner } from "./runner.ts";
import { Session } from "./session.ts";
import { GuestTarget } from "./target.ts";

/** Waits for the debugger; undefined when the signal came first. */
export type Meet = (signal: () => number) => Link | undefined;

/** A vCPU with a debugger before it. */
export class DebuggedVcpu implements Vcpu {
  /** What POLL waits on: the debugger interrupts that as well. */
  readonly polls: PollSet;
  readonly #vcpu: Vcpu;
  readonly #runner: Runner;
  readonly #session: Session;
  readonly #meet: Meet;
  readonly #say: Say;
  #link: Link | undefined;
  /** Undefined before it has been talked to. */
  #conversation: Conversation | undefined;
  #detached = false;

  constructor(guest: WatchedGuest, { meet, say }: { meet: Meet; say: Say }) {
    this.#vcpu = guest.vcpu;
    this.#meet = meet;
    this.#say = say;
    const memory = new DebuggerMemory(guest);
    const breakpoints = new Breakpoints(probeDebugRegisters(guest));
    this.#runner = new Runner(guest, memory, breakpoints);
    this.#session = new Session(new GuestTarget(guest, memory, breakpoints));
    this.polls = new InterruptiblePolls(guest.vcpu.polls, () => this.#lookUp());
  }

  /** Waits for the debugger, until it comes or a signal does. */
  meet(): void {
    this.#link = this.#meet(() => signalOf(this.#vcpu.polls));
  }

  run(): number {
    if (this.#conversation === undefined && !this.#begin()) {
      return VcpuExit.INTERRUPTED;
    }
    while (!this.#detached) {
      const exit = this.#runner.enter(() => this.#conversation!.interrupted());
      if (typeof exit === "number") return exit;
      if (!this.#hold(exit)) return VcpuExit.INTERRUPTED;
    }
    return this.#vcpu.run();
  }

  /** Before the guest's first instruction; false when a signal came. */
  #begin(): boolean {
    if (this.#link === undefined) return false;
    this.#conversation = new Conversation(this.#link, this.#session);
    this.#runner.stand();
    // The debugger asks by itself where the guest stands.
    return this.#obey(this.#conversation.answer());
  }

  /** The guest has stopped; false when a signal came meanwhile. */
  #hold(stop: Stop): boolean {
    this.#runner.stand();
    return this.#obey(this.#conversation!.hold(stop));
  }

  #obey(verdict: Verdict): boolean {
    switch (verdict) {
      case "signal":
        return false;
      case "detach":
        this.#detached = true;
        this.#runner.forget();
        this.#say("Debugger detached");
        return true;
      default:
        this.#runner.release(verdict === "step");
        return true;
    }
  }

  /** While POLL waits; returns whether the guest was stopped meanwhile. */
  #lookUp(): boolean {
    const stop = this.#detached ? undefined : this.#conversation?.interrupted();
    if (stop !== undefined) this.#hold(stop);
    return stop !== undefined;
  }

  /**
   * The guest has ended. After a fault the debugger may look at what is left,
   * until it has the guest go on.
   */
  end(end: GuestEnd): void {
    const conversation = this.#conversation;
    this.#runner.putBack();
    if (conversation === undefined || this.#detached) return;
    if ("status" in end) conversation.exited(end.status);
    else if (end.error instanceof EndedByDebugger) conversation.close();
    else if (end.error instanceof EndedBySignal) {
      conversation.terminated(end.error.signal);
    } else if (end.error instanceof GuestFault) this.#showFault(end.error, conversation);
    else conversation.terminated(GdbSignal.ABRT);
  }

  #showFault(fault: GuestFault, conversation: Conversation): void {
    const signal = FAULT_SIGNALS.get(this.#runner.latest) ?? GdbSignal.SEGV;
    conversation.show(fault.sentence);
    try {
      if (conversation.hold({ signal }) !== "detach") conversation.terminated(signal);
    } catch (error) {
      // There is nothing left to end.
      if (!(error instanceof EndedByDebugger)) throw error;
      conversation.close();
    }
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

/** The numbers of signals end here. */
const MOST_SIGNAL = 64;

/**
 * The signal that is to end the guest. That another thread has ended it is none:
 * the debugger may look at what is left.
 */
function signalOf({ signal }: PollSet): number {
  return signal <= MOST_SIGNAL ? signal : 0;
}

/** The signal that a process would have got for each kind of fault. */
const FAULT_SIGNALS: ReadonlyMap<number, number> = new Map([
  [VcpuExit.PORT_WRITE, GdbSignal.SYS],
  [VcpuExit.HALTED, GdbSignal.ILL],
]);
