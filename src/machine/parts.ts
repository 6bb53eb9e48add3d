/**
 * The modules of the tree, each behind a literal `import()`. A build with fewer
 * modules has this table with fewer rows; nothing else names them.
 *
 * @module
 */
import type { InterposerModule } from "../contract/interposer.ts";
import type { DeviceModule } from "../contract/module.ts";
import type { WatchModule } from "../contract/watch.ts";

/** A module of the tree, not loaded yet. */
export type Part<M> = () => Promise<{ readonly default: M }>;

/** What a program may contain beside what every guest needs. */
export interface Parts {
  /** Devices of type NET_BASIC. */
  readonly net?: Part<DeviceModule>;
  /** Devices of type BLOCK_BASIC. */
  readonly block?: Part<DeviceModule>;
  /** `--dumpcore`. */
  readonly dumpcore?: Part<WatchModule>;
  /** `--gdb`. */
  readonly gdb?: Part<WatchModule>;
  /** Consoles on a terminal. */
  readonly visible?: Part<InterposerModule>;
  /** `--net-rate`, `--block-rate` and `--console-rate`. */
  readonly rate?: Part<InterposerModule>;
}

/** What this program contains. */
export const PARTS: Parts = {
  net: () => import("../modules/net/mod.ts"),
  block: () => import("../modules/block/mod.ts"),
  dumpcore: () => import("../modules/dumpcore/mod.ts"),
  gdb: () => import("../modules/gdb/mod.ts"),
  visible: () => import("../modules/visible/mod.ts"),
  rate: () => import("../modules/rate/mod.ts"),
};

/** Names of the modules that this program contains; a build may have fewer. */
export function containedModules(): string[] {
  return ["core", ...Object.keys(PARTS)];
}
