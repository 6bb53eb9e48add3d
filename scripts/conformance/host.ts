/**
 * What the host offers to the tests, and the network that is made for them.
 *
 * @module
 */
import { closeFile, openFile } from "../../ffi/files.ts";
import { SystemCallError } from "../../ffi/errno.ts";
import { enterNewNetwork, makeTap } from "../../tests/support/network.ts";
import { succeeds } from "./processes.ts";
import { type Need, TAPS } from "./suite.ts";

/** Why each need is not met; no entry where it is. */
export type Missing = Partial<Readonly<Record<Need, string>>>;

/** Looks at the host. Leaves this process in a network namespace of its own. */
export function missingOnHost(): Missing {
  const missing: Partial<Record<Need, string>> = {};
  if (!canOpen("/dev/kvm")) missing.KVM = "no access to /dev/kvm";
  if (Deno.build.arch !== "x86_64") missing.x86_64 = "for x86_64 only";
  const network = missingForNetwork();
  if (network !== undefined) missing.network = network;
  return missing;
}

function missingForNetwork(): string | undefined {
  if (Deno.uid() !== 0) return "needs root";
  // Only that of iputils sends floods, busybox' does not.
  if (!succeeds(["ping", "-V"])) return "needs ping (iputils)";
  if (!canOpen("/dev/net/tun")) return "needs /dev/net/tun";
  try {
    enterNewNetwork();
    return undefined;
  } catch (error) {
    if (error instanceof SystemCallError) return error.message;
    throw error;
  }
}

/** Through libc: Deno itself opens devices only to those who may do everything. */
function canOpen(path: string): boolean {
  try {
    closeFile(openFile(path, "read-write"));
    return true;
  } catch {
    return false;
  }
}

/**
 * Puts this process, and what it starts from now on, into a new network
 * namespace with the suite's taps: what a former test left behind, a `ping`
 * above all, cannot reach the next. It goes away with the last process in it.
 */
export function makeNetwork(): void {
  enterNewNetwork();
  for (const { name, ...options } of TAPS) makeTap(name, options);
}
