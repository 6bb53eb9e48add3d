/**
 * BLOCK_WRITE and BLOCK_READ with handles, offsets, lengths and data that no
 * guest that means well would give; and a disk that afterwards holds what was
 * asked for, in a directory where nothing else has changed.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { HypercallNumber, Result } from "../../src/contract/hypercalls.ts";
import {
  type Attack,
  BLOCK,
  call,
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
import { withDisk } from "../support/disk.ts";
import { hostTest } from "../support/needs.ts";

const { BLOCK_READ, BLOCK_WRITE } = HypercallNumber;
const { OK, EINVAL } = Result;
const CAPACITY = 8192, SECTOR = 512, HANDLE = 1;
/** How many bytes of an argument block are fields, and where the result is. */
const FIELDS = 32;
const DATA = FREE;

/** A disk of bytes that tell their places, and a neighbour that nobody named. */
async function withPattern(action: (path: string) => Promise<void>): Promise<Uint8Array> {
  let left = new Uint8Array();
  await withDisk(CAPACITY, async (path) => {
    const neighbour = path.replace("disk.img", "neighbour");
    await Deno.writeFile(path, pattern());
    await Deno.writeTextFile(neighbour, "untouched");
    await action(path);
    left = await Deno.readFile(path);
    assertEquals(await Deno.readTextFile(neighbour), "untouched");
    const names = [...Deno.readDirSync(path.replace("/disk.img", ""))];
    assertEquals(names.map(({ name }) => name).sort(), ["disk.img", "neighbour"]);
  });
  return left;
}

function pattern(): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: CAPACITY }, (_, at) => (at >> 8) + at & 0xff);
}

const target = (path: string) => ({
  guest: "attack_disk" as const,
  flags: [`--block:disk=${path}`],
});

/** A call, with the result that it has to leave. */
function asks(
  name: string,
  number: number,
  [handle, offset, data, length]: readonly [Value, Value, Value, Value],
  result: number,
): Attack {
  const [fields, last] = [[handle, offset, data, length], BLOCK + FIELDS];
  return {
    name,
    steps: [store(last, 0xeeeeeeeeeeeeeeeen), ...call(number, fields), show64(last)],
    // The result has 32 bits; what is behind them stays.
    shows: ` 0xeeeeeeee0000000${result}`,
  };
}

/** Handles that are none. */
const HANDLES: readonly Value[] = [
  0,
  2,
  63,
  64,
  HUGE["2^32"] + 1n,
  ...Object.values(HUGE),
];

/** Offset, length, and what they are for. */
const PLACES: readonly (readonly [Value, Value, number])[] = [
  [0, 0, OK],
  [0, 1, OK],
  [1, 1, OK],
  [511, 2, OK],
  [0, CAPACITY, OK],
  [CAPACITY - 1, 1, OK],
  [CAPACITY - 1, 0, OK],
  [CAPACITY - 1, 2, EINVAL],
  [1, CAPACITY, EINVAL],
  [CAPACITY, 0, EINVAL],
  [CAPACITY, SECTOR, EINVAL],
  [CAPACITY + SECTOR, SECTOR, EINVAL],
  [0, HUGE["2^32"], EINVAL],
  [HUGE["2^32"], SECTOR, EINVAL],
  [SECTOR, HUGE["2^63"], EINVAL],
  [HUGE["2^63"], HUGE["2^63"], EINVAL],
  [HUGE["2^63"], 0, EINVAL],
  [SECTOR, HUGE["2^64-1"] - 511n, EINVAL],
  [HUGE["2^64-1"] - 511n, SECTOR, EINVAL],
  [HUGE["2^64-1"], 1, EINVAL],
  [HUGE["2^64-1"], HUGE["2^64-1"], EINVAL],
];

hostTest(
  "every handle, offset and length of BLOCK_READ has its result",
  ["KVM"],
  () =>
    withPattern((path) =>
      survives([
        ...HANDLES.map((handle) =>
          asks(`handle ${handle}`, BLOCK_READ, [handle, 0, DATA, SECTOR], EINVAL)
        ),
        ...PLACES.map(([offset, length, result]) =>
          asks(
            `${length} at ${offset}`,
            BLOCK_READ,
            [HANDLE, offset, DATA, length],
            result,
          )
        ),
        asks("EINVAL before its data", BLOCK_READ, [9, 0, HUGE["2^63"], SECTOR], EINVAL),
        asks("no bytes at the last", BLOCK_READ, [HANDLE, 0, MEMORY - 1, 0], OK),
        asks("no bytes in code", BLOCK_READ, [HANDLE, 0, TEXT, 0], OK),
      ], target(path))
    ).then((left) => assertEquals(left, pattern())),
);

