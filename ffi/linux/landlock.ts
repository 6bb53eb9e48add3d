/**
 * `linux/landlock.h`: what a thread takes from itself in file systems and
 * networks, as data.
 *
 * @module
 */

/** Flag of `landlock_create_ruleset`: asks for the ABI version. */
export const LANDLOCK_CREATE_RULESET_VERSION = 1;

/** `struct landlock_ruleset_attr`: grows with the ABI version. */
export const RulesetAttribute = {
  handledAccessFs: 0,
  handledAccessNet: 8,
  scoped: 16,
} as const;

/** What the kernel takes at an ABI version: every bit that it knows. */
export interface LandlockAbi {
  /** The version that brought these. */
  readonly version: number;
  /** Size of the attribute, in bytes. */
  readonly size: number;
  /** File system rights. */
  readonly fs: number;
  /** Network rights. */
  readonly net: number;
  /** Scopes. */
  readonly scoped: number;
}

/** By version, newest first; what is newer than these is used as the first. */
export const LANDLOCK_ABIS: readonly LandlockAbi[] = [
  { version: 10, size: 24, fs: 0x1ffff, net: 0xf, scoped: 3 },
  { version: 9, size: 24, fs: 0x1ffff, net: 3, scoped: 3 },
  { version: 6, size: 24, fs: 0xffff, net: 3, scoped: 3 },
  { version: 5, size: 16, fs: 0xffff, net: 3, scoped: 0 },
  { version: 4, size: 16, fs: 0x7fff, net: 3, scoped: 0 },
  { version: 3, size: 8, fs: 0x7fff, net: 0, scoped: 0 },
  { version: 2, size: 8, fs: 0x3fff, net: 0, scoped: 0 },
  { version: 1, size: 8, fs: 0x1fff, net: 0, scoped: 0 },
];

/** Flag of `landlock_restrict_self`, from ABI version 8 on: every thread. */
export const LANDLOCK_RESTRICT_SELF_TSYNC = 8;

/** The ABI version that has it. */
export const LANDLOCK_TSYNC_ABI = 8;

/** Kind of a rule: below a folder. */
export const LANDLOCK_RULE_PATH_BENEATH = 1;

/** `struct landlock_path_beneath_attr`, packed. */
export const PathBeneath = { size: 12, allowedAccess: 0, parentDescriptor: 8 } as const;

/** Rights in file systems, of those that are granted. */
export const LandlockRight = {
  EXECUTE: 0x1,
  READ_FILE: 0x4,
  READ_DIR: 0x8,
  REMOVE_FILE: 0x20,
  MAKE_REG: 0x100,
  REFER: 0x2000,
} as const;
