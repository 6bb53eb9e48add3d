/**
 * NET_WRITE and NET_READ with handles, lengths and data that no guest that means
 * well would give, and frames of every size.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { HypercallNumber, Result } from "../../src/contract/hypercalls.ts";
import {
  type Attack,
  BLOCK,
  call,
  commandLine,
  END_LINE,
  ends,
  fill,
  FREE,
  HUGE,
  hypercall,
  inText,
  MEMORY,
  notWithin,
  show32,
  show64,
  type Step,
  store,
  survives,
  TEXT,
  type Value,
} from "../support/attack.ts";
import { hostTest } from "../support/needs.ts";
import { framesFrom, frameSocket } from "../support/network.ts";
import { tapFor } from "../support/ring_attack.ts";
import { start, tender } from "../support/tender.ts";

const NEEDS = ["KVM", "root", "tun"] as const;
const { NET_READ, NET_WRITE, POLL } = HypercallNumber;
const { OK, AGAIN, EINVAL } = Result;
const HANDLE = 1, RESULT = 24, LENGTH = 16;
const SMALLEST = 14, SHORT = "less than an Ethernet header's 14";

/** A call, with the result that it has to leave, and its length as it was. */
function asks(
  name: string,
  number: number,
  [handle, data, length]: readonly [Value, Value, Value],
  result: number,
): Attack {
  return {
    name,
    steps: [
      store(BLOCK + RESULT, 0xeeeeeeeeeeeeeeeen),
      ...call(number, [handle, data, length]),
      show64(BLOCK + LENGTH),
      show64(BLOCK + RESULT),
    ],
    // The result has 32 bits; what is behind them stays.
    shows: ` 0x${
      BigInt.asUintN(64, BigInt(length)).toString(16)
    } 0xeeeeeeee0000000${result}`,
  };
}

const HANDLES: readonly Value[] = [
  0,
  2,
  63,
  64,
  HUGE["2^32"] + 1n,
  ...Object.values(HUGE),
];
/** Of frames that are sent. */
const LENGTHS = [SMALLEST, SMALLEST + 1, 60, 1514, 1515, 9014, 65535, 65536];

hostTest("every handle and length of NET_WRITE has its result", NEEDS, async () => {
  const target = tapFor("attack_net");
  await survives([
    ...HANDLES.map((handle) =>
      asks(`handle ${handle}`, NET_WRITE, [handle, HUGE["2^63"], 1], EINVAL)
    ),
    ...LENGTHS.map((length) =>
      asks(`${length} bytes`, NET_WRITE, [HANDLE, FREE, length], OK)
    ),
    asks("from the null page", NET_WRITE, [HANDLE, 0, 60], OK),
    asks("from its own argument block", NET_WRITE, [HANDLE, BLOCK - 16, 60], OK),
    asks("from its code", NET_WRITE, [HANDLE, TEXT, 60], OK),
    asks("from the last good bytes", NET_WRITE, [HANDLE, MEMORY - 61, 60], OK),
  ], target);
  assertEquals(framesFrom(target.tap), LENGTHS.length + 4);
});

hostTest(
  "every handle of NET_READ has its result, and no room is AGAIN",
  NEEDS,
  () =>
    survives([
      ...HANDLES.map((handle) =>
        asks(`handle ${handle}`, NET_READ, [handle, HUGE["2^63"], HUGE["2^63"]], EINVAL)
      ),
      ...[0, 1, BLOCK, TEXT, MEMORY - 1].map((data) =>
        asks(`no room at 0x${data.toString(16)}`, NET_READ, [HANDLE, data, 0], AGAIN)
      ),
    ], tapFor("attack_net")),
);

/** Where a frame of 60 bytes or more goes, with what is then there. */
const OVERLAPS: Readonly<Record<string, readonly [Step[], string]>> = {
  // It may be the host's own chatter (IPv6), so only its length is known.
  "all of its argument block": [
    [
      ...call(NET_READ, [HANDLE, BLOCK, 32]),
      show64(BLOCK + LENGTH),
      show32(BLOCK + RESULT),
    ],
    " 0x20 0x0",
  ],
  "one byte of its length": [
    [
      ...call(NET_READ, [HANDLE, BLOCK + LENGTH, 1]),
      show64(BLOCK + LENGTH),
      show64(BLOCK + RESULT),
    ],
    " 0x1 0xeeeeeeee00000000",
  ],
  "page tables that are not used": [
    [
      ...call(NET_READ, [HANDLE, 0x7ff0, 16]),
      show64(BLOCK + LENGTH),
      show64(BLOCK + RESULT),
    ],
    " 0x10 0xeeeeeeee00000000",
  ],
};

