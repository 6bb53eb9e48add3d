/**
 * What the machine asks of a hypervisor. KVM is the one there is; another would
 * be a neighbour of `kvm/`.
 *
 * @module
 */
import type { HostMemory } from "../contract/memory.ts";
import type { Needs } from "../contract/policy.ts";
import type { Vcpu, VcpuDebug } from "../contract/vcpu.ts";

/** An x86 segment register. */
export interface SegmentRegister {
  /** First address. */
  readonly base: number;
  /** Last offset. */
  readonly limit: number;
  /** What the guest reads from the register. */
  readonly selector: number;
  /** Descriptor type (Intel SDM 3A 3.4.5.1). */
  readonly type: number;
  /** 1 where it can be used. */
  readonly present: number;
  /** Default operation size: 1 for 32 bits. */
  readonly db: number;
  /** 1 for code and data, 0 for system segments. */
  readonly s: number;
  /** 1 for 64-bit code. */
  readonly l: number;
  /** 1 where the limit counts pages. */
  readonly g: number;
  /** 1 where the register holds nothing. */
  readonly unusable: number;
}

/** The system registers that a guest starts with; those not named are 0. */
export interface SystemRegisters {
  /** Code. */
  readonly cs: SegmentRegister;
  /** Data, for ds, es, fs, gs and ss alike. */
  readonly data: SegmentRegister;
  /** Task register. */
  readonly tr: SegmentRegister;
  /** Local descriptor table. */
  readonly ldt: SegmentRegister;
  /** Global descriptor table. */
  readonly gdt: { readonly base: number; readonly limit: number };
  /** Control registers and EFER. */
  readonly cr0: number;
  /** Page table root. */
  readonly cr3: number;
  /** Architecture extensions. */
  readonly cr4: number;
  /** Long mode. */
  readonly efer: number;
}

/** The general registers that a guest starts with; those not named are 0. */
export interface GeneralRegisters {
  /** First instruction. */
  readonly rip: number;
  /** Stack pointer. */
  readonly rsp: number;
  /** First argument. */
  readonly rdi: number;
  /** Flags. */
  readonly rflags: number;
}

/** An entry of CPUID. */
export interface CpuidEntry {
  /** Leaf. */
  readonly leaf: number;
  /** Subleaf. */
  readonly subleaf: number;
  /** KVM's flags, passed on. */
  readonly flags: number;
  /** Results. */
  readonly eax: number;
  /** Results. */
  readonly ebx: number;
  /** Results. */
  readonly ecx: number;
  /** Results. */
  readonly edx: number;
}

/** A model-specific register that the guest may use. */
export interface AllowedMsr {
  /** Its number. */
  readonly index: number;
  /** Whether the guest may read it. */
  readonly read: boolean;
  /** Whether the guest may write it. */
  readonly write: boolean;
}

/** A virtual machine with one vCPU, on x86_64. */
export interface VirtualMachine {
  /** The guest's memory, zero-filled. */
  readonly memory: HostMemory;
  /** Frequency of the time stamp counter, in kHz. */
  readonly tscKilohertz: number;
  /** The processor's features that can be offered to the guest. */
  supportedCpuid(): CpuidEntry[];
  /** Offers the guest these features, and of KVM's own, where it can, no others. */
  setCpuid(entries: readonly CpuidEntry[]): void;
  /** Denies every MSR but these; returns false where the host cannot. */
  allowOnlyMsrs(msrs: readonly AllowedMsr[]): boolean;
  /** Sets the system registers. */
  setSystemRegisters(registers: SystemRegisters): void;
  /** Sets the general registers. */
  setGeneralRegisters(registers: GeneralRegisters): void;
  /** Sets what guest and tender may do with whole pages of guest memory. */
  protectMemory(
    range: { readonly start: number; readonly end: number },
    rights: { readonly readable: boolean; readonly writable: boolean },
  ): void;
  /**
   * From now on a write of 32 bits to an I/O port is no exit, but adds one to an
   * eventfd; returns false where the host cannot do that.
   */
  countPortWrites(port: number, eventfd: number): boolean;
  /** Where another thread of this process can end the guest from. */
  readonly stopAddress: bigint;
  /** What running the guest calls. */
  needs(): Needs;
  /** The vCPU. */
  readonly vcpu: Vcpu & VcpuDebug;
  /** Gives everything back to the host. */
  close(): void;
}
