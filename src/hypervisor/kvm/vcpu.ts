/**
 * A vCPU of KVM: entering the guest, and reading why it came back.
 *
 * @module
 */
import { describeErrno, Errno, openErrno } from "../../../ffi/errno.ts";
import { type Ioctl, ioctlWithStructure, rawIoctl } from "../../../ffi/ioctl.ts";
import {
  EXIT_IO_OUT,
  ExitReason,
  Kvm,
  KvmRun,
  Regs,
  Sregs,
  Xsave,
} from "../../../ffi/linux/kvm.ts";
import { type Mapping, PAGE_BYTES } from "../../../ffi/memory.ts";
import { StopWord } from "../../../ffi/stop_signal.ts";
import { hex } from "../../contract/hex.ts";
import {
  type DebugRequest,
  type Vcpu,
  type VcpuDebug,
  VcpuExit,
  type VcpuState,
} from "../../contract/vcpu.ts";
import { GuestFault, OperatorError } from "../../errors.ts";
import type { VcpuFd } from "./descriptors.ts";
import { generalState, guestDebug, readState } from "./structures.ts";

/** Direction and size of the only port access that is a hypercall. */
const WRITE_OF_32_BITS = EXIT_IO_OUT | 4 << 8;

/** A vCPU of KVM on x86_64. */
export class KvmVcpu implements Vcpu, VcpuDebug {
  readonly #fd: VcpuFd;
  readonly #ioctl: Ioctl = rawIoctl();
  /** `struct kvm_run`, as words of 32 bits. */
  readonly #run: Uint32Array;
  readonly polls: StopWord;
  /** Read as it is: a call could be compiled first, which calls libc itself. */
  readonly #lastErrno = openErrno();
  #errno = 0;

  /** @param kvmRun `struct kvm_run`, mapped behind a private page */
  constructor(fd: VcpuFd, kvmRun: Mapping) {
    this.#fd = fd;
    this.#run = new Uint32Array(kvmRun.bytes.buffer, PAGE_BYTES);
    this.polls = new StopWord(kvmRun);
  }

  run(): number {
    if (this.#ioctl(this.#fd, Kvm.RUN.number, null) === 0) {
      this.#errno = 0;
      const isPortWrite = this.#run[KvmRun.exitReason / 4] === ExitReason.IO &&
        (this.#run[KvmRun.ioDirection / 4]! & 0xffff) === WRITE_OF_32_BITS;
      return isPortWrite ? VcpuExit.PORT_WRITE : this.#otherExit();
    }
    this.#errno = this.#lastErrno[0]!;
    return this.#errno === Errno.EINTR ? VcpuExit.INTERRUPTED : VcpuExit.FAULT;
  }

  #otherExit(): number {
    switch (this.#run[KvmRun.exitReason / 4]) {
      case ExitReason.HLT:
        return VcpuExit.HALTED;
      case ExitReason.DEBUG:
        return VcpuExit.DEBUG;
      default:
        return VcpuExit.FAULT;
    }
  }

  get port(): number {
    // direction u8, size u8, port u16
    return this.#run[KvmRun.ioDirection / 4]! >>> 16;
  }

  get portData(): number {
    return this.#run[this.#run[KvmRun.ioDataOffset / 4]! / 4]!;
  }

  catchSignals(more: readonly number[]): void {
    this.polls.install(more);
  }

  rest(): void {
    this.polls.rest();
  }

  releaseSignals(): void {
    this.polls.release();
  }