hostTest(
  "BLOCK_WRITE changes the bytes that it was asked to, and no others",
  ["KVM"],
  async () => {
    const left = await withPattern((path) =>
      survives([
        { name: "data", steps: [fill(DATA, CAPACITY + 8, 0xaa)], shows: "" },
        ...HANDLES.map((handle) =>
          asks(`handle ${handle}`, BLOCK_WRITE, [handle, 0, DATA, SECTOR], EINVAL)
        ),
        ...PLACES.filter(([, length, result]) => result === EINVAL || length === 0)
          .map(([offset, length, result]) =>
            asks(
              `${length} at ${offset}`,
              BLOCK_WRITE,
              [HANDLE, offset, DATA, length],
              result,
            )
          ),
        asks("three odd bytes", BLOCK_WRITE, [HANDLE, 1021, DATA, 3], OK),
        asks("the last byte", BLOCK_WRITE, [HANDLE, CAPACITY - 1, DATA, 1], OK),
        asks("from no memory of its own", BLOCK_WRITE, [HANDLE, 2048, 0, 4], OK),
      ], target(path))
    );
    const expected = pattern().fill(0xaa, 1021, 1024).fill(0xaa, CAPACITY - 1)
      .fill(0, 2048, 2052);
    assertEquals(left, expected);
  },
);

/** The pattern's bytes as the guest shows them. */
const shown = new DataView(pattern().buffer);
const word64 = (at: number) => ` 0x${shown.getBigUint64(at, true).toString(16)}`;
const word32 = (at: number) => ` 0x${shown.getUint32(at, true).toString(16)}`;

hostTest(
  "BLOCK_READ over its own argument block does as it was told",
  ["KVM"],
  () =>
    withPattern((path) =>
      survives([
        {
          name: "all of it",
          steps: [
            ...call(BLOCK_READ, [HANDLE, 264, BLOCK, 40]),
            ...[0, 8, 16, 24].map((at) => show64(BLOCK + at)),
            show32(BLOCK + FIELDS),
            show32(BLOCK + FIELDS + 4),
          ],
          shows: [264, 272, 280, 288].map(word64).join("") + " 0x0" + word32(300),
        },
        {
          name: "its result",
          steps: [
            ...call(BLOCK_READ, [HANDLE, 256, BLOCK + FIELDS, 4]),
            show32(BLOCK + FIELDS),
          ],
          shows: " 0x0",
        },
      ], target(path))
    ).then((left) => assertEquals(left, pattern())),
);

hostTest(
  "BLOCK_READ goes into all memory that is the guest's",
  ["KVM"],
  () =>
    withPattern((path) =>
      survives(
        [0, 1, 0xfff, 0x7ff0, 0x10000, TEXT - 16, MEMORY - 17].map((data) =>
          asks(`0x${data.toString(16)}`, BLOCK_READ, [HANDLE, 0, data, 16], OK)
        ),
        target(path),
      )
    ).then((left) => assertEquals(left, pattern())),
);

const ask = (number: number, data: Value, length: Value = SECTOR): Step[] =>
  call(number, [HANDLE, 0, data, length]);

/** What ends a guest, with the words. */
const FATAL: readonly (readonly [string, readonly Step[], string | RegExp])[] = [
  ["reads to 2^63", ask(BLOCK_READ, HUGE["2^63"]), notWithin(HUGE["2^63"], SECTOR)],
  [
    "reads to 2^64-1",
    ask(BLOCK_READ, HUGE["2^64-1"]),
    notWithin(HUGE["2^64-1"], SECTOR),
  ],
  ["reads to 2^32", ask(BLOCK_READ, HUGE["2^32"]), notWithin(HUGE["2^32"], SECTOR)],
  ["reads no bytes behind memory", ask(BLOCK_READ, MEMORY, 0), notWithin(MEMORY, 0)],
  [
    "reads to the last bytes",
    ask(BLOCK_READ, MEMORY - SECTOR),
    notWithin(MEMORY - SECTOR, SECTOR),
  ],
  ["reads to its code", ask(BLOCK_READ, TEXT), inText(TEXT, SECTOR)],
  ["reads across its code", ask(BLOCK_READ, TEXT - 1, 2), inText(TEXT - 1, 2)],
  [
    "writes from the last bytes",
    ask(BLOCK_WRITE, MEMORY - SECTOR),
    notWithin(MEMORY - SECTOR, SECTOR),
  ],
  ["writes from 2^63", ask(BLOCK_WRITE, HUGE["2^63"]), notWithin(HUGE["2^63"], SECTOR)],
  [
    "has its block at the end",
    [hypercall(BLOCK_WRITE, MEMORY - 40)],
    notWithin(MEMORY - 40, 40),
  ],
  ["has its block in its code", [hypercall(BLOCK_READ, TEXT)], inText(TEXT, 40)],
];

for (const [what, steps, words] of FATAL) {
  hostTest(
    `a guest that ${what} ends, and its disk stays`,
    ["KVM", "a fast host"],
    () =>
      withPattern((path) => ends(steps, words, target(path)))
        .then((left) => assertEquals(left, pattern())),
  );
}

hostTest(
  "a request for 4 GiB of a disk that has them ends the guest",
  ["KVM"],
  () =>
    withDisk(6 * 2 ** 30, (path) =>
      ends(
        ask(BLOCK_READ, 0, HUGE["2^32"]),
        notWithin(0, HUGE["2^32"]),
        target(path),
      )),
);
