import { assertEquals, assertThrows } from "@std/assert";
import {
  BlockBlock,
  CONTINUE,
  HYPERCALL_LIMIT,
  HypercallNumber,
  NetBlock,
  PutsBlock,
  Result,
} from "../../../../src/contract/hypercalls.ts";
import type { Rate } from "../../../../src/contract/interposer.ts";
import { GuestMemory } from "../../../../src/contract/memory.ts";
import type { DeviceBinding, PollSet } from "../../../../src/contract/module.ts";
import { EndedBySignal, GuestFault } from "../../../../src/errors.ts";
import rate from "../../../../src/modules/rate/mod.ts";
import { hostMemory } from "../../../support/host_memory.ts";

const { PUTS, NET_WRITE, NET_READ, BLOCK_WRITE, BLOCK_READ, HALT } = HypercallNumber;
/** Address of every argument block. */
const BLOCK = 0x100;
/** Devices: two networks, then two disks; the first of each has a rate. */
const NET = 1, FREE_NET = 2, DISK = 3, FREE_DISK = 4;
/** Once it is over, nobody waits that long: a wait is an `EndedBySignal` here. */
const SLOW: Rate = { bytesPerSecond: 1, burstMilliseconds: 1 };

/** A rate whose bucket holds so much, and which is as slow. */
function holding(what: "bytesPerSecond" | "operationsPerSecond", tokens: number): Rate {
  return { [what]: tokens / 1e6, burstMilliseconds: 1e9 };
}

const tap = { interface: "tap0" }, file = { path: "disk" };
const DISK_REST = {
  readOnly: false,
  sync: "none",
  whenLocked: "refuse",
  sectorSizeBytes: 512,
} as const;

function bindings(rate: Rate): DeviceBinding[] {
  return [
    { type: "NET_BASIC", name: "a", handle: NET, tap, rate },
    { type: "NET_BASIC", name: "b", handle: FREE_NET, tap },
    { type: "BLOCK_BASIC", name: "c", handle: DISK, file, rate, ...DISK_REST },
    { type: "BLOCK_BASIC", name: "d", handle: FREE_DISK, file, ...DISK_REST },
  ];
}

/** A guest whose calls all have handlers that leave these results. */
function guest(devices: readonly DeviceBinding[], consoleRate?: Rate) {
  const bytes = new Uint8Array(0x1000);
  const view = new DataView(bytes.buffer);
  const memory = new GuestMemory(hostMemory(bytes));
  memory.open();
  let signal = 0;
  const polls: PollSet = {
    watch: () => {},
    wait: () => 0,
    sleep: () => void (signal = 15),
    ready: () => false,
    failed: () => false,
    get signal() {
      return signal;
    },
    waitWritable: () => 0,
  };
  const calls: number[] = [];
  let result: number = Result.OK, received = 0;
  const hypercalls = Array.from({ length: HYPERCALL_LIMIT }, (_, number) => () => {
    calls.push(number);
    const fields = number === NET_WRITE || number === NET_READ ? NetBlock : BlockBlock;
    if (number !== PUTS) view.setInt32(BLOCK + fields.result, result, true);
    if (number === NET_READ) {
      view.setBigUint64(BLOCK + fields.length, BigInt(received), true);
    } else if (number === BLOCK_READ) {
      // What is read lies over the argument block.
      view.setBigUint64(BLOCK + fields.length, 0n, true);
    }
    return CONTINUE;
  });
  const handlers = rate.interpose({
    memory,
    polls,
    devices: [],
    bindings: devices,
    consoleRate,
    hypercalls,
    writeConsole: (_, length) => length,
  });
  return {
    handlers,
    calls,
    /** Calls with so many bytes; frames received have half as many. */
    call(number: number, handle: number, length: number, with_: number = Result.OK) {
      result = with_;
      received = length / 2;
      if (number === PUTS) {
        view.setBigUint64(BLOCK + PutsBlock.length, BigInt(length), true);
      } else {
        const fields = number === NET_WRITE || number === NET_READ
          ? NetBlock
          : BlockBlock;
        view.setBigUint64(BLOCK + fields.handle, BigInt(handle), true);
        view.setBigUint64(BLOCK + fields.length, BigInt(length), true);
      }
      return (handlers.get(number) ?? hypercalls[number]!)(BLOCK);
    },
  };
}

