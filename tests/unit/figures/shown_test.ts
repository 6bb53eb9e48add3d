import { assertEquals, assertMatch } from "@std/assert";
import { GUEST_COUNTS, GuestCount, NetCount } from "../../../src/contract/figures.ts";
import { HypercallNumber } from "../../../src/contract/hypercalls.ts";
import type { GuestSeen } from "../../../src/figures/guests.ts";
import { openMetrics } from "../../../src/figures/openmetrics.ts";
import { readUse } from "../../../src/figures/processes.ts";
import { describeAge, describeBytes, tableOf } from "../../../src/figures/rows.ts";
import { ratesBetween, stateOf } from "../../../src/figures/state.ts";
import { describeStats, statsOf } from "../../../src/figures/stats.ts";
import { checkSchema } from "../../support/json_schema.ts";
import { ROOT } from "../../support/checkout.ts";
import { readOpenMetrics } from "../../support/openmetrics.ts";

const START = 1_700_000_000_000;

/** A guest that runs, with these numbers. */
function seen(
  numbers: Readonly<Record<number, number>> = {},
  more: Partial<GuestSeen> = {},
): GuestSeen {
  const guest = new Array(GUEST_COUNTS).fill(0);
  guest[GuestCount.started] = START;
  guest[GuestCount.stagesDone] = 4;
  for (const [place, number] of Object.entries(numbers)) guest[Number(place)] = number;
  return {
    description: {
      name: "web",
      pid: 4711,
      image: '/srv/a"\u202e\x1b[31m.hvt',
      memoryBytes: 1 << 20,
      devices: [
        { name: "service0", type: "NET_BASIC", resource: "tap0" },
        { name: "disk", type: "BLOCK_BASIC", resource: "/x\ny" },
      ],
    },
    guest,
    devices: [[1, 60, 2, 120, 3, 0, 0, 0], [5, 512, 6, 1024, 0, 0, 0, 0]],
    alive: true,
    use: { cpuSeconds: 30, residentBytes: 50 << 20 },
    seen: START + 60_000,
    ...more,
  };
}

const INVISIBLE = /[\p{Cc}\p{Cf}]/u;

Deno.test("tableOf() shows a guest in one line without anything invisible", () => {
  const [headings, line, rest] = tableOf([{ guest: seen(), rates: undefined }]).split(
    "\n",
  );
  assertMatch(
    headings!,
    /^NAME +PID +IMAGE +AGE +CPU +MEMORY +EXITS\/S +PACKETS\/S +DEVICES$/,
  );
  assertMatch(
    line!,
    /^web +4711 +a"\\u202e\\x1b\[31m\.hvt +1m0s +50\.0% +50\.0 MiB +- +- +service0=tap0 disk=\/x\\x0ay$/,
  );
  assertEquals(rest, "");
});

Deno.test("ratesBetween() are those of one guest in the time between", () => {
  const net = (
    frames: number,
  ) => [[frames, 0, frames, 0, 0, 0, 0, 0], seen().devices[1]!];
  const earlier = seen({ [HypercallNumber.POLL]: 10 }, { devices: net(5) });
  const later = seen({ [HypercallNumber.POLL]: 30, [GuestCount.exits + 1]: 10 }, {
    devices: net(25),
    use: { cpuSeconds: 31, residentBytes: 1 },
    seen: earlier.seen + 2000,
  });
  assertEquals(ratesBetween(earlier, later), { exits: 15, frames: 20, cpu: 0.5 });
  const another = seen({ [GuestCount.started]: START + 1 }, { seen: later.seen });
  assertEquals(ratesBetween(earlier, another), undefined);
});

Deno.test("stateOf() says whether a guest starts, runs, has ended or was killed", () => {
  assertEquals(stateOf(seen({ [GuestCount.stagesDone]: 2 })), "starting");
  assertEquals(stateOf(seen()), "running");
  assertEquals(stateOf(seen({}, { alive: false })), "killed");
  assertEquals(stateOf(seen({ [GuestCount.endedBy]: 1 }, { alive: false })), "ended");
});

Deno.test("describeAge() and describeBytes() use the units that suit", () => {
  assertEquals([0, 59, 61, 3600, 90000].map(describeAge), [
    "0s",
    "59s",
    "1m1s",
    "1h0m",
    "1d1h",
  ]);
  assertEquals([0, 1023, 1536, 3 << 20].map(describeBytes), [
    "0 B",
    "1023 B",
    "1.5 KiB",
    "3.0 MiB",
  ]);
});

