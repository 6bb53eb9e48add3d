/**
 * The flags of `solo5 run` that limit a guest: rates, and what becomes of control
 * characters of its console.
 *
 * @module
 */
import type { Rate } from "../contract/interposer.ts";
import type { DeviceBinding } from "../contract/module.ts";
import type { Flag } from "./run_flags.ts";

const MORE =
  "amounts in bit, kbit, Mbit, Gbit, B, kB, MB or GB, and perhaps ,burst=100ms (1 to 60000) behind";

/** What a rate has to be, for messages. */
export const EXPECTED_RATE = {
  net: `so much a second, as 10Mbit or 1000pps or 10Mbit,1000pps, ${MORE}`,
  block: `so much a second, as 20MB or 500iops or 20MB,500iops, ${MORE}`,
  console: `so much a second, as 10kB, ${MORE}`,
} as const;

/** What a console's mode has to be. */
export const EXPECTED_CONSOLE = "raw or visible";

/** Bytes in each unit: of a thousand, as links and disks are sold. */
const UNITS: Readonly<Record<string, number>> = {
  bit: 1 / 8,
  kbit: 1e3 / 8,
  Mbit: 1e6 / 8,
  Gbit: 1e9 / 8,
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
};

/** What a bucket holds where nothing is said: what comes in a second. */
const DEFAULT_BURST_MILLISECONDS = 1000;

const MOST_BURST_MILLISECONDS = 60_000;

/** Says whether a device can have this rate. */
function isRate(rate: Rate): boolean {
  const { bytesPerSecond, operationsPerSecond, burstMilliseconds } = rate;
  const given = [bytesPerSecond, operationsPerSecond].filter((each) =>
    each !== undefined
  );
  return given.length > 0 && given.every((each) => each > 0 && Number.isFinite(each)) &&
    burstMilliseconds >= 1 && burstMilliseconds <= MOST_BURST_MILLISECONDS;
}

/** Adds what is wrong with the rates of devices and console, if anything is. */
export function checkRates(
  devices: readonly DeviceBinding[],
  consoleRate: Rate | undefined,
  problems: string[],
): void {
  const check = (whose: string, expected: string, rate: Rate | undefined) => {
    if (rate === undefined || isRate(rate)) return;
    problems.push(`the rate of ${whose} is bad (give ${expected})`);
  };
  for (const { type, name, rate } of devices) {
    check(`"${name}"`, EXPECTED_RATE[type === "NET_BASIC" ? "net" : "block"], rate);
  }
  check("the console", EXPECTED_RATE.console, consoleRate);
}

/**
 * Reads a rate: parts with commas between them, each at most once.
 *
 * @param operation the unit of operations a second, where there are any
 */
export function parseRate(text: string, operation?: "pps" | "iops"): Rate | undefined {
  let bytesPerSecond: number | undefined;
  let operationsPerSecond: number | undefined;
  let burst: number | undefined;
  for (const part of text.split(",")) {
    const [, key, digits, unit = ""] =
      /^(burst=)?([1-9][0-9]{0,8})([A-Za-z]+)$/.exec(part) ?? [];
    if (digits === undefined) return undefined;
    if (key !== undefined && unit === "ms" && burst === undefined) {
      burst = Number(digits);
    } else if (key === undefined && unit === operation && !operationsPerSecond) {
      operationsPerSecond = Number(digits);
    } else if (key === undefined && Object.hasOwn(UNITS, unit) && !bytesPerSecond) {
      bytesPerSecond = Number(digits) * UNITS[unit]!;
    } else return undefined;
  }
  const rate = {
    ...(bytesPerSecond === undefined ? {} : { bytesPerSecond }),
    ...(operationsPerSecond === undefined ? {} : { operationsPerSecond }),
    burstMilliseconds: burst ?? DEFAULT_BURST_MILLISECONDS,
  };
  return isRate(rate) ? rate : undefined;
}

/** The flags, in the order of the usage text. */
export const LIMIT_FLAGS: readonly Flag[] = [
  {
    name: "--net-rate",
    device: true,
    value: "RATE",
    help: "have it wait beyond this much a second, in each direction: 10Mbit,1000pps",
    expected: EXPECTED_RATE.net,
    add(draft, value, device) {
      const netRate = parseRate(value, "pps");
      draft.net.push(netRate ? { device, netRate } : { device, malformed: "--net-rate" });
      return netRate !== undefined;
    },
  },
  {
    name: "--block-rate",
    device: true,
    value: "RATE",
    help: "the same for a block device, reading and writing together: 20MB,500iops",
    expected: EXPECTED_RATE.block,
    add(draft, value, device) {
      const blockRate = parseRate(value, "iops");
      draft.block.push(
        blockRate ? { device, blockRate } : { device, malformed: "--block-rate" },
      );
      return blockRate !== undefined;
    },
  },
  {
    name: "--console-rate",
    device: false,
    value: "RATE",
    help: "the same for the console: 10kB",
    expected: EXPECTED_RATE.console,
    add(draft, value) {
      const rate = parseRate(value);
      if (rate !== undefined) draft.consoleRate = rate;
      return rate !== undefined;
    },
  },
  {
    name: "--console",
    device: false,
    value: "raw|visible",
    help: "pass control characters on, or show them as \\xNN (visible on a terminal)",
    expected: EXPECTED_CONSOLE,
    add(draft, value) {
      if (value !== "raw" && value !== "visible") return false;
      draft.console = value;
      return true;
    },
  },
];
