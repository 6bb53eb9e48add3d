/**
 * The registers that a guest starts with on x86_64: long mode, flat segments,
 * paging on, interrupts off (Intel SDM 3A 3.4, 9.8.5; Solo5 hvt ABI 1 and 2).
 *
 * @module
 */
import type {
  GeneralRegisters,
  SegmentRegister,
  SystemRegisters,
} from "../../hypervisor/hypervisor.ts";
import { BOOT_INFO, GDT, PML4 } from "./memory_map.ts";

/** The boot-time GDT: null, code, data. */
const DESCRIPTORS = [0n, 0x00af_9900_0000_ffffn, 0x00cf_9300_0000_ffffn];

const DESCRIPTOR_BYTES = 8;

const CODE: SegmentRegister = {
  base: 0,
  limit: 0xffff_ffff,
  selector: 1 * DESCRIPTOR_BYTES,
  // execute-only, accessed
  type: 9,
  present: 1,
  db: 0,
  s: 1,
  l: 1,
  g: 1,
  unusable: 0,
};

const DATA: SegmentRegister = {
  ...CODE,
  selector: 2 * DESCRIPTOR_BYTES,
  // read and write, accessed
  type: 3,
  db: 1,
  l: 0,
};

const NOTHING: SegmentRegister = {
  base: 0,
  limit: 0,
  selector: 0,
  type: 0,
  present: 0,
  db: 0,
  s: 0,
  l: 0,
  g: 0,
  unusable: 1,
};

/** A busy 64-bit TSS: the processor wants one, whatever it holds. */
const TASK: SegmentRegister = { ...NOTHING, type: 11, present: 1, unusable: 0 };

/** Bits of CR0: protection, native FPU errors, write protection, paging. */
const CR0 = { PE: 1 << 0, NE: 1 << 5, WP: 1 << 16, PG: 1 << 31 };
/** Bits of CR4: physical address extension, SSE and its exceptions. */
const CR4 = { PAE: 1 << 5, OSFXSR: 1 << 9, OSXMMEXCPT: 1 << 10 };
/** Bits of EFER: long mode enabled, long mode active. */
const EFER = { LME: 1 << 8, LMA: 1 << 10 };

/** Bit 1 of RFLAGS is always set. */
const RFLAGS = 0x2;

/** The stack starts one word below the end of memory. */
const STACK_GAP_BYTES = 8;

/** The system registers of every guest. */
export const SYSTEM_REGISTERS: SystemRegisters = {
  cs: CODE,
  data: DATA,
  tr: TASK,
  ldt: NOTHING,
  gdt: { base: GDT, limit: DESCRIPTORS.length * DESCRIPTOR_BYTES - 1 },
  cr0: (CR0.PE | CR0.NE | CR0.WP | CR0.PG) >>> 0,
  cr3: PML4,
  cr4: CR4.PAE | CR4.OSFXSR | CR4.OSXMMEXCPT,
  efer: EFER.LME | EFER.LMA,
};

/** The general registers: a call of the entry point with boot info's address. */
export function initialRegisters(
  entry: number,
  memoryBytes: number,
): GeneralRegisters {
  return {
    rip: entry,
    rsp: memoryBytes - STACK_GAP_BYTES,
    rdi: BOOT_INFO,
    rflags: RFLAGS,
  };
}

/** Writes the boot-time GDT into guest memory. */
export function writeGdt(memory: Uint8Array<ArrayBuffer>): void {
  const view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
  for (const [index, descriptor] of DESCRIPTORS.entries()) {
    view.setBigUint64(GDT + index * DESCRIPTOR_BYTES, descriptor, true);
  }
}
