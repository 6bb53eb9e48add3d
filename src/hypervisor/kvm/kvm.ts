/**
 * KVM: opening it, making a virtual machine, setting up its vCPU.
 *
 * @module
 */
import { Errno, SystemCallError } from "../../../ffi/errno.ts";
import { closeFile, openFile } from "../../../ffi/files.ts";
import { ioctlWithStructure, ioctlWithValue } from "../../../ffi/ioctl.ts";
import { Capability, Kvm, KVM_API_VERSION, KvmRun } from "../../../ffi/linux/kvm.ts";
import { Protection } from "../../../ffi/linux/mman.ts";
import {
  mapCheaplyViewed,
  type Mapping,
  mapSharedBehindPage,
  protect,
  unmap,
} from "../../../ffi/memory.ts";
import { addressOf } from "../../../ffi/system_call.ts";
import { MEBIBYTE } from "../../contract/limits.ts";
import type { Needs } from "../../contract/policy.ts";
import { hasStopWord } from "../../../ffi/stop_signal.ts";
import { OperatorError } from "../../errors.ts";
import type {
  AllowedMsr,
  CpuidEntry,
  GeneralRegisters,
  SystemRegisters,
  VirtualMachine,
} from "../hypervisor.ts";
import type { KvmFd, VcpuFd, VmFd } from "./descriptors.ts";
import {
  cpuid,
  cpuidRoom,
  enableCapability,
  generalRegisters,
  ioEventfd,
  memoryRegion,
  msrFilter,
  readCpuid,
  systemRegisters,
} from "./structures.ts";
import { KvmVcpu } from "./vcpu.ts";

const DEVICE = "/dev/kvm";

/** Capabilities without which no guest runs. */
export const REQUIRED = [
  "USER_MEMORY",
  "GET_TSC_KHZ",
  "IMMEDIATE_EXIT",
  "SYNC_REGS",
] as const;

/** Room for CPUID entries; KVM itself never has more (`KVM_MAX_CPUID_ENTRIES`). */
const MOST_CPUID_ENTRIES = 256;

/**
 * Makes a virtual machine with one vCPU and zero-filled memory.
 *
 * @param memoryBytes a multiple of 2 MiB
 * @param ringBytes further memory behind it, likewise; at most 4 GiB with it
 * @param held `/dev/kvm`, where it is open already
 * @throws {OperatorError} when the host has no KVM that will do, or no room, or
 * this process has a guest already
 */
export function createKvmMachine(
  memoryBytes: number,
  ringBytes: number = 0,
  held?: number,
): VirtualMachine {
  if (hasStopWord()) {
    throw new OperatorError(
      "this process",
      "has a guest already",
      "close that one first, or start another process",
    );
  }
  const release: (() => void)[] = [];
  try {
    return new KvmMachine(memoryBytes + ringBytes, release, held);
  } catch (error) {
    releaseAll(release);
    if (error instanceof SystemCallError) throw hostError(error, memoryBytes);
    throw error;
  }
}

/**
 * Opens `/dev/kvm`, for {@link createKvmMachine} of another start.
 *
 * @throws {OperatorError} when it cannot be opened
 */
export function openKvm(): number {
  try {
    return openFile(DEVICE, "read-write");
  } catch (error) {
    if (error instanceof SystemCallError) throw hostError(error, 0);
    throw error;
  }
}

function releaseAll(release: (() => void)[]): void {
  for (const action of release.splice(0).toReversed()) action();
}

/** What an operator can do about a call that failed. */
export function hostError(error: SystemCallError, memoryBytes: number): OperatorError {
  const { problem } = error;
  if (error.call === "mmap" || error.errno === Errno.ENOMEM) {
    return new OperatorError(
      error.object,
      problem,
      `give the guest less memory than --mem=${
        memoryBytes / MEBIBYTE
      }, or the tender more`,
      error,
    );
  }
  if (error.call !== "open") {
    return new OperatorError(
      error.object,
      problem,
      "this host's KVM does not do what a guest needs; look at the kernel log",
      error,
    );
  }
  const remedies: Record<number, string> = {
    [Errno.ENOENT]:
      "load the kernel's module (modprobe kvm_intel or kvm_amd) on a host whose processor can virtualize",
    [Errno.ENODEV]: "turn on virtualization in the host's firmware",
    [Errno.EACCES]: "become a member of the group kvm",
    [Errno.EPERM]: "let this container or service use the device",
  };
  return new OperatorError(
    error.object,
    problem,
    remedies[error.errno] ?? "a guest needs KVM",
    error,
  );
}

class KvmMachine implements VirtualMachine {
  readonly memory: Mapping;
  readonly vcpu: KvmVcpu;
  readonly tscKilohertz: number;
  readonly #kvm: KvmFd;
  readonly #vm: VmFd;
  readonly #vcpuFd: VcpuFd;
  readonly #release: (() => void)[];

