/**
 * Every hypercall with every combination of edges in its fields, against the
 * rules of `docs/abi.md` in exact arithmetic. Without a guest: its memory is
 * written here, and the handlers are called as the run loop calls them.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { closeFile, openFile } from "../../ffi/files.ts";
import { mapAnonymous, unmap } from "../../ffi/memory.ts";
import {
  BlockBlock,
  CONTINUE,
  COOKIE_BYTES,
  HaltBlock,
  type Hypercall,
  HypercallNumber,
  NetBlock,
  PollBlock,
  PutsBlock,
  Result,
  WalltimeBlock,
} from "../../src/contract/hypercalls.ts";
import { GUEST_COUNTS, uncounted } from "../../src/contract/figures.ts";
import { type Access, GuestMemory } from "../../src/contract/memory.ts";
import type { PollSet } from "../../src/contract/module.ts";
import { GuestFault } from "../../src/errors.ts";
import block from "../../src/modules/block/mod.ts";
import core from "../../src/modules/core/mod.ts";
import { Link } from "../../src/modules/net/link.ts";
import net from "../../src/modules/net/mod.ts";
import { withDisk } from "../support/disk.ts";

const MEMORY = 0x200000, BEHIND = 0x2000, CAPACITY = 8192, HANDLE = 1;
const BLOCK = 0x180100, SHORTEST_FRAME = 14n, CANARY = 0xa5;
/** What is behind the guest's memory belongs to the tender. */
const PROTECTED = [
  { start: 0x100000, end: 0x102000, readable: true },
  { start: 0x102000, end: 0x103000, readable: false },
];

/** Addresses, offsets and handles. */
const EDGES: readonly bigint[] = [
  ...[0, 1, 2, 63, 64, 0xfff, 0x1000, CAPACITY - 1, CAPACITY, 0x10000],
  ...[0xfffff, 0x100000, 0x100001, 0x101fff, 0x102000, 0x102fff, 0x103000, 0x180103],
  ...[513, 512, 41, 40, 33, 32, 25, 24, 17, 16, 9, 8, 2, 1, 0, -1].map((n) => MEMORY - n),
].map(BigInt).concat(
  [31n, 32n, 53n, 63n, 64n].flatMap((bits) => [(1n << bits) - 1n, 1n << bits]),
  [-8n, -512n, -4096n, -BigInt(MEMORY)].map((value) => BigInt.asUintN(64, value)),
).filter((value) => value < 1n << 64n);

const LENGTHS: readonly bigint[] = [
  ...[0, 1, 13, 14, 512, 4096, CAPACITY, 65535, 65536, MEMORY - 1, MEMORY].map(BigInt),
  ...[31n, 32n, 53n, 63n].map((bits) => 1n << bits),
  ...[-1n, -512n, -BigInt(MEMORY)].map((value) => BigInt.asUintN(64, value)),
];

/** Whether a range is the guest's, as the documentation has it. */
function isGood(gpa: bigint, length: bigint, access: Access): boolean {
  if (gpa + length >= BigInt(MEMORY)) return false;
  return length === 0n ||
    !PROTECTED.some(({ start, end, readable }) =>
      gpa < BigInt(end) && gpa + length > BigInt(start) &&
      !(access === "read" && readable)
    );
}

/** Nobody sends, nobody interrupts. */
const QUIET: PollSet = {
  watch() {},
  wait: () => 0,
  ready: () => false,
  failed: () => false,
  signal: 0,
  waitWritable: () => 0,
  sleep() {},
};

type Outcome = "a fault" | "EINVAL" | "OK" | "AGAIN" | "goes on" | "halts";

/** A guest without a processor. */
class Guest {
  readonly #mapping = mapAnonymous(MEMORY + BEHIND, "memory of a test");
  readonly #view = new DataView(
    this.#mapping.bytes.buffer,
    this.#mapping.bytes.byteOffset,
    MEMORY,
  );
  readonly #calls: ReadonlyMap<number, Hypercall>;
  readonly #close: (() => void)[] = [() => unmap(this.#mapping)];

  constructor(path: string) {
    const memory = new GuestMemory(this.#mapping, MEMORY);
    memory.protect(PROTECTED);
    memory.open();
    this.#mapping.bytes.fill(CANARY, MEMORY);
    const disk = block.attach({
      type: "BLOCK_BASIC",
      name: "disk",
      handle: HANDLE,
      file: { path },
      readOnly: false,
      sectorSizeBytes: 512,
      sync: "none",
      whenLocked: "refuse",
    }, () => {});
    // Takes every frame, and has none.
    const tap = openFile("/dev/null", "read-write");
    const link = {
      tap,
      link: new Link("null"),
      counts: uncounted().main,
      otherCounts: 0n,
      close: () => closeFile(tap),
    };
    const port = {
      ...link,
      handle: HANDLE,
      descriptor: tap,
      properties: { mac: new Uint8Array(6), mtuBytes: 1500 },
    };
    this.#close.push(() => disk.close(), () => port.close());
    this.#calls = new Map([
      ...core.hypercalls({
        memory,
        polls: QUIET,
        devices: [],
        counts: new Float64Array(GUEST_COUNTS),
      }),
      ...block.hypercalls([disk], memory),
      ...net.hypercalls([port], memory),
    ]);
  }

  /** Fills in a block. */
  write(fields: readonly bigint[]): void {
    for (const [index, value] of fields.entries()) {
      this.#view.setBigUint64(BLOCK + 8 * index, value, true);
    }
  }

  /** Calls; where there is a result it is read at `resultAt` of the block. */
  call(number: number, at: number, resultAt?: number): Outcome {
    if (resultAt !== undefined) this.#view.setInt32(at + resultAt, -1, true);
    try {
      const status = this.#calls.get(number)!(at);
      if (status !== CONTINUE) return "halts";
    } catch (error) {
      if (error instanceof GuestFault) return "a fault";
      throw error;
    }
    if (resultAt === undefined) return "goes on";
    const result = this.#view.getInt32(at + resultAt, true);
    if (result === Result.OK) return "OK";
    return result === Result.AGAIN ? "AGAIN" : "EINVAL";
  }

  /** Zeros, where it can be written. */
  clear(): void {
    this.#mapping.bytes.fill(0, 0, MEMORY);
  }

  /** Whether what is behind the guest's memory is as it was. */
  get untouched(): boolean {
    return this.#mapping.bytes.subarray(MEMORY).every((byte) => byte === CANARY);
  }

  close(): void {
    for (const close of this.#close.reverse()) close();
  }
}

