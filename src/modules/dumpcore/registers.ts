/**
 * The registers that a core shows: the vCPU's, or, where the guest has caught
 * an exception of its own, those of that moment.
 *
 * @module
 */
import type { USER_REGISTERS } from "../../../ffi/linux/core.ts";
import { COOKIE_BYTES, HaltBlock } from "../../contract/hypercalls.ts";
import type { GuestMemory, HostMemory } from "../../contract/memory.ts";
import type { VcpuState } from "../../contract/vcpu.ts";
import { GuestFault } from "../../errors.ts";

/** The registers of a thread, as a core has them. */
export type CoreRegisters = Readonly<Record<(typeof USER_REGISTERS)[number], bigint>>;

/**
 * What the guest's own handler of exceptions leaves at HALT's cookie: u64 each
 * (Solo5's bindings for x86_64).
 */
const TrapFrame = {
  size: 56,
  cr2: 0,
  errorCode: 8,
  rip: 16,
  cs: 24,
  rflags: 32,
  rsp: 40,
  ss: 48,
} as const;

/** Where the guest was when an exception came. */
export type TrapFrame = Pick<CoreRegisters, "rip" | "cs" | "eflags" | "rsp" | "ss">;

/**
 * Reads the trap frame of a guest that has ended with HALT.
 *
 * @param block gpa of HALT's argument block, as the guest gave it
 * @returns undefined where the guest names none, or no memory of its own
 */
export function readTrapFrame(
  memory: GuestMemory,
  host: HostMemory,
  block: number,
): TrapFrame | undefined {
  try {
    memory.range(block, HaltBlock.size, "read");
    const cookie = memory.u64(block + HaltBlock.cookie);
    if (cookie === 0) return undefined;
    memory.range(cookie, COOKIE_BYTES, "read");
    const bytes = host.part(cookie, TrapFrame.size).slice();
    const view = new DataView(bytes.buffer);
    const read = (field: number) => view.getBigUint64(field, true);
    return {
      rip: read(TrapFrame.rip),
      cs: read(TrapFrame.cs),
      eflags: read(TrapFrame.rflags),
      rsp: read(TrapFrame.rsp),
      ss: read(TrapFrame.ss),
    };
  } catch (error) {
    if (error instanceof GuestFault) return undefined;
    throw error;
  }
}

/** The vCPU's registers as a core has them, those of a trap frame before them. */
export function coreRegisters(state: VcpuState, frame?: TrapFrame): CoreRegisters {
  const { general, segments } = state;
  const { rflags, ...others } = general;
  return {
    ...others,
    eflags: rflags,
    // No system call was being made.
    orig_rax: 0xffff_ffff_ffff_ffffn,
    cs: BigInt(segments.cs.selector),
    ds: BigInt(segments.ds.selector),
    es: BigInt(segments.es.selector),
    fs: BigInt(segments.fs.selector),
    gs: BigInt(segments.gs.selector),
    ss: BigInt(segments.ss.selector),
    fs_base: segments.fs.base,
    gs_base: segments.gs.base,
    ...frame,
  };
}
