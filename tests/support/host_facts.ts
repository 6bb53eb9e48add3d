/**
 * Facts of hosts, and what is made of them.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import type { HostFacts } from "../../src/cli/doctor/facts.ts";
import { judge } from "../../src/cli/doctor/judge.ts";
import { findingsAsJson, isReady, type Verdict } from "../../src/cli/findings.ts";
import { ROOT } from "./checkout.ts";
import { checkSchema } from "./json_schema.ts";

/** A host on which nothing is to be wished for. */
export const GOOD: HostFacts = {
  program: "0.1.0",
  deno: { version: "2.9.6", inside: false },
  kernel: "7.1.0-amd64",
  processor: ["fpu", "vmx", "constant_tsc", "nonstop_tsc"],
  kvm: { errno: 0, owner: { uid: 0, gid: 104, rights: 0o660 }, group: "kvm" },
  survey: {
    apiVersion: 12,
    capabilities: {
      USER_MEMORY: 1,
      SET_GUEST_DEBUG: 1,
      IOEVENTFD: 1,
      GET_TSC_KHZ: 1,
      IMMEDIATE_EXIT: 1,
      SYNC_REGS: 7,
      X86_MSR_FILTER: 1,
      ENFORCE_PV_FEATURE_CPUID: 1,
    },
  },
  machine: undefined,
  tun: { errno: 0, owner: { uid: 0, gid: 0, rights: 0o666 }, group: "root" },
  clocksource: "tsc",
  hugePages: "always",
  sealing: [],
  filterActions: ["kill_process", "trap", "errno", "log", "allow"],
  landlockAbi: 8,
  euid: 1000,
  user: { becomes: undefined },
  layers: [{ name: "limits", reach: "whole", detail: "low" }],
  strict: undefined,
  userNamespaces: 100,
  limits: { descriptors: 1024, addresses: undefined, locked: 8 << 20 },
};

/** Something that is refused. */
export const REFUSAL = { thing: "X", problem: "cannot", remedy: "mend it" };

const SCHEMA = JSON.parse(
  await Deno.readTextFile(`${ROOT}docs/schemas/doctor.schema.json`),
);

/** What a fact makes of one line, and what else has to be in it. */
export type JudgeCase = readonly [
  what: string,
  facts: Partial<HostFacts>,
  verdict: Verdict,
  thing: string,
  line: RegExp,
];

/** Declares a test for each, and one for all of them at once. */
export function judgeTests(cases: readonly JudgeCase[]): void {
  for (const [what, facts, verdict, thing, line] of cases) {
    Deno.test(`judge() says ${verdict} of ${thing} when ${what}`, () => {
      const findings = judge({ ...GOOD, ...facts });
      const [found, ...more] = findings.filter((each) => each.thing === thing);
      assertEquals([found?.verdict, more], [verdict, []]);
      const { says, remedy, command } = found!;
      assertMatch(`${says}; ${remedy}: ${command}`, line);
      const complete = findings.every((each) => each.verdict !== "missing");
      assertEquals(isReady(findings), complete);
      const json = JSON.parse(findingsAsJson("solo5.doctor", findings));
      assertEquals(checkSchema(SCHEMA, json), []);
    });
  }
  const last = cases.at(-1)![0];
  Deno.test(`judge() has a way out of everything when much is wrong until ${last}`, () => {
    const worst = cases.reduce((all, [, facts]) => ({ ...all, ...facts }), GOOD);
    for (const { verdict, says, remedy } of judge(worst)) {
      assertEquals(remedy !== undefined, verdict !== "ok", says);
    }
  });
}
