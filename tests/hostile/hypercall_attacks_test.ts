/**
 * WALLTIME, PUTS, POLL and HALT with argument blocks, pointers and lengths that
 * no guest that means well would give (docs/abi.md, "Ranges").
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { HypercallNumber } from "../../src/contract/hypercalls.ts";
import {
  type Attack,
  BLOCK,
  call,
  commandLine,
  END_LINE,
  ends,
  fill,
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
import { start, tender } from "../support/tender.ts";

const { WALLTIME, PUTS, POLL, HALT } = HypercallNumber;
const GDT = 0x1000, PAGE_TABLE = 0x8000, BOOT_INFO = 0x10000;

/** Addresses that are the guest's, if not its image's; what is there is small. */
const ITS_OWN: Readonly<Record<string, number>> = {
  "the null page": 0,
  "gpa 1": 1,
  "the end of the null page": GDT - 1,
  "the boot-time GDT": GDT,
  // Entries for memory that this guest does not have.
  "the page tables": PAGE_TABLE - 24,
  "boot info": BOOT_INFO,
  "the last bytes before the image": TEXT - 24,
  "two pages": BLOCK + 0xffd,
  "the last bytes that are good": MEMORY - 25,
};

/** Of all that holds a time, the test can only know that its neighbours stay. */
const EDGES: readonly Attack[] = [
  {
    name: "WALLTIME writes 8 bytes",
    steps: [
      fill(BLOCK, 32, 0xee),
      hypercall(WALLTIME, BLOCK + 11),
      show64(BLOCK + 3),
      show64(BLOCK + 19),
    ],
    shows: " 0xeeeeeeeeeeeeeeee 0xeeeeeeeeeeeeeeee",
  },
  {
    name: "POLL writes its results and nothing else",
    steps: [
      fill(BLOCK, 64, 0xee),
      store(BLOCK + 9, 0),
      hypercall(POLL, BLOCK + 9),
      ...[BLOCK + 1, BLOCK + 9, BLOCK + 17].map(show64),
      show32(BLOCK + 25),
      show64(BLOCK + 29),
    ],
    shows: " 0xeeeeeeeeeeeeeeee 0x0 0x0 0x0 0xeeeeeeeeeeeeeeee",
  },
];

hostTest(
  "answers go wherever a guest's memory is, and nowhere beside",
  ["KVM"],
  () =>
    survives([
      ...EDGES,
      // All these before WALLTIME: the time of day is a timeout of decades.
      ...Object.entries(ITS_OWN).map(([where, gpa]) => ({
        name: `POLL in ${where}`,
        steps: [...gpa < TEXT ? [] : [fill(gpa, 24, 0)], hypercall(POLL, gpa)],
        shows: "",
      })),
      ...Object.entries(ITS_OWN).map(([where, gpa]) => ({
        name: `WALLTIME in ${where}`,
        steps: [hypercall(WALLTIME, gpa)],
        shows: "",
      })),
    ]),
);

/** What PUTS shows of memory that the guest itself may not even read. */
hostTest("PUTS reads all of a guest's memory, and nothing for no bytes", ["KVM"], () => {
  const nothing = (where: string, gpa: number) => ({
    name: `no bytes at ${where}`,
    steps: call(PUTS, [gpa, 0]),
    shows: "",
  });
  return survives([
    nothing("0", 0),
    nothing("the last byte", MEMORY - 1),
    nothing("the guest's code", TEXT),
    { name: "the null page", steps: call(PUTS, [0, 2]), shows: "\0\0" },
    { name: "boot info", steps: call(PUTS, [BOOT_INFO, 4]), shows: "\0\0@\0" },
    {
      name: "its own argument block",
      steps: call(PUTS, [BLOCK, 16]),
      shows: `\0\0${String.fromCharCode(BLOCK >> 16)}\0\0\0\0\0\x10\0\0\0\0\0\0\0`,
    },
  ]);
});

hostTest(
  "POLL with a timeout of 0 or 1 returns",
  ["KVM"],
  () =>
    survives([0, 1].map((timeout) => ({
      name: `${timeout} ns`,
      steps: [...call(POLL, [timeout, ~0]), show64(BLOCK + 8), show32(BLOCK + 16)],
      shows: " 0x0 0x0",
    }))),
);

for (const [name, timeout] of Object.entries(HUGE).slice(1)) {
  hostTest(`POLL with a timeout of ${name} waits for SIGTERM`, ["KVM"], async () => {
    const steps = [show32(0x100000), END_LINE, ...call(POLL, [timeout]), END_LINE];
    const running = start(commandLine(steps));
    await running.sees("\n");
    running.child.kill("SIGTERM");
    const ended = await running.end();
    assertEquals([ended.stderr, ended.status], ["solo5: Exiting on signal 15\n", 1]);
    assertEquals(ended.stdout.split("\n").length, 2, "POLL has returned");
  });
}

