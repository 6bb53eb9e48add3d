/**
 * `linux/seccomp.h`, `linux/filter.h`, `linux/bpf_common.h` and `linux/audit.h`:
 * system call filters, as data.
 *
 * @module
 */

/** Operation of `seccomp`: install a filter. */
export const SECCOMP_SET_MODE_FILTER = 1;

/** Flag of `seccomp`: every thread of the process gets the filter. */
export const SECCOMP_FILTER_FLAG_TSYNC = 1;

/** What a filter returns. */
export const SeccompAction = {
  KILL_PROCESS: 0x8000_0000,
  /** With the errno in the low 16 bits. */
  ERRNO: 0x0005_0000,
  ALLOW: 0x7fff_0000,
} as const;

/** `struct seccomp_data`, which a filter reads. */
export const SeccompData = {
  size: 64,
  number: 0,
  architecture: 4,
  instructionPointer: 8,
  arguments: 16,
  argumentBytes: 8,
} as const;

/** `AUDIT_ARCH_X86_64`. */
export const AUDIT_ARCH_X86_64 = 0xc000_003e;

/** Whole operation codes of classic BPF, of those that filters here use. */
export const BpfCode = {
  /** `BPF_LD | BPF_W | BPF_ABS` */
  LOAD: 0x20,
  /** `BPF_JMP | BPF_JA` */
  JUMP: 0x05,
  /** `BPF_JMP | BPF_JEQ | BPF_K` */
  JUMP_EQUAL: 0x15,
  /** `BPF_JMP | BPF_JGT | BPF_K` */
  JUMP_GREATER: 0x25,
  /** `BPF_JMP | BPF_JGE | BPF_K` */
  JUMP_AT_LEAST: 0x35,
  /** `BPF_JMP | BPF_JSET | BPF_K` */
  JUMP_ANY_BIT: 0x45,
  /** `BPF_RET | BPF_K` */
  RETURN: 0x06,
} as const;

/** `struct sock_filter`. */
export const SockFilter = {
  size: 8,
  code: 0,
  jumpTrue: 2,
  jumpFalse: 3,
  constant: 4,
} as const;

/** `struct sock_fprog`: the number of instructions, and their address. */
export const SockFprog = { size: 16, length: 0, filter: 8 } as const;

/** The most instructions of a filter: `BPF_MAXINSNS`. */
export const MOST_INSTRUCTIONS = 4096;
