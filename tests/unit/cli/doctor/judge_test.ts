import { assert, assertEquals } from "@std/assert";
import { judge, judgeOtherSystem } from "../../../../src/cli/doctor/judge.ts";
import { isReady } from "../../../../src/cli/findings.ts";
import { GOOD, judgeTests, REFUSAL } from "../../../support/host_facts.ts";

Deno.test("judge() finds nothing to mend when everything is there", () => {
  const findings = judge(GOOD);
  assertEquals(findings.filter(({ verdict }) => verdict !== "ok"), []);
  assert(isReady(findings));
});

judgeTests([
  [
    "Deno is old",
    { deno: { version: "2.7.14", inside: false } },
    "missing",
    "Deno",
    /2\.7\.14; use 2\.8\.3 or later: deno upgrade/,
  ],
  [
    "an old Deno is in the program",
    { deno: { version: "2.6.10", inside: true } },
    "ok",
    "Deno",
    /2\.6\.10, in the program/,
  ],
  [
    "the kernel is old",
    { kernel: "5.8.18-1" },
    "missing",
    "kernel",
    /Linux 5\.8\.18-1 .*5\.9 or later/,
  ],
  ["the kernel is old enough", { kernel: "5.10" }, "ok", "kernel", /Linux 5\.10/],
  [
    "the kernel does not say its release",
    { kernel: undefined },
    "warning",
    "kernel",
    /mount/,
  ],
  [
    "time is measured by hpet",
    { clocksource: "hpet" },
    "warning",
    "time stamp counter",
    /hpet.*dmesg/,
  ],
  [
    "time is a hypervisor's",
    { clocksource: "kvm-clock" },
    "ok",
    "time stamp counter",
    /kvm-clock/,
  ],
  [
    "the counter may stop",
    { processor: ["vmx", "constant_tsc"] },
    "warning",
    "time stamp counter",
    /nonstop_tsc missing/,
  ],
  [
    "huge pages are to be asked for",
    { hugePages: "madvise" },
    "warning",
    "huge pages",
    /echo always/,
  ],
  [
    "there are no huge pages",
    { hugePages: undefined },
    "warning",
    "huge pages",
    /no transparent/,
  ],
  [
    "addresses are limited",
    { limits: { ...GOOD.limits, addresses: 1 << 30 } },
    "warning",
    "limit of addresses",
    /1024 MiB.*: ulimit -v/,
  ],
  [
    "few files can be open",
    { limits: { ...GOOD.limits, descriptors: 32 } },
    "warning",
    "limit of open files",
    /32;.*: ulimit -n/,
  ],
]);

Deno.test("judgeOtherSystem() makes one finding when the host is no Linux", () => {
  const findings = judgeOtherSystem(REFUSAL);
  assertEquals(findings, [
    { verdict: "missing", thing: "X", says: "cannot", remedy: "mend it" },
  ]);
  assert(!isReady(findings));
});