Deno.test("only calls that have a rate get a handler of the module's", () => {
  const all = guest(bindings(SLOW), SLOW).handlers;
  assertEquals([...all.keys()].sort(), [
    PUTS,
    BLOCK_WRITE,
    BLOCK_READ,
    NET_WRITE,
    NET_READ,
  ]);
  const [net, freeNet, disk, freeDisk] = bindings(SLOW);
  assertEquals([...guest([net!, freeDisk!]).handlers.keys()], [NET_WRITE, NET_READ]);
  assertEquals([...guest([freeNet!, disk!]).handlers.keys()], [BLOCK_WRITE, BLOCK_READ]);
  assertEquals([...guest([freeNet!, freeDisk!], SLOW).handlers.keys()], [PUTS]);
});

/** Two calls, and whether the second waits. */
const PAIRS: readonly (readonly [
  what: string,
  first: readonly [number, number, number, number?],
  second: readonly [number, number, number],
  waits: boolean,
])[] = [
  ["two frames are sent", [NET_WRITE, NET, 100], [NET_WRITE, NET, 100], true],
  ["two frames are received", [NET_READ, NET, 100], [NET_READ, NET, 100], true],
  ["a frame is sent, one received", [NET_WRITE, NET, 100], [NET_READ, NET, 100], false],
  ["a frame is received, one sent", [NET_READ, NET, 100], [NET_WRITE, NET, 100], false],
  ["no frame is there", [NET_READ, NET, 100, Result.AGAIN], [NET_READ, NET, 100], false],
  ["a frame is empty", [NET_READ, NET, 0], [NET_READ, NET, 100], false],
  [
    "another device has the rate",
    [NET_WRITE, NET, 100],
    [NET_WRITE, FREE_NET, 100],
    false,
  ],
  ["a device has none", [NET_WRITE, FREE_NET, 100], [NET_WRITE, FREE_NET, 100], false],
  ["there is no such device", [NET_WRITE, NET, 100], [NET_WRITE, 2 ** 40, 100], false],
  ["a disk is written twice", [BLOCK_WRITE, DISK, 512], [BLOCK_WRITE, DISK, 512], true],
  ["a disk is written and read", [BLOCK_WRITE, DISK, 512], [BLOCK_READ, DISK, 512], true],
  ["a disk is read and written", [BLOCK_READ, DISK, 512], [BLOCK_WRITE, DISK, 512], true],
  [
    "a read fails",
    [BLOCK_READ, DISK, 512, Result.EINVAL],
    [BLOCK_READ, DISK, 512],
    false,
  ],
  ["another disk has it", [BLOCK_READ, DISK, 512], [BLOCK_READ, FREE_DISK, 512], false],
  ["the console is used twice", [PUTS, 0, 80], [PUTS, 0, 80], true],
  ["nothing is printed", [PUTS, 0, 0], [PUTS, 0, 80], false],
];

for (const [what, first, second, waits] of PAIRS) {
  Deno.test(`the second call ${waits ? "waits" : "goes on"} when ${what}`, () => {
    const { call, calls } = guest(bindings(SLOW), SLOW);
    assertEquals(call(...first), CONTINUE);
    if (waits) assertThrows(() => call(...second), EndedBySignal);
    else assertEquals(call(...second), CONTINUE);
    assertEquals(calls, waits ? [first[0]] : [first[0], second[0]]);
  });
}

Deno.test("operations count whatever they move when a rate has them", () => {
  const { call, calls } = guest(bindings(holding("operationsPerSecond", 2.5)));
  // The third puts it into debt.
  for (let count = 0; count < 3; count++) call(BLOCK_WRITE, DISK, 1e9);
  assertThrows(() => call(BLOCK_WRITE, DISK, 0), EndedBySignal);
  assertEquals(calls.length, 3);
});

Deno.test("a received frame counts with its own length when there was room for more", () => {
  const { call } = guest(bindings(holding("bytesPerSecond", 120)));
  // Of 50 bytes each, where there is room for 100.
  for (let count = 0; count < 2; count++) call(NET_READ, NET, 100);
  assertEquals(call(NET_READ, NET, 100), CONTINUE);
  assertThrows(() => call(NET_READ, NET, 100), EndedBySignal);
});

Deno.test("an argument block that is not there is the guest's fault when there is a rate", () => {
  const { handlers, calls } = guest(bindings(SLOW), SLOW);
  for (const handler of handlers.values()) {
    assertThrows(() => handler(0xfff), GuestFault, "not within its 0x1000 bytes");
  }
  assertEquals([calls.length, handlers.has(HALT)], [0, false]);
});
