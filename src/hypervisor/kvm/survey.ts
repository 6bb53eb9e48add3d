/**
 * Asking KVM what it can do, and whether there is room for a guest, for those
 * who only look.
 *
 * @module
 */
import { SystemCallError } from "../../../ffi/errno.ts";
import { ioctlWithValue } from "../../../ffi/ioctl.ts";
import { Capability, Kvm } from "../../../ffi/linux/kvm.ts";
import { mapCheaplyViewed, unmap } from "../../../ffi/memory.ts";
import { hostError } from "./kvm.ts";

/** What KVM says of itself. */
export interface KvmSurvey {
  /** The version of its interface. */
  readonly apiVersion: number;
  /** What it answers for each capability; 0 is no. */
  readonly capabilities: Readonly<Record<keyof typeof Capability, number>>;
}

/**
 * Asks for everything that a tender makes use of.
 *
 * @param kvm an open `/dev/kvm`
 * @throws {SystemCallError} when it does not answer
 */
export function surveyKvm(kvm: number): KvmSurvey {
  const ask = (number: number) =>
    ioctlWithValue(kvm, Kvm.CHECK_EXTENSION, number, "/dev/kvm");
  const answers = Object.entries(Capability).map(([name, number]) => [name, ask(number)]);
  return {
    apiVersion: ioctlWithValue(kvm, Kvm.GET_API_VERSION, 0, "/dev/kvm"),
    capabilities: Object.fromEntries(answers) as KvmSurvey["capabilities"],
  };
}

/**
 * Sees whether this process can have a guest's memory, and gives it back.
 *
 * @throws {OperatorError} as making the virtual machine does
 */
export function tryMemory(memoryBytes: number, ringBytes: number): void {
  try {
    unmap(mapCheaplyViewed(memoryBytes + ringBytes, "guest memory"));
  } catch (error) {
    if (error instanceof SystemCallError) throw hostError(error, memoryBytes);
    throw error;
  }
}
