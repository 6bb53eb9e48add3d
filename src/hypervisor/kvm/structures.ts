/**
 * KVM's structures from and to values, in the layouts of `ffi/linux/kvm.ts`.
 *
 * @module
 */
import {
  Cpuid2,
  CpuidEntry as EntryLayout,
  EnableCap,
  GuestDebug,
  GuestDebugControl,
  IoEventfd,
  MemoryRegion,
  MsrFilter,
  MsrFilterRange,
  Regs,
  Segment,
  Sregs,
} from "../../../ffi/linux/kvm.ts";
import {
  type DebugRequest,
  GENERAL_REGISTERS,
  type HardwareStop,
  SEGMENT_REGISTERS,
  type VcpuState,
} from "../../contract/vcpu.ts";
import type {
  AllowedMsr,
  CpuidEntry,
  GeneralRegisters,
  SegmentRegister,
  SystemRegisters,
} from "../hypervisor.ts";

type Bytes = Uint8Array<ArrayBuffer>;

function structure(size: number): { bytes: Bytes; view: DataView } {
  const bytes = new Uint8Array(size);
  return { bytes, view: new DataView(bytes.buffer) };
}

/** `struct kvm_userspace_memory_region`: slot 0 at gpa 0. */
export function memoryRegion(sizeBytes: number, hostAddress: bigint): Bytes {
  const { bytes, view } = structure(MemoryRegion.size);
  view.setBigUint64(MemoryRegion.memorySize, BigInt(sizeBytes), true);
  view.setBigUint64(MemoryRegion.userspaceAddr, hostAddress, true);
  return bytes;
}

/** `struct kvm_enable_cap`: a capability, with 1 as its argument. */
export function enableCapability(capability: number): Bytes {
  const { bytes, view } = structure(EnableCap.size);
  view.setUint32(EnableCap.cap, capability, true);
  view.setBigUint64(EnableCap.args, 1n, true);
  return bytes;
}

/** `struct kvm_ioeventfd`: any write of 32 bits to an I/O port. */
export function ioEventfd(port: number, eventfd: number): Bytes {
  const { bytes, view } = structure(IoEventfd.size);
  view.setBigUint64(IoEventfd.addr, BigInt(port), true);
  view.setUint32(IoEventfd.len, 4, true);
  view.setInt32(IoEventfd.fd, eventfd, true);
  view.setUint32(IoEventfd.flags, IoEventfd.portIo, true);
  return bytes;
}

/** `struct kvm_sregs`. */
export function systemRegisters(registers: SystemRegisters): Bytes {
  const { bytes, view } = structure(Sregs.size);
  setSegment(view, Sregs.cs, registers.cs);
  for (const offset of [Sregs.ds, Sregs.es, Sregs.fs, Sregs.gs, Sregs.ss]) {
    setSegment(view, offset, registers.data);
  }
  setSegment(view, Sregs.tr, registers.tr);
  setSegment(view, Sregs.ldt, registers.ldt);
  view.setBigUint64(Sregs.gdtBase, BigInt(registers.gdt.base), true);
  view.setUint16(Sregs.gdtLimit, registers.gdt.limit, true);
  view.setBigUint64(Sregs.cr0, BigInt(registers.cr0), true);
  view.setBigUint64(Sregs.cr3, BigInt(registers.cr3), true);
  view.setBigUint64(Sregs.cr4, BigInt(registers.cr4), true);
  view.setBigUint64(Sregs.efer, BigInt(registers.efer), true);
  return bytes;
}

function setSegment(view: DataView, at: number, segment: SegmentRegister): void {
  view.setBigUint64(at + Segment.base, BigInt(segment.base), true);
  view.setUint32(at + Segment.limit, segment.limit, true);
  view.setUint16(at + Segment.selector, segment.selector, true);
  for (const field of ["type", "present", "db", "s", "l", "g", "unusable"] as const) {
    view.setUint8(at + Segment[field], segment[field]);
  }
}

/** `struct kvm_regs`. */
export function generalRegisters(registers: GeneralRegisters): Bytes {
  const { bytes, view } = structure(Regs.size);
  for (const field of ["rip", "rsp", "rdi", "rflags"] as const) {
    view.setBigUint64(Regs[field], BigInt(registers[field]), true);
  }
  return bytes;
}

/** Reads `struct kvm_regs` and `struct kvm_sregs`. */
export function readState(regs: Bytes, sregs: Bytes): VcpuState {
  const general = new DataView(regs.buffer), system = new DataView(sregs.buffer);
  const registers = GENERAL_REGISTERS.map((name) =>
    [name, general.getBigUint64(Regs[name], true)] as const
  );
  const segments = SEGMENT_REGISTERS.map((name) => {
    const at = Sregs[name];
    const selector = system.getUint16(at + Segment.selector, true);
    return [name, { selector, base: system.getBigUint64(at + Segment.base, true) }];
  });
  return {
    general: Object.fromEntries(registers) as VcpuState["general"],
    segments: Object.fromEntries(segments) as VcpuState["segments"],
  };
}

