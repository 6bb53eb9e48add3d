import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  type Access,
  GuestMemory,
  type HostMemory,
} from "../../../src/contract/memory.ts";
import { GuestFault } from "../../../src/errors.ts";
import { hostMemory } from "../../support/host_memory.ts";

/** Size of the memory under test (`M`). */
const M = 0x10000;

/** Guest memory that is ready for a guest. */
function opened(host: HostMemory): GuestMemory {
  const guest = new GuestMemory(host);
  guest.open();
  return guest;
}

function memory(address = 0n): GuestMemory {
  return opened(hostMemory(new Uint8Array(M), address));
}

const GOOD: readonly (readonly [gpa: number, length: number])[] = [
  [0, 0],
  [0, 1],
  [0, M - 1],
  [1, M - 2],
  [M - 2, 1],
  [M - 1, 0],
  // Its own tables and boot info are the guest's to name.
  [0x1000, 0x1000],
];

const ACCESSES: readonly Access[] = ["read", "write"];

for (const [gpa, length] of GOOD) {
  Deno.test(`range() returns the gpa when ${length} bytes at 0x${gpa.toString(16)} are meant`, () => {
    for (const access of ACCESSES) {
      assertEquals(memory().range(gpa, length, access), gpa);
    }
  });
}

Deno.test("range() ends at the guest's part when more memory is behind it", () => {
  const guest = new GuestMemory(hostMemory(new Uint8Array(M + 0x1000)), M);
  assertEquals(guest.sizeBytes, M);
  assertEquals(guest.range(M - 2, 1, "write"), M - 2);
  for (const [gpa, length] of [[M - 1, 1], [M, 0], [M + 16, 16]] as const) {
    assertThrows(() => guest.range(gpa, length, "read"), GuestFault);
  }
});

const BAD: readonly (readonly [gpa: number, length: number])[] = [
  // A range that ends exactly at M is refused, as Solo5's tender does it.
  [0, M],
  [M - 1, 1],
  [1, M - 1],
  [M, 0],
  [M, 1],
  [M - 1, 2],
  [0, M + 1],
  [0xffff_ffff, 1],
  [0x1_0000_0000, 0],
  [0, 0x1_0000_0000],
  [2 ** 53, 0],
  [0, 2 ** 53],
  [2 ** 64 - 2048, 4096],
  [4096, 2 ** 64 - 2048],
  [2 ** 64, 2 ** 64],
  [2 ** 63, 2 ** 63],
];

for (const [gpa, length] of BAD) {
  Deno.test(`range() throws when ${length} bytes at 0x${gpa.toString(16)} are meant`, () => {
    for (const access of ACCESSES) {
      const error = assertThrows(
        () => memory().range(gpa, length, access),
        GuestFault,
        "invalid guest access: gpa=",
      );
      assertStringIncludes(error.message, `${length} bytes`);
      assertStringIncludes(error.message, "not within its 0x10000 bytes of memory");
    }
  });
}

Deno.test("range() says where it was when the address is exact, and about where when not", () => {
  assertThrows(() => memory().range(M + 16, 1, "read"), GuestFault, "gpa=0x10010,");
  assertThrows(() => memory().range(2 ** 64, 1, "read"), GuestFault, "gpa=about 0x1000");
});

/** Text at 0x4000, something without any right at 0x6000. */
function guarded(): GuestMemory {
  const guest = memory();
  guest.protect([
    { start: 0x4000, end: 0x5000, readable: true },
    { start: 0x6000, end: 0x7000, readable: false },
  ]);
  return guest;
}

const GUARDED: readonly (readonly [
  name: string,
  gpa: number,
  length: number,
  read: boolean,
  write: boolean,
])[] = [
  ["before all", 0x0, 0x4000, true, true],
  ["the first byte of text", 0x4000, 1, true, false],
  ["all of text", 0x4000, 0x1000, true, false],
  ["the last byte of text", 0x4fff, 1, true, false],
  ["into text", 0x3fff, 2, true, false],
  ["out of text", 0x4fff, 2, true, false],
  ["around text", 0x3000, 0x2800, true, false],
  ["no byte in text", 0x4800, 0, true, true],
  ["between both", 0x5000, 0x1000, true, true],
  ["the first byte without rights", 0x6000, 1, false, false],
  ["the last byte without rights", 0x6fff, 1, false, false],
  ["from text to no rights", 0x4000, 0x2001, false, false],
  ["no byte without rights", 0x6800, 0, true, true],
  ["around all", 0x1000, 0x8000, false, false],
  ["behind all", 0x7000, 0x8000, true, true],
];

