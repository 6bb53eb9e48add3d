/**
 * `linux/kvm.h`: requests, capabilities and structures of KVM, as data. Sizes
 * and offsets are in bytes; what is marked x86_64 exists there only.
 *
 * @module
 */
import { request } from "./request.ts";

/** Requests, by the kind of descriptor that they are for. */
export const Kvm = {
  // on /dev/kvm
  GET_API_VERSION: request("KVM_GET_API_VERSION", 0xae00),
  CREATE_VM: request("KVM_CREATE_VM", 0xae01),
  CHECK_EXTENSION: request("KVM_CHECK_EXTENSION", 0xae03),
  GET_VCPU_MMAP_SIZE: request("KVM_GET_VCPU_MMAP_SIZE", 0xae04),
  /** x86_64 */
  GET_SUPPORTED_CPUID: request("KVM_GET_SUPPORTED_CPUID", 0xc008ae05),
  // on a VM
  CREATE_VCPU: request("KVM_CREATE_VCPU", 0xae41),
  SET_USER_MEMORY_REGION: request("KVM_SET_USER_MEMORY_REGION", 0x4020ae46),
  IOEVENTFD: request("KVM_IOEVENTFD", 0x4040ae79),
  /** x86_64 */
  X86_SET_MSR_FILTER: request("KVM_X86_SET_MSR_FILTER", 0x4188aec6),
  // on a vCPU
  RUN: request("KVM_RUN", 0xae80),
  /** x86_64 layout */
  GET_REGS: request("KVM_GET_REGS", 0x8090ae81),
  /** x86_64 layout */
  SET_REGS: request("KVM_SET_REGS", 0x4090ae82),
  /** x86_64 layout */
  GET_SREGS: request("KVM_GET_SREGS", 0x8138ae83),
  /** x86_64 layout */
  SET_SREGS: request("KVM_SET_SREGS", 0x4138ae84),
  ENABLE_CAP: request("KVM_ENABLE_CAP", 0x4068aea3),
  /** x86_64 */
  SET_CPUID2: request("KVM_SET_CPUID2", 0x4008ae90),
  /** x86_64 layout */
  SET_GUEST_DEBUG: request("KVM_SET_GUEST_DEBUG", 0x4048ae9b),
  /** x86_64 */
  GET_TSC_KHZ: request("KVM_GET_TSC_KHZ", 0xaea3),
  /** x86_64 */
  GET_XSAVE: request("KVM_GET_XSAVE", 0x9000aea4),
  /** x86_64 */
  SET_XSAVE: request("KVM_SET_XSAVE", 0x5000aea5),
} as const;

/** The API version that every kernel since 2.6.22 has (KVM documentation 4.1). */
export const KVM_API_VERSION = 12;

/** Capabilities that are asked for. */
export const Capability = {
  USER_MEMORY: 3,
  SET_GUEST_DEBUG: 23,
  IOEVENTFD: 36,
  GET_TSC_KHZ: 61,
  IMMEDIATE_EXIT: 136,
  SYNC_REGS: 74,
  X86_MSR_FILTER: 189,
  ENFORCE_PV_FEATURE_CPUID: 190,
} as const;

/** `struct kvm_run`: the fields that are read. */
export const KvmRun = {
  size: 2352,
  immediateExit: 1,
  exitReason: 8,
  ioDirection: 32,
  ioSize: 33,
  ioPort: 34,
  ioDataOffset: 40,
  debugDr6: 48,
  mmioPhysicalAddress: 32,
  failEntryHardwareReason: 32,
  internalSuberror: 32,
  memoryFaultGpa: 40,
  /** Which registers an exit is to bring along; x86_64: `SYNC_X86_REGS`. */
  validRegs: 288,
  /** Where they are then: `struct kvm_regs` is the first. */
  syncRegs: 304,
} as const;

/** Bit of `kvm_valid_regs` for the general registers. */
export const SYNC_X86_REGS = 1;

