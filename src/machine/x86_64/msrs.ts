/**
 * The model-specific registers that a guest may touch; every other access
 * raises #GP in the guest, where the host's KVM can filter (Intel SDM 4).
 *
 * @module
 */
import type { AllowedMsr } from "../../hypervisor/hypervisor.ts";

/** The registers, each with its reason. */
export const ALLOWED_MSRS: readonly AllowedMsr[] = [
  // Time stamp counter: the guest's clock; setting it is not its business.
  { index: 0x10, read: true, write: false },
  // Page attribute table: memory types of the guest's own mappings.
  { index: 0x277, read: true, write: true },
  // EFER: no-execute and system call extensions.
  { index: 0xc000_0080, read: true, write: true },
  // FS base: thread-local storage; Solo5's start-up code writes it.
  { index: 0xc000_0100, read: true, write: true },
  // GS base, and the one that swapgs exchanges it with.
  { index: 0xc000_0101, read: true, write: true },
  { index: 0xc000_0102, read: true, write: true },
];
