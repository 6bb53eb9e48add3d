/**
 * Whether there is memory for a guest. What it is given is not taken from the host
 * before it is used, so that a start does not notice.
 *
 * @module
 */
import { hostText } from "../../../ffi/kernel_text.ts";
import { MEBIBYTE } from "../../contract/limits.ts";

/** What the kernel says of memory, as its files have it; undefined without them. */
export interface MemoryTexts {
  /** `/proc/meminfo` (man 5 proc_meminfo). */
  readonly host: string | undefined;
  /** `memory.max` of this process's control group, and of those above it. */
  readonly most: readonly string[];
  /** `memory.current` of each, in the same order. */
  readonly used: readonly string[];
}

/** Reads them. */
export function readMemoryTexts(): MemoryTexts {
  // Version 2 of control groups alone: `0::/user.slice/…` (man 7 cgroups).
  const path = /^0::(\/.*)$/m.exec(hostText("/proc/self/cgroup") ?? "")?.[1] ?? "/";
  const parts = path.split("/").filter((part) => part !== "");
  const folders = parts.map((_, index) => parts.slice(0, index + 1).join("/"));
  const read = (file: string) =>
    folders.map((folder) => hostText(`/sys/fs/cgroup/${folder}/${file}`) ?? "");
  return {
    host: hostText("/proc/meminfo"),
    most: read("memory.max"),
    used: read("memory.current"),
  };
}

/**
 * The bytes that a guest can have at most now; undefined where nobody says. Pure.
 */
export function roomOf({ host, most, used }: MemoryTexts): number | undefined {
  const available = /^MemAvailable: +([0-9]+) kB$/m.exec(host ?? "")?.[1];
  const rooms = most.flatMap((text, index) => {
    const [limit, now] = [numberOf(text), numberOf(used[index] ?? "")];
    return limit === undefined || now === undefined ? [] : [Math.max(0, limit - now)];
  });
  if (available !== undefined) rooms.push(Number(available) * 1024);
  return rooms.length === 0 ? undefined : Math.min(...rooms);
}

/** The number that a file has; undefined for `max`. */
function numberOf(text: string): number | undefined {
  return /^[0-9]+\s*$/.test(text) ? Number(text) : undefined;
}

/** What is to be said of a guest's memory; undefined where there is room. Pure. */
export function shortage(
  memoryBytes: number,
  room: number | undefined,
): string | undefined {
  if (room === undefined || room >= memoryBytes) return undefined;
  const [wanted, there] = [memoryBytes, room].map((bytes) =>
    Math.floor(bytes / MEBIBYTE)
  );
  return `guest memory: of ${wanted} MiB there are ${there} now, and a guest that uses more is killed; give the guest less (--mem), or the tender more`;
}