/** Cookies that are good, with the status that HALT is given and what comes of it. */
const HALTS: readonly (readonly [cookie: Value, given: Value, status: number])[] = [
  [0, 256, 0],
  [1, -1, 255],
  [GDT - 1, 0x80000007, 7],
  [TEXT, 0xffff_ffff_0000_0003n, 3],
  [MEMORY - 513, 42, 42],
];

for (const [cookie, given, status] of HALTS) {
  hostTest(
    `HALT with cookie 0x${cookie.toString(16)} and status ${given} ends with ${status}`,
    ["KVM", "a fast host"],
    async () => {
      const ended = await tender(commandLine(call(HALT, [cookie, given])));
      assertEquals([ended.stdout, ended.stderr, ended.status], ["", "", status]);
    },
  );
}

const ALL = 2 ** 32;

hostTest("the last bytes of 4 GiB are as those of less memory", ["KVM"], async () => {
  const target = { mebibytes: 4096 };
  await survives([
    { name: "an argument block", steps: [hypercall(WALLTIME, ALL - 9)], shows: "" },
    {
      name: "data",
      steps: [store(ALL - 16, 0x42n << 40n), ...call(PUTS, [ALL - 11, 1])],
      shows: "B",
    },
  ], target);
  const words = notWithin(ALL - 8, 8, ALL);
  await ends([hypercall(WALLTIME, ALL - 8)], words, target);
});

/** Argument blocks that are not the guest's, or not its to be written. */
const BLOCKS: readonly (readonly [string, number, number, string | RegExp])[] = [
  ["WALLTIME in the last 8 bytes", WALLTIME, MEMORY - 8, notWithin(MEMORY - 8, 8)],
  ["WALLTIME at the last byte", WALLTIME, MEMORY - 1, notWithin(MEMORY - 1, 8)],
  ["WALLTIME at 2^31", WALLTIME, 2 ** 31, notWithin(2 ** 31, 8)],
  ["WALLTIME before 2^32", WALLTIME, 2 ** 32 - 4, notWithin(2 ** 32 - 4, 8)],
  ["WALLTIME across the image's start", WALLTIME, TEXT - 1, inText(TEXT - 1, 8)],
  ["PUTS at 2^32 - 1", PUTS, 2 ** 32 - 1, notWithin(2 ** 32 - 1, 16)],
  ["POLL in the last 24 bytes", POLL, MEMORY - 24, notWithin(MEMORY - 24, 24)],
  ["POLL in the guest's code", POLL, TEXT, inText(TEXT, 24)],
  ["HALT in the last 16 bytes", HALT, MEMORY - 16, notWithin(MEMORY - 16, 16)],
];

/** Fields of an argument block that is good. */
const FIELDS: readonly (readonly [string, Step[], string])[] = [
  ["PUTS from 2^63", call(PUTS, [HUGE["2^63"], 1]), notWithin(HUGE["2^63"], 1)],
  [
    "PUTS that wraps at 2^64",
    call(PUTS, [HUGE["2^63"], HUGE["2^63"]]),
    notWithin(HUGE["2^63"], HUGE["2^63"]),
  ],
  ["PUTS that wraps to 0", call(PUTS, [-1, 1]), notWithin(HUGE["2^64-1"], 1)],
  ["PUTS of all memory", call(PUTS, [0, MEMORY]), notWithin(0, MEMORY)],
  ["PUTS of all but a byte", call(PUTS, [1, MEMORY - 1]), notWithin(1, MEMORY - 1)],
  ["PUTS of 2^63 bytes", call(PUTS, [0, HUGE["2^63"]]), notWithin(0, HUGE["2^63"])],
  ["PUTS from 2^32", call(PUTS, [HUGE["2^32"], 0]), notWithin(HUGE["2^32"], 0)],
  ["HALT with a cookie at the end", call(HALT, [MEMORY]), notWithin(MEMORY, 512)],
  [
    "HALT with a cookie that ends there",
    call(HALT, [MEMORY - 512]),
    notWithin(MEMORY - 512, 512),
  ],
  [
    "HALT with a cookie at 2^64-1",
    call(HALT, [HUGE["2^64-1"]]),
    notWithin(HUGE["2^64-1"], 512),
  ],
];

for (const [name, number, block, words] of BLOCKS) {
  hostTest(
    `${name} ends with a sentence`,
    ["KVM", "a fast host"],
    () => ends([hypercall(number, block)], words),
  );
}

for (const [name, steps, words] of FIELDS) {
  hostTest(
    `${name} ends with a sentence`,
    ["KVM", "a fast host"],
    () => ends(steps, words),
  );
}