/** Compares call after call, and shows what was wrong with the first few. */
async function sweep(
  calls: (guest: Guest) => Iterable<readonly [string, Outcome, Outcome]>,
): Promise<void> {
  await withDisk(CAPACITY, async (path) => {
    const guest = new Guest(path);
    const wrong: string[] = [];
    let count = 0;
    for (const [what, found, expected] of calls(guest)) {
      count++;
      if (found !== expected) wrong.push(`${what}: ${found}, not ${expected}`);
    }
    assertEquals(wrong.slice(0, 10), []);
    assert(count > EDGES.length);
    assert(guest.untouched, "something behind the guest's memory has changed");
    guest.close();
    assertEquals((await Deno.stat(path)).size, CAPACITY);
  });
}

const BLOCKS = {
  WALLTIME: [WalltimeBlock.size, "write", "goes on"],
  PUTS: [PutsBlock.size, "read", "goes on"],
  POLL: [PollBlock.size, "write", "goes on"],
  BLOCK_WRITE: [BlockBlock.size, "write", "goes on"],
  BLOCK_READ: [BlockBlock.size, "write", "goes on"],
  NET_WRITE: [NetBlock.size, "write", "goes on"],
  NET_READ: [NetBlock.size, "write", "goes on"],
  HALT: [HaltBlock.size, "read", "halts"],
} as const;

Deno.test("an argument block is good where its range is, for every hypercall", () =>
  sweep(function* (guest) {
    for (const [name, [size, access, otherwise]] of Object.entries(BLOCKS)) {
      const number = HypercallNumber[name as keyof typeof BLOCKS];
      // A port write has 32 bits.
      for (const gpa of EDGES.filter((edge) => edge < 1n << 32n)) {
        guest.clear();
        const found = guest.call(number, Number(gpa));
        const good = isGood(gpa, BigInt(size), access);
        yield [`${name} at 0x${gpa.toString(16)}`, found, good ? otherwise : "a fault"];
      }
    }
  }));

for (
  const [name, access] of [["BLOCK_WRITE", "read"], ["BLOCK_READ", "write"]] as const
) {
  Deno.test(`${name} answers by handle, offset, length and data`, () =>
    sweep(function* (guest) {
      const number = HypercallNumber[name];
      for (const first of EDGES) {
        for (const length of LENGTHS) {
          for (
            const [handle, offset, data] of [
              [first, 0n, 0n],
              [BigInt(HANDLE), first, 0n],
              [BigInt(HANDLE), 0n, first],
              [BigInt(HANDLE), 1n, first],
            ] as const
          ) {
            guest.write([handle, offset, data, length]);
            const found = guest.call(number, BLOCK, BlockBlock.result);
            const there = handle === BigInt(HANDLE) && offset < CAPACITY &&
              offset + length <= CAPACITY;
            const good = isGood(data, length, access);
            yield [
              `handle ${handle}, ${length} bytes at ${offset}, data ${data}`,
              found,
              !there ? "EINVAL" : good ? "OK" : "a fault",
            ];
          }
        }
      }
    }));
}

for (const [name, access] of [["NET_WRITE", "read"], ["NET_READ", "write"]] as const) {
  Deno.test(`${name} answers by handle, length and data`, () =>
    sweep(function* (guest) {
      const number = HypercallNumber[name];
      for (const first of EDGES) {
        for (const length of LENGTHS) {
          for (const [handle, data] of [[first, 0n], [BigInt(HANDLE), first]] as const) {
            guest.write([handle, data, length]);
            const found = guest.call(number, BLOCK, NetBlock.result);
            const good = isGood(data, length, access) &&
              (name === "NET_READ" || length >= SHORTEST_FRAME);
            yield [
              `handle ${handle}, ${length} bytes, data ${data}`,
              found,
              handle !== BigInt(HANDLE)
                ? "EINVAL"
                : !good
                ? "a fault"
                : name === "NET_READ"
                ? "AGAIN"
                : "OK",
            ];
          }
        }
      }
    }));
}

Deno.test("PUTS and HALT refuse what is not the guest's", () =>
  sweep(function* (guest) {
    for (const first of EDGES) {
      guest.write([first, 7n]);
      const cookie = first === 0n || isGood(first, BigInt(COOKIE_BYTES), "read");
      yield [
        `HALT with cookie ${first}`,
        guest.call(HypercallNumber.HALT, BLOCK),
        cookie ? "halts" : "a fault",
      ];
      for (const length of LENGTHS) {
        const good = isGood(first, length, "read");
        // It would be on this test's own standard output.
        if (good && length > 0n) continue;
        guest.write([first, length]);
        yield [
          `PUTS of ${length} bytes from ${first}`,
          guest.call(HypercallNumber.PUTS, BLOCK),
          good ? "goes on" : "a fault",
        ];
      }
    }
  }));