/** `exit_reason` values. */
export const ExitReason = {
  IO: 2,
  DEBUG: 4,
  HLT: 5,
  MMIO: 6,
  SHUTDOWN: 8,
  FAIL_ENTRY: 9,
  INTERNAL_ERROR: 17,
  MEMORY_FAULT: 39,
} as const;

/** `io.direction` for an `out` instruction. */
export const EXIT_IO_OUT = 1;

/** `struct kvm_userspace_memory_region`. */
export const MemoryRegion = {
  size: 32,
  slot: 0,
  flags: 4,
  guestPhysAddr: 8,
  memorySize: 16,
  userspaceAddr: 24,
} as const;

/** `struct kvm_ioeventfd`, and its flag for I/O ports. */
export const IoEventfd = {
  size: 64,
  datamatch: 0,
  addr: 8,
  len: 16,
  fd: 20,
  flags: 24,
  portIo: 2,
} as const;

/** `struct kvm_enable_cap`, as far as it is used. */
export const EnableCap = { size: 104, cap: 0, flags: 4, args: 8 } as const;

/** x86_64: `struct kvm_regs`, u64 each. */
export const Regs = {
  size: 144,
  rax: 0,
  rbx: 8,
  rcx: 16,
  rdx: 24,
  rsi: 32,
  rdi: 40,
  rsp: 48,
  rbp: 56,
  r8: 64,
  r9: 72,
  r10: 80,
  r11: 88,
  r12: 96,
  r13: 104,
  r14: 112,
  r15: 120,
  rip: 128,
  rflags: 136,
} as const;

/** x86_64: `struct kvm_segment`. */
export const Segment = {
  size: 24,
  base: 0,
  limit: 8,
  selector: 12,
  type: 14,
  present: 15,
  dpl: 16,
  db: 17,
  s: 18,
  l: 19,
  g: 20,
  avl: 21,
  unusable: 22,
} as const;

/** x86_64: `struct kvm_sregs`. */
export const Sregs = {
  size: 312,
  cs: 0,
  ds: 24,
  es: 48,
  fs: 72,
  gs: 96,
  ss: 120,
  tr: 144,
  ldt: 168,
  gdtBase: 192,
  gdtLimit: 200,
  idtBase: 208,
  idtLimit: 216,
  cr0: 224,
  cr2: 232,
  cr3: 240,
  cr4: 248,
  cr8: 256,
  efer: 264,
  apicBase: 272,
} as const;

/** x86_64: `struct kvm_guest_debug`; the registers are u64, DR0 first. */
export const GuestDebug = { size: 72, control: 0, debugRegisters: 8 } as const;

/** `control` of `struct kvm_guest_debug`. */
export const GuestDebugControl = {
  ENABLE: 1,
  SINGLESTEP: 2,
  /** x86_64 */
  USE_HW_BP: 0x20000,
} as const;

/**
 * x86_64: `struct kvm_xsave`, an XSAVE area: the FXSAVE image, then a header
 * whose first u64 says which parts hold something (Intel SDM 1 13.4).
 */
export const Xsave = {
  size: 4096,
  legacyBytes: 512,
  stateBits: 512,
  /** The parts of the FXSAVE image: x87 and SSE. */
  legacyState: 3,
} as const;

/** x86_64: `struct kvm_cpuid2` (a count, then entries). */
export const Cpuid2 = { nent: 0, entries: 8 } as const;

/** x86_64: `struct kvm_cpuid_entry2`. */
export const CpuidEntry = {
  size: 40,
  function: 0,
  index: 4,
  flags: 8,
  eax: 12,
  ebx: 16,
  ecx: 20,
  edx: 24,
} as const;

/** x86_64: `struct kvm_msr_filter`: flags u32, then 16 ranges. */
export const MsrFilter = {
  size: 392,
  flags: 0,
  ranges: 8,
  mostRanges: 16,
  defaultDeny: 1,
} as const;

/**
 * x86_64: `struct kvm_msr_filter_range`; the bitmap is an address, a set bit
 * allows the access.
 */
export const MsrFilterRange = {
  size: 24,
  flags: 0,
  nmsrs: 4,
  base: 8,
  bitmap: 16,
  read: 1,
  write: 2,
} as const;