  instructionPointer(): bigint {
    const regs = new Uint8Array(Regs.size);
    ioctlWithStructure(this.#fd, Kvm.GET_REGS, regs, "vCPU");
    return new DataView(regs.buffer).getBigUint64(Regs.rip, true);
  }

  state(): VcpuState {
    const regs = new Uint8Array(Regs.size), sregs = new Uint8Array(Sregs.size);
    ioctlWithStructure(this.#fd, Kvm.GET_REGS, regs, "vCPU");
    ioctlWithStructure(this.#fd, Kvm.GET_SREGS, sregs, "vCPU");
    return readState(regs, sregs);
  }

  get stopsMet(): number {
    return this.#run[KvmRun.debugDr6 / 4]! & 0xf;
  }

  debug(request: DebugRequest): void {
    ioctlWithStructure(this.#fd, Kvm.SET_GUEST_DEBUG, guestDebug(request), "vCPU");
  }

  setGeneral(registers: VcpuState["general"]): void {
    ioctlWithStructure(this.#fd, Kvm.SET_REGS, generalState(registers), "vCPU");
  }

  floatingPoint(): Uint8Array<ArrayBuffer> {
    return this.#xsave().slice(0, Xsave.legacyBytes);
  }

  setFloatingPoint(image: Uint8Array): void {
    const area = this.#xsave();
    area.set(image.subarray(0, Xsave.legacyBytes));
    area[Xsave.stateBits]! |= Xsave.legacyState;
    ioctlWithStructure(this.#fd, Kvm.SET_XSAVE, area, "vCPU");
  }

  #xsave(): Uint8Array<ArrayBuffer> {
    const area = new Uint8Array(Xsave.size);
    ioctlWithStructure(this.#fd, Kvm.GET_XSAVE, area, "vCPU");
    return area;
  }

  settle(): void {
    // EINTR, or the end of a step, which is the same here.
    this.polls.holdBack(() => void this.#ioctl(this.#fd, Kvm.RUN.number, null));
  }

  fault(): Error {
    const rip = this.instructionPointer();
    const reason = this.#run[KvmRun.exitReason / 4]!;
    if (this.#errno !== 0) return this.#runError(reason, rip);
    switch (reason) {
      case ExitReason.IO: {
        const access = this.#run[KvmRun.ioDirection / 4]!;
        const verb = (access & 0xff) === EXIT_IO_OUT ? "wrote" : "read";
        return new GuestFault(
          `invalid guest port access: ${verb} ${access >>> 8 & 0xff} bytes at port=${
            hex(this.port)
          }`,
          rip,
        );
      }
      case ExitReason.HLT:
        return new GuestFault(
          "it halted the processor (hlt) outside of the HALT hypercall",
          rip,
        );
      case ExitReason.MMIO:
        return new GuestFault(
          `invalid guest access: gpa=${
            hex(this.#u64(KvmRun.mmioPhysicalAddress))
          }: no memory there, or memory that its image protects`,
          rip,
        );
      case ExitReason.SHUTDOWN:
        return new GuestFault(
          "triple fault (an exception that it has no handler for)",
          rip,
        );
      case ExitReason.FAIL_ENTRY:
        return new OperatorError(
          "KVM",
          `the processor refused the guest's state (reason ${
            hex(this.#u64(KvmRun.failEntryHardwareReason))
          })`,
          "look at the host's kernel log",
        );
      case ExitReason.INTERNAL_ERROR:
        return new GuestFault(
          `KVM could not go on with the guest (suberror ${
            hex(this.#run[KvmRun.internalSuberror / 4]!)
          })`,
          rip,
        );
      default:
        return new GuestFault(`unhandled exit, exit_reason=${hex(reason)}`, rip);
    }
  }

  /** Why `KVM_RUN` itself failed. */
  #runError(reason: number, rip: bigint): Error {
    if (this.#errno !== Errno.EFAULT) {
      return new OperatorError(
        "KVM",
        `running the guest failed: ${describeErrno(this.#errno)}`,
        "look at the host's kernel log",
      );
    }
    // The exit reason of an earlier exit stays in place, except that newer
    // kernels name the address (KVM_CAP_MEMORY_FAULT_INFO).
    const gpa = reason === ExitReason.MEMORY_FAULT
      ? `, gpa=${hex(this.#u64(KvmRun.memoryFaultGpa))}`
      : "";
    return new GuestFault(
      `host/guest translation fault${gpa}: it used memory that its image protects`,
      rip,
    );
  }

  #u64(offset: number): bigint {
    return BigInt(this.#run[offset / 4]!) | BigInt(this.#run[offset / 4 + 1]!) << 32n;
  }
}
