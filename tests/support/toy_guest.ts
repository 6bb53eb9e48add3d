/**
 * A processor of few instructions with debug registers that work: not every
 * host has them.
 *
 * @module
 */
import { GuestMemory } from "../../src/contract/memory.ts";
import {
  type DebugRequest,
  GENERAL_REGISTERS,
  type HardwareStop,
  VcpuExit,
  type VcpuState,
} from "../../src/contract/vcpu.ts";
import type { WatchedGuest } from "../../src/contract/watch.ts";
import { hostMemory } from "./host_memory.ts";

/**
 * Its instructions, as x86 has them; but STORE, which increments a byte, and LOAD
 * have its address behind them, in one byte.
 */
export const Toy = {
  NOP: 0x90,
  STORE: 0x01,
  LOAD: 0x02,
  PUSH: 0x50,
  POP: 0x58,
  OUT: 0xee,
  HLT: 0xf4,
} as const;

/** Where its stack begins. */
export const TOP_OF_STACK = 0x180000;

const WORD_BYTES = 8;

const MEMORY_BYTES = 0x200000;

/** A guest of that processor. */
export class ToyGuest {
  /** Its memory; the program is at 0. */
  readonly bytes = new Uint8Array(MEMORY_BYTES);
  /** How often it was entered. */
  entries = 0;
  /** What the signal handler has left. */
  signal = 0;
  /** Entries that a signal interrupts before they do anything. */
  interruptions = 0;
  /** What the tender does for an OUT. */
  hypercall: () => void = () => {};
  readonly #works: ReadonlySet<HardwareStop["kind"]>;
  #general = {
    ...Object.fromEntries(GENERAL_REGISTERS.map((name) => [name, 0n])),
    rsp: BigInt(TOP_OF_STACK),
  } as VcpuState["general"];
  #request: DebugRequest = { step: false, stops: [] };
  #met = 0;
  #unfinished = false;

  /** @param works what its debug registers stop at */
  constructor(program: readonly number[], works: readonly HardwareStop["kind"][]) {
    this.bytes.set(program);
    this.#works = new Set(works);
  }

  /** Address of its next instruction. */
  get rip(): number {
    return Number(this.#general.rip);
  }

  set rip(address: number) {
    this.#general = { ...this.#general, rip: BigInt(address) };
  }

  /** What watches get of it. */
  get watched(): WatchedGuest {
    const host = hostMemory(this.bytes);
    return {
      imageName: "toy",
      entry: 0,
      host,
      memory: new GuestMemory(host),
      protectedRanges: [],
      protectMemory: () => {},
      vcpu: {
        polls: {
          toy: this,
          get signal() {
            return this.toy.signal;
          },
        },
        run: () => this.#run(),
        instructionPointer: () => this.#general.rip,
        state: () => ({ general: this.#general, segments: {} }),
      },
      debug: {
        toy: this,
        get stopsMet() {
          return this.toy.#met;
        },
        debug: (request: DebugRequest) => void (this.#request = request),
        setGeneral: (general: VcpuState["general"]) => void (this.#general = general),
        settle: () => this.#finish(),
      },
    } as unknown as WatchedGuest;
  }

  /** As on AMD: the instruction of a hypercall is finished by the next entry. */
  #finish(): void {
    if (this.#unfinished) this.rip++;
    this.#unfinished = false;
  }

  #run(): number {
    this.entries++;
    if (this.interruptions > 0 && this.interruptions-- > 0) return VcpuExit.INTERRUPTED;
    this.#finish();
    for (;;) {
      this.#met = this.#meets("execute", this.rip);
      if (this.#met !== 0) return VcpuExit.DEBUG;
      const [code, operand] = this.bytes.subarray(this.rip, this.rip + 2);
      if (code === Toy.OUT) {
        this.#unfinished = true;
        this.hypercall();
        return VcpuExit.PORT_WRITE;
      }
      this.rip++;
      if (code === Toy.HLT) return VcpuExit.HALTED;
      this.#met = this.#execute(code!, operand!);
      if (this.#met !== 0 || this.#request.step) return VcpuExit.DEBUG;
    }
  }

  /** What an instruction does to memory; returns the stops that it met. */
  #execute(code: number, operand: number): number {
    const { rsp } = this.#general;
    switch (code) {
      case Toy.STORE:
        this.bytes[operand]!++;
        this.rip++;
        return this.#meets("access", operand) | this.#meets("write", operand);
      case Toy.LOAD:
        this.rip++;
        return this.#meets("access", operand);
      case Toy.PUSH: {
        const top = Number(rsp) - WORD_BYTES;
        this.bytes.fill(0, top, top + WORD_BYTES);
        this.#general = { ...this.#general, rsp: BigInt(top) };
        return this.#meets("access", top) | this.#meets("write", top);
      }
      case Toy.POP:
        this.#general = { ...this.#general, rsp: rsp + BigInt(WORD_BYTES) };
        return this.#meets("access", Number(rsp));
      default:
        return 0;
    }
  }

  #meets(kind: HardwareStop["kind"], address: number): number {
    if (!this.#works.has(kind)) return 0;
    return this.#request.stops.reduce((met, stop, index) => {
      const from = Number(stop.address);
      const hit = stop.kind === kind && address >= from && address < from + stop.bytes;
      return hit ? met | 1 << index : met;
    }, 0);
  }
}