  /** @param release what gives back everything that was had so far */
  constructor(memoryBytes: number, release: (() => void)[], held?: number) {
    this.#release = release;
    this.#kvm = this.#open((held ?? openFile(DEVICE, "read-write")) as KvmFd);
    const version = ioctlWithValue(this.#kvm, Kvm.GET_API_VERSION, 0, DEVICE);
    if (version !== KVM_API_VERSION) {
      throw new OperatorError(
        DEVICE,
        `has API version ${version}, not ${KVM_API_VERSION}`,
        "use a Linux kernel of 2.6.22 or later",
      );
    }
    for (const name of REQUIRED) {
      if (this.#extension(Capability[name]) > 0) continue;
      throw new OperatorError(
        DEVICE,
        `lacks KVM_CAP_${name}`,
        "use a newer Linux kernel, or a host with a stable time stamp counter",
      );
    }
    this.#vm = this.#open(ioctlWithValue(this.#kvm, Kvm.CREATE_VM, 0, DEVICE) as VmFd);
    this.#vcpuFd = this.#open(
      ioctlWithValue(this.#vm, Kvm.CREATE_VCPU, 0, "VM") as VcpuFd,
    );
    const runBytes = ioctlWithValue(this.#kvm, Kvm.GET_VCPU_MMAP_SIZE, 0, DEVICE);
    if (runBytes < KvmRun.size) {
      throw new OperatorError(
        DEVICE,
        `shares ${runBytes} bytes with a vCPU, not ${KvmRun.size}`,
        "use a newer Linux kernel",
      );
    }
    const kvmRun = this.#map(mapSharedBehindPage(this.#vcpuFd, runBytes, "vCPU"));
    this.memory = this.#map(mapCheaplyViewed(memoryBytes, "guest memory"));
    const region = memoryRegion(memoryBytes, this.memory.address);
    ioctlWithStructure(this.#vm, Kvm.SET_USER_MEMORY_REGION, region, "guest memory");
    this.vcpu = new KvmVcpu(this.#vcpuFd, kvmRun);
    release.push(() => this.vcpu.releaseSignals());
    this.tscKilohertz = this.#readTscFrequency();
  }

  #open<F extends number>(descriptor: F): F {
    this.#release.push(() => closeFile(descriptor));
    return descriptor;
  }

  #map(mapping: Mapping): Mapping {
    this.#release.push(() => unmap(mapping));
    return mapping;
  }

  #extension(capability: number): number {
    return ioctlWithValue(this.#kvm, Kvm.CHECK_EXTENSION, capability, DEVICE);
  }

  #readTscFrequency(): number {
    try {
      const kilohertz = ioctlWithValue(this.#vcpuFd, Kvm.GET_TSC_KHZ, 0, "vCPU");
      if (kilohertz > 0) return kilohertz;
    } catch (error) {
      if (!(error instanceof SystemCallError) || error.errno !== Errno.EIO) throw error;
    }
    throw new OperatorError(
      "KVM",
      "the host's time stamp counter is unstable, and a guest's clock runs on it",
      "use a host with an invariant one (constant_tsc in /proc/cpuinfo)",
    );
  }

  supportedCpuid(): CpuidEntry[] {
    const room = cpuidRoom(MOST_CPUID_ENTRIES);
    ioctlWithStructure(this.#kvm, Kvm.GET_SUPPORTED_CPUID, room, DEVICE);
    return readCpuid(room);
  }

  setCpuid(entries: readonly CpuidEntry[]): void {
    // Else KVM answers its own hypercalls whether or not CPUID offers them.
    const capability = Capability.ENFORCE_PV_FEATURE_CPUID;
    if (this.#extension(capability) !== 0) {
      ioctlWithStructure(
        this.#vcpuFd,
        Kvm.ENABLE_CAP,
        enableCapability(capability),
        "vCPU",
      );
    }
    ioctlWithStructure(this.#vcpuFd, Kvm.SET_CPUID2, cpuid(entries), "vCPU");
  }

  allowOnlyMsrs(msrs: readonly AllowedMsr[]): boolean {
    if (this.#extension(Capability.X86_MSR_FILTER) === 0) return false;
    // KVM copies a whole word of bitmap.
    const bitmap = new Uint8Array(8).fill(1, 0, 1);
    const filter = msrFilter(msrs, addressOf(bitmap));
    ioctlWithStructure(this.#vm, Kvm.X86_SET_MSR_FILTER, filter, "VM");
    return bitmap[0] === 1;
  }

  setSystemRegisters(registers: SystemRegisters): void {
    const structure = systemRegisters(registers);
    ioctlWithStructure(this.#vcpuFd, Kvm.SET_SREGS, structure, "vCPU");
  }

  setGeneralRegisters(registers: GeneralRegisters): void {
    const structure = generalRegisters(registers);
    ioctlWithStructure(this.#vcpuFd, Kvm.SET_REGS, structure, "vCPU");
  }

  protectMemory(
    range: { readonly start: number; readonly end: number },
    rights: { readonly readable: boolean; readonly writable: boolean },
  ): void {
    const protection = (rights.readable ? Protection.READ : 0) |
      (rights.writable ? Protection.WRITE : 0);
    protect(this.memory, range, protection);
  }

  get stopAddress(): bigint {
    return this.vcpu.polls.stopAddress;
  }

  countPortWrites(port: number, eventfd: number): boolean {
    if (this.#extension(Capability.IOEVENTFD) === 0) return false;
    try {
      ioctlWithStructure(this.#vm, Kvm.IOEVENTFD, ioEventfd(port, eventfd), "VM");
      return true;
    } catch (error) {
      if (error instanceof SystemCallError) return false;
      throw error;
    }
  }

  needs(): Needs {
    return this.vcpu.needs();
  }

  close(): void {
    releaseAll(this.#release);
  }
}