/** `struct kvm_regs` of every register. */
export function generalState(registers: VcpuState["general"]): Bytes {
  const { bytes, view } = structure(Regs.size);
  for (const name of GENERAL_REGISTERS) {
    view.setBigUint64(Regs[name], BigInt.asUintN(64, registers[name]), true);
  }
  return bytes;
}

/** Fields of DR7 for the kind and size of a stop (Intel SDM 3B 17.2.4). */
const DR7_KIND: Readonly<Record<HardwareStop["kind"], number>> = {
  execute: 0,
  write: 1,
  access: 3,
};
const DR7_SIZE: Readonly<Record<HardwareStop["bytes"], number>> = {
  1: 0,
  2: 1,
  4: 3,
  8: 2,
};

/** Bits of DR7: exact data breakpoints, and bit 10, which is always set. */
const DR7_FIXED = 0x600;

/** `struct kvm_guest_debug`; nothing asked for turns debugging off. */
export function guestDebug({ step, stops }: DebugRequest): Bytes {
  const { bytes, view } = structure(GuestDebug.size);
  let dr7 = DR7_FIXED;
  for (const [index, { kind, address, bytes }] of stops.entries()) {
    const globally = 2 << index * 2;
    dr7 |= globally | (DR7_KIND[kind] | DR7_SIZE[bytes] << 2) << 16 + index * 4;
    view.setBigUint64(GuestDebug.debugRegisters + index * 8, address, true);
  }
  if (!step && stops.length === 0) return bytes;
  const control = GuestDebugControl.ENABLE | (step ? GuestDebugControl.SINGLESTEP : 0) |
    (stops.length > 0 ? GuestDebugControl.USE_HW_BP : 0);
  view.setUint32(GuestDebug.control, control, true);
  if (stops.length > 0) {
    view.setBigUint64(GuestDebug.debugRegisters + 7 * 8, BigInt(dr7 >>> 0), true);
  }
  return bytes;
}

/** `struct kvm_cpuid2` with room for so many entries. */
export function cpuidRoom(entryCount: number): Bytes {
  const { bytes, view } = structure(Cpuid2.entries + entryCount * EntryLayout.size);
  view.setUint32(Cpuid2.nent, entryCount, true);
  return bytes;
}

/** Reads a `struct kvm_cpuid2`. */
export function readCpuid(bytes: Bytes): CpuidEntry[] {
  const view = new DataView(bytes.buffer);
  const count = view.getUint32(Cpuid2.nent, true);
  const entries: CpuidEntry[] = [];
  for (let index = 0; index < count; index++) {
    const at = Cpuid2.entries + index * EntryLayout.size;
    entries.push({
      leaf: view.getUint32(at + EntryLayout.function, true),
      subleaf: view.getUint32(at + EntryLayout.index, true),
      flags: view.getUint32(at + EntryLayout.flags, true),
      eax: view.getUint32(at + EntryLayout.eax, true),
      ebx: view.getUint32(at + EntryLayout.ebx, true),
      ecx: view.getUint32(at + EntryLayout.ecx, true),
      edx: view.getUint32(at + EntryLayout.edx, true),
    });
  }
  return entries;
}

/** `struct kvm_cpuid2` of these entries. */
export function cpuid(entries: readonly CpuidEntry[]): Bytes {
  const bytes = cpuidRoom(entries.length);
  const view = new DataView(bytes.buffer);
  for (const [index, entry] of entries.entries()) {
    const at = Cpuid2.entries + index * EntryLayout.size;
    view.setUint32(at + EntryLayout.function, entry.leaf, true);
    view.setUint32(at + EntryLayout.index, entry.subleaf, true);
    for (const field of ["flags", "eax", "ebx", "ecx", "edx"] as const) {
      view.setUint32(at + EntryLayout[field], entry[field], true);
    }
  }
  return bytes;
}

/**
 * `struct kvm_msr_filter` that denies all but the given registers, each a range
 * of one with the same one-byte bitmap.
 *
 * @param bitmapAddress host address of a byte with its lowest bit set
 */
export function msrFilter(
  msrs: readonly AllowedMsr[],
  bitmapAddress: bigint,
): Bytes {
  const { bytes, view } = structure(MsrFilter.size);
  view.setUint32(MsrFilter.flags, MsrFilter.defaultDeny, true);
  for (const [index, msr] of msrs.entries()) {
    const at = MsrFilter.ranges + index * MsrFilterRange.size;
    const flags = (msr.read ? MsrFilterRange.read : 0) |
      (msr.write ? MsrFilterRange.write : 0);
    view.setUint32(at + MsrFilterRange.flags, flags, true);
    view.setUint32(at + MsrFilterRange.nmsrs, 1, true);
    view.setUint32(at + MsrFilterRange.base, msr.index, true);
    view.setBigUint64(at + MsrFilterRange.bitmap, bitmapAddress, true);
  }
  return bytes;
}
