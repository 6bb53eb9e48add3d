/**
 * Whether, and how, this host limits the memory of processes: in control groups
 * (Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst of Linux).
 *
 * @module
 */
import { readProc } from "./proc.ts";

/** A hierarchy of control groups that limits memory. */
export interface Hierarchy {
  /** Where it is mounted. */
  readonly path: string;
  /** The files that take limits, in the order to write them; not all need be there. */
  readonly limits: readonly string[];
}

/** What this host has of that, if anything; only root may use it. */
export const MEMORY_CGROUP: Hierarchy | undefined = findHierarchy();

function findHierarchy(): Hierarchy | undefined {
  if (Deno.uid() !== 0) return undefined;
  if (read("/sys/fs/cgroup/cgroup.controllers")?.includes("memory")) {
    return { path: "/sys/fs/cgroup", limits: ["memory.max", "memory.swap.max"] };
  }
  if (read("/sys/fs/cgroup/memory/memory.limit_in_bytes") === undefined) return undefined;
  const limits = ["memory.limit_in_bytes", "memory.memsw.limit_in_bytes"];
  return { path: "/sys/fs/cgroup/memory", limits };
}

function read(path: string): string | undefined {
  try {
    return readProc(path);
  } catch {
    return undefined;
  }
}