for (const [name, gpa, length, read, write] of GUARDED) {
  Deno.test(`range() keeps to the image's rights when the range is ${name}`, () => {
    for (const [access, allowed] of [["read", read], ["write", write]] as const) {
      const range = () => guarded().range(gpa, length, access);
      if (allowed) assertEquals(range(), gpa);
      else assertThrows(range, GuestFault, `${length} bytes to ${access}`);
    }
  });
}

Deno.test("range() names the segment when the image protects it", () => {
  assertThrows(
    () => guarded().range(0x4800, 8, "write"),
    GuestFault,
    "gpa=0x4800, 8 bytes to write, in its read-only segment 0x4000 to 0x5000",
  );
  assertThrows(
    () => guarded().range(0x6000, 8, "read"),
    GuestFault,
    "in its inaccessible segment 0x6000 to 0x7000",
  );
});

Deno.test("range() lets everything be written when protection was taken back", () => {
  const guest = guarded();
  guest.protect([]);
  assertEquals(guest.range(0x4000, 0x3000, "write"), 0x4000);
});

Deno.test("u32() and u64() read little-endian when addresses are odd", () => {
  const bytes = new Uint8Array(M);
  const guest = opened(hostMemory(bytes));
  bytes.set([0x01, 0x02, 0x03, 0x84, 0x05, 0x06, 0x07, 0x00], 3);
  assertEquals(guest.u32(3), 0x84030201);
  assertEquals(guest.u64(3), 0x0007_0605_8403_0201);
});

Deno.test("u64() is beyond every length when the value needs more than 53 bits", () => {
  const bytes = new Uint8Array(M);
  const guest = opened(hostMemory(bytes));
  bytes.fill(0xff, 0, 8);
  assertEquals(guest.u64(0), 2 ** 64);
  bytes.set([0, 0, 0, 0, 0, 0, 0, 0x80]);
  assertEquals(guest.u64(0), 2 ** 63);
});

Deno.test("setI32() and setU64() write their bytes and no others when called", () => {
  const bytes = new Uint8Array(M);
  const guest = opened(hostMemory(bytes));
  bytes.fill(0xaa, 0, 24);
  guest.setI32(1, -2);
  guest.setU64(9, 0x8003_0201, 0xf706_0504);
  assertEquals(
    [...bytes.subarray(0, 18)],
    [
      ...[0xaa, 0xfe, 0xff, 0xff, 0xff, 0xaa, 0xaa, 0xaa, 0xaa],
      ...[0x01, 0x02, 0x03, 0x80, 0x04, 0x05, 0x06, 0xf7, 0xaa],
    ],
  );
});

Deno.test("GuestMemory reads its own bytes when they are part of a larger buffer", () => {
  const whole = new Uint8Array(2 * M);
  whole[M + 5] = 7;
  const guest = opened(hostMemory(whole.subarray(M)));
  assertEquals(guest.sizeBytes, M);
  assertEquals(guest.u32(5), 7);
});

const LOCATIONS: readonly (readonly [
  base: bigint,
  gpa: number,
  low: number,
  high: number,
])[] = [
  [0x7f12_0000_0000n, 0, 0, 0x7f12],
  [0x7f12_0000_1000n, 0x234, 0x1234, 0x7f12],
  [0x7f12_ffff_f000n, 0xfff, 0xffff_ffff, 0x7f12],
  [0x7f12_ffff_f000n, 0x1000, 0, 0x7f13],
  [0x7f12_ffff_f000n, 0x1001, 1, 0x7f13],
  [0x7f12_8000_0000n, 0x7fff_ffff, 0xffff_ffff, 0x7f12],
  [0x7f12_8000_0000n, 0x8000_0000, 0, 0x7f13],
  [0x7f12_ffff_f000n, 0xffff_ffff, 0xffff_efff, 0x7f13],
];

for (const [base, gpa, low, high] of LOCATIONS) {
  Deno.test(`locate() gives the host's address when 0x${gpa.toString(16)} is behind 0x${base.toString(16)}`, () => {
    const given: number[] = [];
    const vector = { set: (...values: number[]) => void given.push(...values) };
    memory(base).locate(vector, gpa, 42);
    assertEquals(given, [low, high, 42]);
    const address = BigInt(low) + (BigInt(high) << 32n);
    assertEquals(address, base + BigInt(gpa));
  });
}
