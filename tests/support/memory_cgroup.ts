/**
 * Whether, and how, this host limits the memory of processes: in control groups
 * (Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst of Linux).
 *
 * @module
 */
import { canOpen } from "./access.ts";
import { readProc } from "./proc.ts";

/** A hierarchy of control groups that limits memory. */
export interface Hierarchy {
  /** Where it is mounted. */
  readonly path: string;
  /** The files that take limits, in the order to write them; not all need be there. */
  readonly limits: readonly string[];
  /** The file that counts processes that were killed for want of memory. */
  readonly kills: string;
}

/** What this host has of that, if anything; only root may use it. */
export const MEMORY_CGROUP: Hierarchy | undefined = findHierarchy();

function findHierarchy(): Hierarchy | undefined {
  if (Deno.uid() !== 0) return undefined;
  const path = "/sys/fs/cgroup";
  if (canOpen(`${path}/cgroup.subtree_control`) && canLimit(path)) {
    const limits = ["memory.max", "memory.swap.max"];
    return { path, limits, kills: "memory.events" };
  }
  const old = `${path}/memory`;
  if (!canOpen(`${old}/cgroup.procs`)) return undefined;
  const limits = ["memory.limit_in_bytes", "memory.memsw.limit_in_bytes"];
  return { path: old, limits, kills: "memory.oom_control" };
}

/** Where it is not so already, only the root can say it: that has no type. */
function canLimit(path: string): boolean {
  if (readProc(`${path}/cgroup.subtree_control`).includes("memory")) return true;
  return readProc(`${path}/cgroup.controllers`).includes("memory") &&
    !canOpen(`${path}/cgroup.type`);
}
