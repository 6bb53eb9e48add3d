/**
 * A vCPU of KVM: entering the guest, and reading why it came back.
 *
 * @module
 */
import { describeErrno, Errno, openErrno } from "../../../ffi/errno.ts";
import {
  type Ioctl,
  ioctlWithStructure,
  KernelStructure,
  rawIoctl,
} from "../../../ffi/ioctl.ts";
import {
  EXIT_IO_OUT,
  ExitReason,
  GuestDebug,
  Kvm,
  KvmRun,
  Regs,
  Sregs,
  SYNC_X86_REGS,
  Xsave,
} from "../../../ffi/linux/kvm.ts";
import { type Mapping, PAGE_BYTES } from "../../../ffi/memory.ts";
import { StopWord } from "../../../ffi/stop_signal.ts";
import type { Needs, Permit } from "../../contract/policy.ts";
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
import { debuggingPermit, vcpuNeeds } from "./needs.ts";
import { generalState, guestDebug, readState } from "./structures.ts";

/** Direction and size of the only port access that is a hypercall. */
const WRITE_OF_32_BITS = EXIT_IO_OUT | 4 << 8;

/** What debugging requests take, made before the process is sealed. */
interface DebugStructures {
  readonly regs: KernelStructure;
  readonly sregs: KernelStructure;
  readonly xsave: KernelStructure;
  readonly debug: KernelStructure;
}

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
  #structures: DebugStructures | undefined;

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
    // Asked for only now, as every exit would pay for it. The instruction of a
    // port access is finished with it.
    this.#run[KvmRun.validRegs / 4] = SYNC_X86_REGS;
    this.settle();
    this.#run[KvmRun.validRegs / 4] = 0;
    return this.#u64(KvmRun.syncRegs + Regs.rip);
  }

  prepare(use: "state" | "debugging"): readonly Permit[] {
    void this.#debugging;
    return [debuggingPermit(this.#fd, use)];
  }

  get #debugging(): DebugStructures {
    return this.#structures ??= {
      regs: new KernelStructure(Regs.size),
      sregs: new KernelStructure(Sregs.size),
      xsave: new KernelStructure(Xsave.size),
      debug: new KernelStructure(GuestDebug.size),
    };
  }

  /** What running the guest calls. */
  needs(): Needs {
    return vcpuNeeds(this.#fd);
  }

  state(): VcpuState {
    const { regs, sregs } = this.#debugging;
    ioctlWithStructure(this.#fd, Kvm.GET_REGS, regs, "vCPU");
    ioctlWithStructure(this.#fd, Kvm.GET_SREGS, sregs, "vCPU");
    return readState(regs.bytes, sregs.bytes);
  }

  get stopsMet(): number {
    return this.#run[KvmRun.debugDr6 / 4]! & 0xf;
  }

  debug(request: DebugRequest): void {
    const { debug } = this.#debugging;
    debug.bytes.set(guestDebug(request));
    ioctlWithStructure(this.#fd, Kvm.SET_GUEST_DEBUG, debug, "vCPU");
  }

  setGeneral(registers: VcpuState["general"]): void {
    const { regs } = this.#debugging;
    regs.bytes.set(generalState(registers));
    ioctlWithStructure(this.#fd, Kvm.SET_REGS, regs, "vCPU");
  }

  floatingPoint(): Uint8Array<ArrayBuffer> {
    return this.#xsave().bytes.slice(0, Xsave.legacyBytes);
  }

  setFloatingPoint(image: Uint8Array): void {
    const area = this.#xsave();
    area.bytes.set(image.subarray(0, Xsave.legacyBytes));
    area.bytes[Xsave.stateBits]! |= Xsave.legacyState;
    ioctlWithStructure(this.#fd, Kvm.SET_XSAVE, area, "vCPU");
  }

  #xsave(): KernelStructure {
    const { xsave } = this.#debugging;
    ioctlWithStructure(this.#fd, Kvm.GET_XSAVE, xsave, "vCPU");
    return xsave;
  }

  settle(): void {
    // EINTR, or the end of a step, which is the same here.
    this.polls.holdBack(() => void this.#ioctl(this.#fd, Kvm.RUN.number, null));
  }

  fault(): Error {
    const reason = this.#run[KvmRun.exitReason / 4]!;
    if (this.#errno !== 0) return this.#runError(reason);
    switch (reason) {
      case ExitReason.IO: {
        const access = this.#run[KvmRun.ioDirection / 4]!;
        const verb = (access & 0xff) === EXIT_IO_OUT ? "wrote" : "read";
        return new GuestFault(
          `invalid guest port access: ${verb} ${access >>> 8 & 0xff} bytes at port=${
            hex(this.port)
          }`,
        );
      }
      case ExitReason.HLT:
        return new GuestFault(
          "it halted the processor (hlt) outside of the HALT hypercall",
        );
      case ExitReason.MMIO:
        return new GuestFault(
          `invalid guest access: gpa=${
            hex(this.#u64(KvmRun.mmioPhysicalAddress))
          }: no memory there, or memory that its image protects`,
        );
      case ExitReason.SHUTDOWN:
        return new GuestFault(
          "triple fault (an exception that it has no handler for)",
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
        );
      default:
        return new GuestFault(`unhandled exit, exit_reason=${hex(reason)}`);
    }
  }

  /** Why `KVM_RUN` itself failed. */
  #runError(reason: number): Error {
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
    );
  }

  #u64(offset: number): bigint {
    return BigInt(this.#run[offset / 4]!) | BigInt(this.#run[offset / 4 + 1]!) << 32n;
  }
}
