/**
 * `linux/mount.h`: flags of mounts, as data.
 *
 * @module
 */

/** Flags of `mount`. */
export const MountFlag = {
  RDONLY: 0x1,
  NOSUID: 0x2,
  NODEV: 0x4,
  REMOUNT: 0x20,
  BIND: 0x1000,
  REC: 0x4000,
  SLAVE: 0x80000,
} as const;
