import { assertEquals } from "@std/assert";
import { checkRates, EXPECTED_RATE, parseRate } from "../../../src/binding/limits.ts";
import type { Rate } from "../../../src/contract/interposer.ts";

const DEFAULT_BURST = 1000;

/** Amounts, and the bytes a second that they are. */
const AMOUNTS: readonly (readonly [text: string, bytesPerSecond: number])[] = [
  ["1bit", 0.125],
  ["8bit", 1],
  ["64kbit", 8000],
  ["10Mbit", 1_250_000],
  ["100Mbit", 12_500_000],
  ["1Gbit", 125_000_000],
  ["1B", 1],
  ["10kB", 10_000],
  ["20MB", 20_000_000],
  ["3GB", 3_000_000_000],
  ["999999999GB", 999_999_999e9],
];

for (const [text, bytesPerSecond] of AMOUNTS) {
  Deno.test(`parseRate() reads ${bytesPerSecond} bytes a second when it is ${text}`, () => {
    const rate = { bytesPerSecond, burstMilliseconds: DEFAULT_BURST };
    for (const operation of ["pps", "iops", undefined] as const) {
      assertEquals(parseRate(text, operation), rate);
    }
  });
}

const RATES: readonly (readonly [string, "pps" | "iops" | undefined, Rate])[] = [
  ["1000pps", "pps", { operationsPerSecond: 1000, burstMilliseconds: DEFAULT_BURST }],
  ["500iops", "iops", { operationsPerSecond: 500, burstMilliseconds: DEFAULT_BURST }],
  ["8kbit,5pps", "pps", {
    bytesPerSecond: 1000,
    operationsPerSecond: 5,
    burstMilliseconds: DEFAULT_BURST,
  }],
  ["5pps,burst=1ms,1kB", "pps", {
    bytesPerSecond: 1000,
    operationsPerSecond: 5,
    burstMilliseconds: 1,
  }],
  ["burst=60000ms,1kB", undefined, { bytesPerSecond: 1000, burstMilliseconds: 60_000 }],
];

for (const [text, operation, rate] of RATES) {
  Deno.test(`parseRate() reads every part when it is ${text}`, () => {
    assertEquals(parseRate(text, operation), rate);
  });
}

/** No rates of a network device; of other kinds likewise. */
const NONE = [
  ..." 1MB|1 MB|1MB |1mb|1Mb|1KB|1MiB|1Mbps|1MB/s|MB|1|1000|0MB|00MB|01MB|-1MB|+1MB|1.5MB"
    .split("|"),
  ..."1e3B|1000000000B|1MB,|,1MB|1MB,,5pps|1MB,1MB|1MB,8Mbit|5pps,6pps|5iops|5PPS|5kpps"
    .split("|"),
  ..."burst=10ms|1MB,burst=0ms|1MB,burst=60001ms|1MB,burst=1s|1MB,burst=1MB|1MB,burst=1"
    .split("|"),
  ..."1MB,burst=1ms,burst=1ms|burst=1MB|1MB;5pps|0x1MB|1MB\n|1constructor|∞MB|1toString"
    .split("|"),
  "",
];

for (const text of NONE) {
  Deno.test(`parseRate() returns nothing when it is ${JSON.stringify(text)}`, () => {
    assertEquals(parseRate(text, "pps"), undefined);
  });
}

Deno.test("parseRate() knows no operations when they are of another kind of device", () => {
  assertEquals(parseRate("5pps", "iops"), undefined);
  assertEquals(parseRate("5iops", "pps"), undefined);
  assertEquals(parseRate("5pps"), undefined);
  assertEquals(parseRate("5undefined"), undefined);
});

const BAD: readonly Rate[] = [
  { burstMilliseconds: 1000 },
  { bytesPerSecond: 0, burstMilliseconds: 1000 },
  { bytesPerSecond: -1, burstMilliseconds: 1000 },
  { bytesPerSecond: NaN, burstMilliseconds: 1000 },
  { bytesPerSecond: Infinity, burstMilliseconds: 1000 },
  { bytesPerSecond: 1, operationsPerSecond: 0, burstMilliseconds: 1000 },
  { bytesPerSecond: 1, burstMilliseconds: 0 },
  { bytesPerSecond: 1, burstMilliseconds: NaN },
  { bytesPerSecond: 1, burstMilliseconds: 60_001 },
];

for (const rate of BAD) {
  Deno.test(`checkRates() says what to give when a program gives ${Deno.inspect(rate)}`, () => {
    const problems: string[] = [];
    const tap = { interface: "tap0" };
    checkRates(
      [{ type: "NET_BASIC", name: "a", handle: 1, tap, rate }],
      rate,
      problems,
    );
    assertEquals(problems, [
      `the rate of "a" is bad (give ${EXPECTED_RATE.net})`,
      `the rate of the console is bad (give ${EXPECTED_RATE.console})`,
    ]);
  });
}

Deno.test("checkRates() says nothing when rates are good or not there", () => {
  const problems: string[] = [];
  const tap = { interface: "tap0" };
  const rate = { operationsPerSecond: 0.5, burstMilliseconds: 1 };
  const net = { type: "NET_BASIC", name: "a", handle: 1, tap } as const;
  checkRates([net, { ...net, rate }], undefined, problems);
  assertEquals(problems, []);
});
