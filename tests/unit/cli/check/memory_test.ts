import { assertEquals, assertMatch } from "@std/assert";
import { roomOf, shortage } from "../../../../src/cli/check/memory.ts";

const MEMINFO = `MemTotal:        8000000 kB
MemFree:          100000 kB
MemAvailable:    4000000 kB
`;

/** What the host says, limits and use of control groups, and the room. */
const ROOMS: readonly (readonly [
  string,
  string | undefined,
  readonly string[],
  readonly string[],
  number | undefined,
])[] = [
  ["only the host says something", MEMINFO, [], [], 4_096_000_000],
  ["no group has a limit", MEMINFO, ["max\n", "max\n"], ["5\n", "5\n"], 4_096_000_000],
  ["a group has less", MEMINFO, ["max\n", "1000\n"], ["5\n", "300\n"], 700],
  ["a group above has less", MEMINFO, ["900\n", "1000\n"], ["800\n", "300\n"], 100],
  ["a group is over its limit", MEMINFO, ["900\n"], ["1000\n"], 0],
  ["a group's use is not said", MEMINFO, ["900\n"], [""], 4_096_000_000],
  ["nobody says anything", undefined, [""], [""], undefined],
];

for (const [what, host, most, used, room] of ROOMS) {
  Deno.test(`roomOf() returns ${room} when ${what}`, () => {
    assertEquals(roomOf({ host, most, used }), room);
  });
}

Deno.test("shortage() says nothing when there is room, or nobody knows", () => {
  assertEquals(shortage(1 << 20, 1 << 20), undefined);
  assertEquals(shortage(1 << 20, undefined), undefined);
});

Deno.test("shortage() names both amounts when there is less", () => {
  assertMatch(shortage(512 << 20, (512 << 20) - 1)!, /^guest memory: of 512 MiB .* 511 /);
});
