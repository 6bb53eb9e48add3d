/**
 * What a vCPU calls once the process is sealed. Pure.
 *
 * @module
 */
import { Kvm } from "../../../ffi/linux/kvm.ts";
import type { Request } from "../../../ffi/linux/request.ts";
import {
  type ArgumentValue,
  isNull,
  isOneOf,
  type KeptDescriptor,
  type Needs,
  onDescriptors,
  type Permit,
} from "../../contract/policy.ts";
import type { VcpuFd } from "./descriptors.ts";

/** What reading the registers asks for, and what debugging does. */
const REQUESTS = {
  state: [Kvm.GET_REGS, Kvm.GET_SREGS],
  debugging: [
    Kvm.GET_REGS,
    Kvm.GET_SREGS,
    Kvm.SET_REGS,
    Kvm.GET_XSAVE,
    Kvm.SET_XSAVE,
    Kvm.SET_GUEST_DEBUG,
  ],
} as const;

function valueOf({ number, name }: Request): ArgumentValue {
  return { value: number, name };
}

function kept(descriptor: VcpuFd): KeptDescriptor {
  return { descriptor, name: "vCPU" };
}

/** What running a guest calls. */
export function vcpuNeeds(descriptor: VcpuFd): Needs {
  const vcpu = kept(descriptor);
  return {
    descriptors: [vcpu],
    permits: [
      {
        call: "ioctl",
        rules: [
          onDescriptors([vcpu]),
          isOneOf(1, "request", valueOf(Kvm.RUN)),
          isNull(2, "argument"),
        ],
        reason: "the guest runs",
      },
      {
        call: "setitimer",
        rules: [
          isOneOf(0, "which", { value: 0, name: "ITIMER_REAL" }),
          isNull(2, "old_value"),
        ],
        reason: "the tick that interrupts the guest",
      },
    ],
  };
}

/** What reading its registers, or debugging, calls in addition. */
export function debuggingPermit(
  descriptor: VcpuFd,
  use: "state" | "debugging",
): Permit {
  return {
    call: "ioctl",
    rules: [
      onDescriptors([kept(descriptor)]),
      isOneOf(1, "request", ...REQUESTS[use].map(valueOf)),
    ],
    reason: use === "state" ? "the guest's registers are read" : "debugging",
  };
}
