import { assertEquals, assertThrows } from "@std/assert";
import { SeccompAction } from "../../../ffi/linux/seccomp.ts";
import { SystemCall } from "../../../ffi/linux/system_calls.ts";
import {
  hasOnlyBits,
  isAtMost,
  isNull,
  isOneOf,
  type Permit,
  type PermittedCall,
} from "../../../src/contract/policy.ts";
import { makeFilter } from "../../../src/sandbox/filter.ts";
import { makePolicy } from "../../../src/sandbox/policy.ts";
import { interpret } from "../../support/bpf.ts";

const { ALLOW, ERRNO, KILL_PROCESS } = SeccompAction;

function permit(call: PermittedCall, ...rules: Permit["rules"]): Permit {
  return { call, rules, reason: "a test" };
}

/** What a filter with one permit decides on one call with these arguments. */
function decide(rules: Permit["rules"], ...given: (number | bigint)[]): boolean {
  const filter = makeFilter([permit("ioctl", ...rules)], [], []);
  const result = interpret(filter, { number: SystemCall.ioctl, arguments: given });
  assertEquals(result === ALLOW || result === KILL_PROCESS, true);
  return result === ALLOW;
}

Deno.test("an int is looked at without its upper half", () => {
  const rule = [isOneOf(0, "fd", 5, 7)];
  assertEquals([5, 7, 6, 0].map((fd) => decide(rule, fd)), [true, true, false, false]);
  assertEquals(decide(rule, 5n | 1n << 40n), true);
  assertEquals(decide(rule, 6n | 5n << 32n), false);
  assertEquals(decide([isOneOf(4, "fd", 0xffff_ffff)], 0, 0, 0, 0, -1n), true);
});

Deno.test("a pointer that has to be null is null in both halves", () => {
  const rule = [isNull(2, "argument")];
  assertEquals(decide(rule, 0, 0, 0), true);
  for (const pointer of [1n, 1n << 31n, 1n << 32n, 1n << 63n]) {
    assertEquals(decide(rule, 0, 0, pointer), false);
  }
});

Deno.test("a bound holds for 64 bits", () => {
  const rule = [isAtMost(1, "length", 0xffff_ffff)];
  assertEquals(decide(rule, 0, 0), true);
  assertEquals(decide(rule, 0, 0xffff_ffff), true);
  assertEquals(decide(rule, 0, 1n << 32n), false);
  const small = [isAtMost(1, "nfds", 3)];
  assertEquals([3, 4].map((count) => decide(small, 0, count)), [true, false]);
  assertEquals(decide(small, 0, 1n << 32n | 1n), false);
});

Deno.test("flags may have no other bit, also in the upper half", () => {
  const rule = [hasOnlyBits(2, "prot", 3)];
  for (const prot of [0, 1, 2, 3]) assertEquals(decide(rule, 0, 0, prot), true);
  for (const prot of [4n, 7n, 1n << 31n, 1n << 32n, 1n << 63n]) {
    assertEquals(decide(rule, 0, 0, prot), false);
  }
});

Deno.test("a value of 64 bits is compared in both halves", () => {
  const wide = {
    index: 1,
    name: "x",
    bits: 64,
    allowed: { oneOf: [{ value: 2 ** 40 + 3 }] },
  } as const;
  assertEquals(decide([wide], 0, 2n ** 40n + 3n), true);
  assertEquals(decide([wide], 0, 3n), false);
  assertEquals(decide([wide], 0, 2n ** 40n), false);
});

Deno.test("all rules of a permit hold together, and permits are alternatives", () => {
  const filter = makeFilter(
    [
      permit("ioctl", isOneOf(0, "fd", 5), isOneOf(1, "request", 1)),
      permit("ioctl", isOneOf(0, "fd", 6), isOneOf(1, "request", 2)),
    ],
    [],
    ["ioctl"],
  );
  const result = (fd: number, request: number) =>
    interpret(filter, { number: SystemCall.ioctl, arguments: [fd, request] });
  assertEquals([result(5, 1), result(6, 2)], [ALLOW, ALLOW]);
  assertEquals([result(5, 2), result(6, 1)], [KILL_PROCESS, KILL_PROCESS]);
});

Deno.test("makeFilter() refuses an argument that nothing fits", () => {
  assertThrows(
    () => makeFilter([permit("read", isOneOf(0, "fd"))], [], []),
    Error,
    "nothing fits",
  );
});

Deno.test("62 descriptors fit into one rule", () => {
  const all = Array.from({ length: 62 }, (_, index) => index + 10);
  const rule = [isOneOf(0, "fd", ...all)];
  for (const fd of all) assertEquals(decide(rule, fd), true);
  for (const fd of [9, 72, 0]) assertEquals(decide(rule, fd), false);
});

const PARTS = [
  { by: "kvm", permits: [permit("ioctl", isOneOf(0, "fd", 9)), permit("setitimer")] },
  { by: "core", permits: [permit("writev", isOneOf(0, "fd", 1)), permit("ppoll")] },
];

Deno.test("every number decides as its permits say, and no other passes", () => {
  const policy = makePolicy(PARTS);
  const permitted = new Set(policy.permits.map(({ call }) => SystemCall[call]));
  const refused = new Map(
    policy.refusals.map(({ call, errno }) => [SystemCall[call], errno]),
  );
  assertEquals([...permitted].filter((number) => refused.has(number)), []);
  for (let number = 0; number < 1024; number++) {
    const result = interpret(policy.filter, {
      number,
      arguments: [0xdead, 0xdead, 0xdead],
    });
    if (refused.has(number as never)) {
      assertEquals(result, ERRNO | refused.get(number as never)!, `${number}`);
    } else if (!permitted.has(number as never)) {
      assertEquals(result, KILL_PROCESS, `${number}`);
    }
  }
});

Deno.test("a call of another architecture, or of x32, never passes", () => {
  const { filter, permits } = makePolicy(PARTS);
  for (const { call } of permits) {
    const number = SystemCall[call];
    // AUDIT_ARCH_I386, AUDIT_ARCH_AARCH64, none
    for (const architecture of [0x4000_0003, 0xc000_00b7, 0]) {
      assertEquals(interpret(filter, { number, architecture }), KILL_PROCESS);
    }
    const x32 = (number | 0x4000_0000) >>> 0;
    assertEquals(interpret(filter, { number: x32 }), KILL_PROCESS);
  }
});

Deno.test("no policy lets memory become executable", () => {
  const { filter } = makePolicy(PARTS);
  const map = (prot: number, flags = 0x22, fd = -1n) =>
    interpret(filter, {
      number: SystemCall.mmap,
      arguments: [0, 4096, prot, flags, fd, 0],
    });
  const change = (prot: number) =>
    interpret(filter, { number: SystemCall.mprotect, arguments: [0x1000, 4096, prot] });
  assertEquals([map(3), change(3), change(0)], [ALLOW, ALLOW, ALLOW]);
  for (const prot of [4, 5, 6, 7, 0x0100_0000]) {
    assertEquals([map(prot), change(prot)], [KILL_PROCESS, KILL_PROCESS], `${prot}`);
  }
  assertEquals(map(3, 0x21), KILL_PROCESS, "shared memory");
  assertEquals(map(1, 2, 3n), KILL_PROCESS, "a file");
});
