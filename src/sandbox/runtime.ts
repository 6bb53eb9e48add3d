/**
 * What the runtime calls while a guest runs, whatever guest it is: memory and
 * threads of V8, of Rust's standard library and of the C library. Each entry
 * names what takes it; `tests/hostile/sealed_paths_test.ts` takes each of these
 * ways, without the entry and with it.
 *
 * @module
 */
import { hasOnlyBits, isAtMost, isNull, isOneOf } from "../contract/policy.ts";
import type { NamedNeeds, PermittedCall } from "../contract/policy.ts";
import type { Refusal } from "./filter.ts";

/** `sys/mman.h`: PROT_READ | PROT_WRITE, and so without PROT_EXEC. */
const READ_WRITE = 3;

/** `sys/mman.h`: private, anonymous memory; whether reserved, and for what. */
const PRIVATE_MEMORY = 0x2 | 0x20 | 0x4000 | 0x2_0000;

/** Lengths of memory: below 4 GiB. */
const MOST_BYTES = 0xffff_ffff;

/** Standard error. */
const STDERR = 2;

/** What the runtime makes. */
export const RUNTIME_NEEDS: NamedNeeds = {
  by: "runtime",
  descriptors: [
    { descriptor: 0, name: "standard input" },
    { descriptor: 1, name: "standard output" },
    { descriptor: STDERR, name: "standard error" },
  ],
  permits: [
    {
      call: "futex",
      rules: [
        isOneOf(
          1,
          "op",
          { value: 0x80, name: "WAIT_PRIVATE" },
          { value: 0x81, name: "WAKE_PRIVATE" },
          // Rust's own locks and timed waits have this one.
          { value: 0x89, name: "WAIT_BITSET_PRIVATE" },
          { value: 0x109, name: "WAIT_BITSET|CLOCK_REALTIME" },
          { value: 0x189, name: "WAIT_BITSET_PRIVATE|CLOCK_REALTIME" },
        ),
      ],
      reason: "threads wait for each other, for locks, and for a thread's end",
    },
    {
      call: "mmap",
      rules: [
        isAtMost(1, "length", MOST_BYTES),
        hasOnlyBits(2, "prot", READ_WRITE, "READ|WRITE"),
        hasOnlyBits(
          3,
          "flags",
          PRIVATE_MEMORY,
          "PRIVATE|ANONYMOUS|NORESERVE|STACK",
        ),
        isOneOf(4, "fd", { value: 0xffff_ffff, name: "none" }),
      ],
      reason: "V8's heap, and malloc's, grow",
    },
    {
      call: "munmap",
      rules: [isAtMost(1, "length", MOST_BYTES)],
      reason: "the heaps shrink; a thread's stack goes",
    },
    {
      call: "mprotect",
      rules: [
        isAtMost(1, "len", MOST_BYTES),
        hasOnlyBits(2, "prot", READ_WRITE, "READ|WRITE"),
      ],
      reason: "the heaps take pages into use",
    },
    {
      call: "madvise",
      rules: [
        isAtMost(1, "length", MOST_BYTES),
        isOneOf(
          2,
          "advice",
          { value: 4, name: "DONTNEED" },
          { value: 10, name: "DONTFORK" },
          { value: 17, name: "DODUMP" },
        ),
      ],
      reason: "garbage collections give pages back",
    },
    {
      call: "write",
      rules: [isOneOf(0, "fd", { value: STDERR, name: "standard error" })],
      reason: "the tender's own sentences",
    },
    {
      call: "writev",
      rules: [isOneOf(0, "fd", { value: STDERR, name: "standard error" })],
      reason: "the dynamic linker's messages (LD_DEBUG)",
    },
    {
      call: "clock_nanosleep",
      rules: [
        isOneOf(0, "clockid", { value: 0, name: "CLOCK_REALTIME" }),
        isOneOf(1, "flags", 0),
      ],
      reason: "a contended lock is tried again",
    },
    {
      call: "rt_sigprocmask",
      rules: [
        isOneOf(0, "how", { value: 0, name: "BLOCK" }, { value: 2, name: "SETMASK" }),
        isOneOf(3, "sigsetsize", 8),
      ],
      reason: "a thread starts, or ends",
    },
    {
      call: "sigaltstack",
      rules: [isNull(1, "old_ss")],
      reason: "a thread ends",
    },
    {
      call: "sigaltstack",
      rules: [isNull(0, "ss")],
      reason: "a thread that the seal met at its start looks for its stack",
    },
    {
      call: "exit",
      rules: [isOneOf(0, "status", 0)],
      reason: "idle threads end",
    },
    {
      call: "exit_group",
      rules: [isAtMost(0, "status", 255)],
      reason: "the end of the guest is the end of the process",
    },
    { call: "gettid", rules: [], reason: "V8's threads say who collected" },
    { call: "sched_yield", rules: [], reason: "threads that want the same lock" },
    { call: "rt_sigreturn", rules: [], reason: "a signal's handler is over" },
    {
      call: "restart_syscall",
      rules: [],
      reason: "a wait goes on after SIGSTOP and SIGCONT",
    },
  ],
};

/** `asm-generic/errno-base.h`. */
const EPERM = 1, ENOMEM = 12;

/** What the C library tries, and does without. */
export const REFUSALS: readonly Refusal[] = [
  {
    call: "openat",
    errno: EPERM,
    reason: "malloc asks /proc/sys/vm/overcommit_memory before it gives memory back",
  },
  {
    call: "sched_getaffinity",
    errno: EPERM,
    reason: "malloc asks for the number of processors at a thread's first memory",
  },
  // The seal may meet a thread at its start. Without this call's success the C
  // library gives up; 0 has it believe what it does not depend on.
  { call: "rseq", errno: 0, reason: "a thread starts" },
  { call: "set_robust_list", errno: EPERM, reason: "a thread starts" },
  { call: "prctl", errno: EPERM, reason: "a thread that starts wants a name" },
  // 0 is success, and what there is for a thread of ordinary priority.
  {
    call: "sched_getparam",
    errno: 0,
    reason: "a lock of V8's asks for its thread's priority",
  },
  { call: "sched_getscheduler", errno: 0, reason: "likewise" },
  {
    call: "getpid",
    errno: 0,
    reason: "V8 wants it for a trace of collections that nobody asked for",
  },
  { call: "mremap", errno: ENOMEM, reason: "realloc then copies" },
  // The kernel's way to say no is the break as it was; 0 is below all that was asked.
  { call: "brk", errno: 0, reason: "malloc then maps memory" },
];

/** What guests cause: looked for first, the most frequent at the front. */
export const HOTTEST: readonly PermittedCall[] = [
  "ioctl",
  "ppoll",
  "writev",
  "readv",
  "pwritev",
  "preadv",
];