Deno.test("readUse() takes times and memory, whatever the process is called", () => {
  const fields = Array.from({ length: 50 }, (_, index) => index);
  const stat = `7 (a) b (c)) S ${fields.slice(1).join(" ")}`;
  assertEquals(readUse(stat, "100 25 3"), { cpuSeconds: 0.23, residentBytes: 25 * 4096 });
  assertEquals(readUse("", ""), undefined);
});

const SCHEMA = JSON.parse(
  Deno.readTextFileSync(`${ROOT}docs/schemas/stats.schema.json`),
);

const ENDS: Readonly<Record<string, GuestSeen>> = {
  running: seen(),
  killed: seen({}, { alive: false, use: undefined }),
  "ended by the guest": seen({ [GuestCount.endedBy]: 1, [GuestCount.status]: 7 }),
  "ended by the tender": seen({ [GuestCount.endedBy]: 2, [GuestCount.status]: 1 }),
  "ended by signal 15": seen({ [GuestCount.endedBy]: 3, [GuestCount.signal]: 15 }),
  "running (a page that lies)": seen({
    [GuestCount.started]: 1e308,
    [GuestCount.endedBy]: 99,
  }),
};

for (const [words, guest] of Object.entries(ENDS)) {
  Deno.test(`statsOf() keeps to its schema for a guest that is ${words}`, () => {
    assertEquals(checkSchema(SCHEMA, JSON.parse(JSON.stringify(statsOf(guest)))), []);
  });

  Deno.test(`describeStats() has no invisible character for one that is ${words}`, () => {
    for (const line of describeStats(guest).split("\n")) {
      assertEquals(INVISIBLE.test(line), false, line);
    }
  });
}

Deno.test("describeStats() says how a guest was ended", () => {
  for (const [words, guest] of Object.entries(ENDS)) {
    assertEquals(
      describeStats(guest).split("\n")[0]!.includes(words.replace(/ \(.*/, "")),
      true,
      words,
    );
  }
});

Deno.test("describeStats() says how old a guest is, and how old it became", () => {
  const later = { seen: START + 3_600_000 };
  const end = { [GuestCount.endedBy]: 1, [GuestCount.ended]: START + 5_000 };
  const killed = { [GuestCount.ended]: START + 60_000 };
  for (
    const [guest, expected] of [
      [seen({}, later), "process     4711, 1h0m old"],
      [seen(end, later), "process     4711, lived 5s"],
      [seen(killed, { ...later, alive: false }), "process     4711"],
    ] as const
  ) assertEquals(describeStats(guest).split("\n")[2], expected);
});

Deno.test("openMetrics() is OpenMetrics text with every figure", () => {
  const poll = { [HypercallNumber.POLL]: 12 };
  const families = readOpenMetrics(openMetrics([
    seen(poll),
    seen({}, { description: { ...seen().description, name: undefined } }),
  ]));
  const value = (family: string, labels: Record<string, string>) =>
    families.get(family)!.samples.find((each) =>
      JSON.stringify(each.labels) === JSON.stringify(labels)
    )?.value;
  assertEquals(value("solo5_hypercalls", { guest: "web", call: "poll" }), 12);
  assertEquals(value("solo5_hypercalls", { guest: "4711", call: "poll" }), 0);
  assertEquals(value("solo5_exits", { guest: "web", kind: "hypercall" }), 12);
  const dropped = { guest: "web", device: "service0" };
  assertEquals(
    value("solo5_network_dropped_frames", dropped),
    seen().devices[0]![NetCount.dropped],
  );
  const write = { guest: "web", device: "disk", direction: "write" };
  assertEquals(value("solo5_block_bytes", write), 1024);
  assertEquals(families.get("solo5_cpu_seconds")!.unit, "seconds");
  const image = '/srv/a"\\u202e\\x1b[31m.hvt';
  assertEquals(value("solo5_guest_up", { guest: "web", pid: "4711", image }), 1);
});

Deno.test("openMetrics() of no guests is OpenMetrics text too", () => {
  for (const { samples } of readOpenMetrics(openMetrics([])).values()) {
    assertEquals(samples, []);
  }
});
