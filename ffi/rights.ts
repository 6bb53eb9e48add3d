/**
 * What this process may do, and giving it up: privileges, capabilities, limits,
 * descriptors.
 *
 * @module
 */
import {
  CAPABILITY_VERSION,
  CapabilityData,
  CapabilityHeader,
  CLONE_NEWNS,
  MOST_CAPABILITIES,
  PR_CAP_AMBIENT_CLEAR_ALL,
  Prctl,
  Resource,
  SECBIT_KEEPS_CAPABILITIES,
} from "./linux/privileges.ts";
import { systemCall, trySystemCall } from "./system_call.ts";

/** The effective user of the calling thread. */
export function effectiveUser(): number {
  return trySystemCall("geteuid");
}

/** How messages call the process. */
const SELF = "this process";

/** The capability sets of a thread: bit n is capability n. */
export interface CapabilitySets {
  /** What it may do now. */
  readonly effective: bigint;
  /** What it may take. */
  readonly permitted: bigint;
  /** What a program that it executes may get. */
  readonly inheritable: bigint;
}

function header(thread = 0): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(CapabilityHeader.size);
  const view = new DataView(bytes.buffer);
  view.setUint32(CapabilityHeader.version, CAPABILITY_VERSION, true);
  view.setInt32(CapabilityHeader.pid, thread, true);
  return bytes;
}

function readSets(data: Uint8Array<ArrayBuffer>): CapabilitySets {
  const view = new DataView(data.buffer);
  const set = (offset: number) =>
    BigInt(view.getUint32(offset, true)) |
    BigInt(view.getUint32(CapabilityData.entryBytes + offset, true)) << 32n;
  return {
    effective: set(CapabilityData.effective),
    permitted: set(CapabilityData.permitted),
    inheritable: set(CapabilityData.inheritable),
  };
}

/** The calling thread's sets, as the kernel has them. */
function ownSets(): Uint8Array<ArrayBuffer> {
  const data = new Uint8Array(CapabilityData.size);
  systemCall("capget", SELF, header(), data);
  return data;
}

/** Reads the calling thread's sets; the threads that it made have the same. */
export function capabilitySets(): CapabilitySets {
  return readSets(ownSets());
}

/** Whether one of these threads has a capability left; one that has ended has none. */
export function haveCapabilities(threads: readonly number[]): boolean {
  return threads.some((thread) => {
    const data = new Uint8Array(CapabilityData.size);
    if (trySystemCall("capget", header(thread), data) < 0) return false;
    const { effective, permitted, inheritable } = readSets(data);
    return (effective | permitted | inheritable) !== 0n;
  });
}

/** Does something without the privileges that the calling thread's capabilities are. */
export function withoutCapabilities<T>(action: () => T): T {
  const data = ownSets();
  const none = data.slice();
  const view = new DataView(none.buffer);
  for (const entry of [0, CapabilityData.entryBytes]) {
    view.setUint32(entry + CapabilityData.effective, 0, true);
  }
  systemCall("capset", SELF, header(), none);
  try {
    return action();
  } finally {
    systemCall("capset", SELF, header(), data);
  }
}

/** Empties the calling thread's sets, ambient included. Needs no privilege. */
export function dropCapabilities(): void {
  trySystemCall("prctl", Prctl.CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL);
  systemCall("capset", SELF, header(), new Uint8Array(CapabilityData.size));
}

/** Whether a change away from root leaves capabilities behind (man 7 capabilities). */
export function keepsCapabilities(): boolean {
  const bits = systemCall("prctl", SELF, Prctl.GET_SECUREBITS);
  return (bits & SECBIT_KEEPS_CAPABILITIES) !== 0;
}

/** Whether the calling thread's bounding set has anything in it. */
export function hasBoundingSet(): boolean {
  for (let capability = 0; capability < MOST_CAPABILITIES; capability++) {
    if (trySystemCall("prctl", Prctl.CAPBSET_READ, capability) > 0) return true;
  }
  return false;
}

/**
 * Empties the calling thread's bounding set.
 *
 * @throws {SystemCallError} EPERM without CAP_SETPCAP
 */
export function dropBoundingSet(): void {
  for (let capability = 0; capability < MOST_CAPABILITIES; capability++) {
    // The kernel knows fewer than there is room for.
    if (trySystemCall("prctl", Prctl.CAPBSET_READ, capability) < 0) return;
    systemCall("prctl", SELF, Prctl.CAPBSET_DROP, capability);
  }
}

/** From now on `execve` grants nothing; the calling thread's. */
export function setNoNewPrivileges(): void {
  systemCall("prctl", SELF, Prctl.SET_NO_NEW_PRIVS, 1);
}

/** No core dumps; nobody but root may trace it or look into its `/proc`. */
export function setUndumpable(): void {
  systemCall("prctl", SELF, Prctl.SET_DUMPABLE, 0);
}

/**
 * Gives the calling thread a mount namespace of its own.
 *
 * @throws {SystemCallError} EPERM without CAP_SYS_ADMIN
 */
export function leaveMountNamespace(): void {
  systemCall("unshare", SELF, CLONE_NEWNS);
}

/** `struct rlimit64`: soft and hard limit. */
const RLIMIT_BYTES = 16;

function limits(resource: number): BigUint64Array<ArrayBuffer> {
  const old = new Uint8Array(RLIMIT_BYTES);
  systemCall("prlimit64", SELF, 0, resource, 0, old);
  return new BigUint64Array(old.buffer);
}

/** What the kernel has for "no limit": `RLIM_INFINITY`. */
const UNLIMITED = 0xffff_ffff_ffff_ffffn;

/** The limit that holds for this process; undefined where there is none. */
export function softLimit(name: keyof typeof Resource): number | undefined {
  const [soft = UNLIMITED] = limits(Resource[name]);
  return soft === UNLIMITED ? undefined : Number(soft);
}

/** Lowers a limit for good; what is lower already stays. */
export function lowerLimit(name: keyof typeof Resource, value: number): void {
  const resource = Resource[name];
  const lowered = limits(resource).map((old) =>
    old < BigInt(value) ? old : BigInt(value)
  );
  systemCall("prlimit64", SELF, 0, resource, new Uint8Array(lowered.buffer), 0);
}

/**
 * Closes every descriptor but these.
 *
 * @param kept in rising order
 */
export function closeAllBut(kept: readonly number[]): void {
  let first = 0;
  for (const descriptor of kept) {
    if (first < descriptor) systemCall("close_range", SELF, first, descriptor - 1, 0);
    first = descriptor + 1;
  }
  systemCall("close_range", SELF, first, 0xffff_ffff, 0);
}