for (const [what, [steps, shows]] of Object.entries(OVERLAPS)) {
  hostTest(`NET_READ over ${what} does as it was told`, NEEDS, async () => {
    const { tap, ...target } = tapFor("attack_net");
    const waits = call(POLL, [HUGE["2^64-1"]]);
    const running = start(commandLine([
      END_LINE,
      ...waits,
      store(BLOCK + RESULT, 0xeeeeeeeeeeeeeeeen),
      ...steps,
      END_LINE,
    ], target));
    await running.sees("\n");
    const socket = frameSocket(tap);
    // Again and again: the first may come before the tap has its new holder. And
    // the host's own chatter may have ended the guest before any.
    const sending = setInterval(() => socket.send(new Uint8Array(60)), 20);
    const ended = await running.end();
    clearInterval(sending);
    socket.close();
    assertEquals([ended.stderr, ended.status], ["", 0]);
    assertEquals(ended.stdout, `\n${shows}\n`);
  });
}

const ask = (number: number, data: Value, length: Value): Step[] =>
  call(number, [HANDLE, data, length]);

/** What ends a guest, with the words. */
const FATAL: readonly (readonly [string, readonly Step[], string | RegExp])[] = [
  ["sends 1 byte", ask(NET_WRITE, FREE, 1), `it sent a frame of 1 bytes, ${SHORT}`],
  ["sends from 2^63", ask(NET_WRITE, HUGE["2^63"], 60), notWithin(HUGE["2^63"], 60)],
  ["sends 4 GiB", ask(NET_WRITE, 0, HUGE["2^32"]), notWithin(0, HUGE["2^32"])],
  [
    "sends 2^64-1 bytes",
    ask(NET_WRITE, FREE, HUGE["2^64-1"]),
    notWithin(FREE, HUGE["2^64-1"]),
  ],
  [
    "sends the last bytes",
    ask(NET_WRITE, MEMORY - 60, 60),
    notWithin(MEMORY - 60, 60),
  ],
  ["receives at 2^63", ask(NET_READ, HUGE["2^63"], 60), notWithin(HUGE["2^63"], 60)],
  ["receives in its code", ask(NET_READ, TEXT, 60), inText(TEXT, 60)],
  [
    "receives across its code",
    ask(NET_READ, TEXT - 0x1000, 0x1001),
    inText(TEXT - 0x1000, 0x1001),
  ],
  ["receives in the ring", ask(NET_READ, MEMORY + 128, 60), notWithin(MEMORY + 128, 60)],
  [
    "receives with room for 2^63",
    ask(NET_READ, 0, HUGE["2^63"]),
    notWithin(0, HUGE["2^63"]),
  ],
  [
    "has its block in the ring",
    [hypercall(NET_READ, MEMORY)],
    notWithin(MEMORY, 32),
  ],
  ["has its block in its code", [hypercall(NET_WRITE, TEXT)], inText(TEXT, 32)],
];

for (const [what, steps, words] of FATAL) {
  hostTest(`a guest that ${what} ends, and nothing is sent`, [
    ...NEEDS,
    "a fast host",
  ], async () => {
    const target = tapFor("attack_net");
    await ends(steps, words, target);
    assertEquals(framesFrom(target.tap), 0);
  });
}

/** The kernel's limits differ: it takes such a frame, or drops it, or refuses it. */
for (const length of [1 << 18, 3 << 20]) {
  hostTest(`a frame of ${length} bytes is sent, dropped or a fault`, NEEDS, async () => {
    const { tap, ...target } = tapFor("attack_net");
    const steps = [fill(FREE, 64, 0), ...ask(NET_WRITE, 0, length)];
    const ended = await tender(commandLine(steps, target));
    const said = ended.stderr.replaceAll(tap, "TAP");
    if (ended.status === 0) {
      assertMatch(said, /^(solo5: TAP: [^\n]*\n)*$/);
    } else {
      assertMatch(
        said,
        new RegExp(
          `^solo5: guest fault at rip=0x[0-9a-f]+: it sent a frame of ${length} bytes, which the kernel refuses: [^\n]*; the unikernel has to be mended\n$`,
        ),
      );
    }
    assert(framesFrom(tap) <= 1);
  });
}
