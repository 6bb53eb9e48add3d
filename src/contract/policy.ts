/**
 * What a sealed process may still do, as data: each part of the program that
 * makes system calls once the guest runs declares them here, and nobody else
 * decides.
 *
 * @module
 */

/** A system call that a sealed process may make, or be refused without dying. */
export type PermittedCall =
  | "brk"
  | "clock_nanosleep"
  | "close"
  | "exit"
  | "exit_group"
  | "fdatasync"
  | "fsync"
  | "ftruncate"
  | "futex"
  | "getpid"
  | "gettid"
  | "ioctl"
  | "linkat"
  | "lseek"
  | "madvise"
  | "mmap"
  | "mprotect"
  | "mremap"
  | "munmap"
  | "openat"
  | "ppoll"
  | "prctl"
  | "pread64"
  | "preadv"
  | "pwrite64"
  | "pwritev"
  | "pwritev2"
  | "read"
  | "readv"
  | "recvfrom"
  | "renameat2"
  | "restart_syscall"
  | "rseq"
  | "rt_sigprocmask"
  | "rt_sigreturn"
  | "sched_getaffinity"
  | "sched_getparam"
  | "sched_getscheduler"
  | "sched_yield"
  | "sendto"
  | "set_robust_list"
  | "setitimer"
  | "shutdown"
  | "sigaltstack"
  | "sync_file_range"
  | "unlinkat"
  | "write"
  | "writev";

/** A value that an argument may have, with what it stands for. */
export interface ArgumentValue {
  /** The value: an unsigned number below 2⁵³. */
  readonly value: number;
  /** What it stands for: `"KVM_RUN"`, `"tap0"`; without it the number speaks. */
  readonly name?: string;
}

/** What one argument of a system call has to be. */
export interface ArgumentRule {
  /** Which: 0 is the first. */
  readonly index: 0 | 1 | 2 | 3 | 4 | 5;
  /** Its name in the manual page. */
  readonly name: string;
  /**
   * How much of it the kernel looks at: 32 bits where it takes an `int`, whose
   * upper half may hold anything.
   */
  readonly bits: 32 | 64;
  /** What it may be. */
  readonly allowed:
    | { readonly oneOf: readonly ArgumentValue[] }
    | { readonly atMost: number }
    | { readonly onlyBits: number; readonly names?: string };
}

/** A system call, with arguments that all have to fit. */
export interface Permit {
  /** The call. */
  readonly call: PermittedCall;
  /** What its arguments have to be; those without a rule are free. */
  readonly rules: readonly ArgumentRule[];
  /** What makes it. */
  readonly reason: string;
}

/** A descriptor that stays open. */
export interface KeptDescriptor {
  /** Its number. */
  readonly descriptor: number;
  /** What it is. */
  readonly name: string;
}

/** What a part of the program needs while the guest runs. */
export interface Needs {
  /** The system calls that it makes. */
  readonly permits: readonly Permit[];
  /** The descriptors that it uses. */
  readonly descriptors?: readonly KeptDescriptor[];
  /**
   * Behind the last byte that it writes in a regular file; 0 where it writes none.
   */
  readonly fileBytes?: number;
  /** Of the descriptors, the directories in which it makes and removes files. */
  readonly directories?: readonly number[];
}

/** What a named part of the program needs. */
export interface NamedNeeds extends Needs {
  /** Who: a module's name, `"runtime"`, `"kvm"`. */
  readonly by: string;
}

/** An argument of type `int`, with the values that it may have. */
export function isOneOf(
  index: ArgumentRule["index"],
  name: string,
  ...values: readonly (number | ArgumentValue)[]
): ArgumentRule {
  const oneOf = values.map((value) => typeof value === "number" ? { value } : value);
  return { index, name, bits: 32, allowed: { oneOf } };
}

/** A pointer that has to be null. */
export function isNull(index: ArgumentRule["index"], name: string): ArgumentRule {
  return { index, name, bits: 64, allowed: { oneOf: [{ value: 0, name: "NULL" }] } };
}

/** A size or count (64 bits) up to a bound. */
export function isAtMost(
  index: ArgumentRule["index"],
  name: string,
  bound: number,
): ArgumentRule {
  return { index, name, bits: 64, allowed: { atMost: bound } };
}

/** Flags (64 bits) of which no others may be set. */
export function hasOnlyBits(
  index: ArgumentRule["index"],
  name: string,
  bits: number,
  names?: string,
): ArgumentRule {
  const allowed = names === undefined ? { onlyBits: bits } : { onlyBits: bits, names };
  return { index, name, bits: 64, allowed };
}

/** The first argument, a descriptor that has to be one of these. */
export function onDescriptors(kept: readonly KeptDescriptor[]): ArgumentRule {
  return isOneOf(
    0,
    "fd",
    ...kept.map(({ descriptor, name }) => ({ value: descriptor, name })),
  );
}
