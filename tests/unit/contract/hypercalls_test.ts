import { assertEquals } from "@std/assert";
import * as hypercalls from "../../../src/contract/hypercalls.ts";

const u64 = 8, i32 = 4;

/** Solo5 hvt ABI 2: each block's size, and its fields' offsets and sizes. */
const BLOCKS = [
  ["WalltimeBlock", 8, { nanoseconds: [0, u64] }],
  ["PutsBlock", 16, { data: [0, u64], length: [8, u64] }],
  ["PollBlock", 24, {
    timeoutNanoseconds: [0, u64],
    readySet: [8, u64],
    result: [16, i32],
  }],
  ["BlockBlock", 40, {
    handle: [0, u64],
    offset: [8, u64],
    data: [16, u64],
    length: [24, u64],
    result: [32, i32],
  }],
  ["NetBlock", 32, {
    handle: [0, u64],
    data: [8, u64],
    length: [16, u64],
    result: [24, i32],
  }],
  ["HaltBlock", 16, { cookie: [0, u64], exitStatus: [8, i32] }],
] as const;

for (const [name, size, fields] of BLOCKS) {
  Deno.test(`${name} is laid out as Solo5 has it when its fields are compared`, () => {
    const layout: Record<string, number> = { size };
    for (const [field, [offset]] of Object.entries(fields)) layout[field] = offset;
    assertEquals({ ...hypercalls[name] } as Record<string, number>, layout);
  });
}

Deno.test("HypercallNumber has Solo5's numbers when they are compared", () => {
  assertEquals({ ...hypercalls.HypercallNumber } as Record<string, number>, {
    WALLTIME: 1,
    PUTS: 2,
    POLL: 3,
    BLOCK_WRITE: 4,
    BLOCK_READ: 5,
    NET_WRITE: 6,
    NET_READ: 7,
    HALT: 8,
  });
  const numbers = Object.values(hypercalls.HypercallNumber);
  assertEquals(Math.max(...numbers) + 1, hypercalls.HYPERCALL_LIMIT as number);
});

Deno.test("Result has Solo5's numbers when they are compared", () => {
  assertEquals({ ...hypercalls.Result } as Record<string, number>, {
    OK: 0,
    AGAIN: 1,
    EINVAL: 2,
    EUNSPEC: 3,
  });
});

Deno.test("CONTINUE is no exit status when a handler returns it", () => {
  const statuses = Array.from({ length: 256 }, (_, status) => status);
  assertEquals(statuses.includes(hypercalls.CONTINUE), false);
});
