/**
 * Each of the runtime's rules is needed: a sealed process that lacks it dies on the
 * path that the rule is there for, and lives where it lacks nothing.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { makePolicy } from "../../src/sandbox/policy.ts";
import { hostTest, type Need } from "../support/needs.ts";
import { type Cut, cutsOf, describeCut } from "../support/policy_cut.ts";
import { readProc } from "../support/proc.ts";
import { runSealed, type SealedTask } from "../support/sealed_task.ts";

/** On which path a rule is needed. */
interface Needed extends Cut {
  readonly on: SealedTask["path"];
}

const PRIVATE = 2, ANONYMOUS = 0x20, NORESERVE = 0x4000, STACK = 0x2_0000;

function of(call: Cut["call"], argument: string, on: SealedTask["path"]) {
  return (number: number): Needed => ({ call, value: { argument, number }, on });
}

const NEEDED: readonly Needed[] = [
  { call: "futex", on: "objects" },
  of("futex", "op", "waits")(0x80),
  of("futex", "op", "objects")(0x81),
  of("futex", "op", "objects")(0x189),
  of("futex", "op", "a thread ends")(0x109),
  { call: "mmap", on: "objects" },
  ...[1, 2].map(of("mmap", "prot", "objects")),
  ...[PRIVATE, ANONYMOUS].map(of("mmap", "flags", "objects")),
  ...[NORESERVE, STACK].map(of("mmap", "flags", "threads start")),
  { call: "munmap", on: "objects" },
  { call: "mprotect", on: "code" },
  ...[1, 2].map(of("mprotect", "prot", "code")),
  { call: "madvise", on: "objects" },
  ...[4, 10, 17].map(of("madvise", "advice", "objects")),
  { call: "write", on: "the end" },
  { call: "writev", on: "the linker speaks" },
  { call: "clock_nanosleep", on: "objects" },
  { call: "rt_sigprocmask", on: "threads start" },
  of("rt_sigprocmask", "how", "a thread ends")(0),
  of("rt_sigprocmask", "how", "threads start")(2),
  { call: "sigaltstack", on: "threads start" },
  { call: "exit", on: "a thread ends" },
  { call: "exit_group", on: "the end" },
  { call: "gettid", on: "objects" },
  { call: "getpid", on: "objects" },
  { call: "sched_yield", on: "threads meet" },
  { call: "rt_sigreturn", on: "a signal" },
  { call: "restart_syscall", on: "waits" },
  { call: "openat", on: "objects" },
  { call: "sched_getaffinity", on: "threads start" },
  { call: "rseq", on: "threads start" },
  { call: "set_robust_list", on: "threads start" },
  { call: "prctl", on: "threads start" },
  { call: "sched_getparam", on: "objects" },
  { call: "sched_getscheduler", on: "objects" },
  { call: "mremap", on: "a large allocation grows" },
  { call: "brk", on: "a large allocation grows" },
];

/** On some paths two threads have to meet. */
const ATTEMPTS = 20;

const NEEDS: readonly Need[] = ["root", "a fast host"];

const LIVED = /^sealed\n(?:.*\n)*lived\n/m;

for (const path of new Set(NEEDED.map(({ on }) => on))) {
  hostTest(`a sealed process lives on the path "${path}"`, NEEDS, async () => {
    const { status, signal, stderr } = await runSealed({ path });
    assertEquals([status, signal], [0, null], stderr);
    assertMatch(stderr, LIVED);
  });
}

hostTest(
  "a sealed process dies on a rule's path when it lacks the rule",
  NEEDS,
  async (t) => {
    for (const { on, ...cut } of NEEDED) {
      await t.step(`${describeCut(cut)}: ${on}`, async () => {
        for (let attempt = 1;; attempt++) {
          const { signal, stderr } = await runSealed({ path: on, cut });
          if (signal === "SIGSYS") return;
          assert(attempt < ATTEMPTS, `it lived ${ATTEMPTS} times: ${stderr}`);
        }
      });
    }
  },
);

hostTest("a sealed process lives when its idle threads end", NEEDS, async () => {
  const threads: number[] = [];
  const { status, stderr } = await runSealed({ path: "idle threads" }, (said, pid) => {
    if (!/(waiting|idle)\n$/.test(said)) return;
    const [, count] = /^Threads:\s+([0-9]+)$/m.exec(readProc(`/proc/${pid}/status`))!;
    threads.push(Number(count));
  });
  assertEquals(status, 0, stderr);
  // V8's stay.
  assert(threads[1]! < threads[0]!, threads.join());
});

/** What Rust's standard library waits with, where two threads want its lock. */
const WITHOUT_PATH = ["futex with op 0x89"];

Deno.test("each rule and each refusal of the runtime's has its path", () => {
  const policy = makePolicy([]);
  const all: Cut[] = [
    ...policy.permits.flatMap(cutsOf),
    ...policy.refusals.map(({ call }) => ({ call })),
  ];
  const key = ({ call, value }: Cut) => describeCut(value ? { call, value } : { call });
  const covered = new Set(NEEDED.map(key));
  assertEquals(all.map(key).filter((each) => !covered.has(each)), WITHOUT_PATH);
  assertEquals([...covered].filter((each) => !all.map(key).includes(each)), []);
});
