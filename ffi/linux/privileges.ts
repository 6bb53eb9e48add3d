/**
 * `linux/prctl.h`, `linux/capability.h`, `sys/resource.h` and `sched.h`: rights
 * of a process, as data.
 *
 * @module
 */

/** Operations of `prctl`. */
export const Prctl = {
  SET_DUMPABLE: 4,
  CAPBSET_READ: 23,
  CAPBSET_DROP: 24,
  GET_SECUREBITS: 27,
  SET_NO_NEW_PRIVS: 38,
  GET_NO_NEW_PRIVS: 39,
  CAP_AMBIENT: 47,
} as const;

/** Argument of `PR_CAP_AMBIENT`. */
export const PR_CAP_AMBIENT_CLEAR_ALL = 4;

/** Securebits that have a change of user keep capabilities. */
export const SECBIT_KEEPS_CAPABILITIES = 0x4 | 0x10;

/** `_LINUX_CAPABILITY_VERSION_3`. */
export const CAPABILITY_VERSION = 0x2008_0522;

/** The highest number a capability can have with two words. */
export const MOST_CAPABILITIES = 64;

/** `struct __user_cap_header_struct`. */
export const CapabilityHeader = { size: 8, version: 0, pid: 4 } as const;

/** Two of `struct __user_cap_data_struct`: low bits, then high. */
export const CapabilityData = {
  size: 24,
  entryBytes: 12,
  effective: 0,
  permitted: 4,
  inheritable: 8,
} as const;

/** Capabilities, by number. */
export const Capability = {
  SETGID: 6,
  SETUID: 7,
  SETPCAP: 8,
  SYS_CHROOT: 18,
  SYS_ADMIN: 21,
} as const;

/** Resources of `prlimit`. */
export const Resource = { FSIZE: 1, CORE: 4, NOFILE: 7, MEMLOCK: 8, AS: 9 } as const;

/** Flag of `unshare`: a mount namespace. */
export const CLONE_NEWNS = 0x2_0000;
