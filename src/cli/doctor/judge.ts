/**
 * What the facts of a host mean for guests, in the order in which a start comes
 * to them. Pure.
 *
 * @module
 */
import { type Finding, findingOf } from "../findings.ts";
import type { HostFacts } from "./facts.ts";
import { judgeDevices } from "./judge_devices.ts";
import { judgeSeal } from "./judge_seal.ts";

/** The oldest versions that this program runs on. */
const OLDEST_DENO = [2, 8, 3], OLDEST_LINUX = [5, 9];

/** Fewer descriptors than this can be too few while a guest is built. */
const FEW_DESCRIPTORS = 64;

/** How the kernel measures time in a virtual machine, by the processor's counter. */
const PARAVIRTUAL_CLOCKS = ["kvm-clock", "hyperv_clocksource_tsc_page", "xen"];

/** Judges everything. */
export function judge(facts: HostFacts): Finding[] {
  return [
    { verdict: "ok", thing: "solo5", says: `version ${facts.program}` },
    judgeDeno(facts),
    judgeKernel(facts),
    ...judgeDevices(facts),
    judgeTime(facts),
    judgeHugePages(facts),
    ...judgeSeal(facts),
    ...judgeLimits(facts),
  ];
}

/**
 * What is said where no guest can run, whatever the host is like.
 *
 * @param refusal why
 */
export function judgeOtherSystem(refusal: Parameters<typeof findingOf>[0]): Finding[] {
  return [findingOf(refusal, "missing")];
}

/** Whether a version, `6.12.9-amd64`, is at least another. */
function isAtLeast(version: string, least: readonly number[]): boolean {
  const parts = version.split(/[.-]/).map(Number);
  for (const [index, number] of least.entries()) {
    const part = parts[index] ?? 0;
    if (part !== number) return part > number;
  }
  return true;
}

function judgeDeno({ deno: { version, inside } }: HostFacts): Finding {
  const thing = "Deno";
  if (inside) return { verdict: "ok", thing, says: `version ${version}, in the program` };
  const says = `version ${version}`;
  if (isAtLeast(version, OLDEST_DENO)) return { verdict: "ok", thing, says };
  const remedy = `use ${OLDEST_DENO.join(".")} or later`;
  return { verdict: "missing", thing, says, remedy, command: "deno upgrade" };
}

function judgeKernel({ kernel }: HostFacts): Finding {
  const thing = "kernel";
  if (kernel === undefined) {
    return {
      verdict: "warning",
      thing,
      says: "its release cannot be read",
      remedy: "mount /proc",
      command: "sudo mount -t proc proc /proc",
    };
  }
  const says = `Linux ${kernel} on x86_64`;
  if (isAtLeast(kernel, OLDEST_LINUX)) return { verdict: "ok", thing, says };
  const remedy = `the seal takes Linux ${OLDEST_LINUX.join(".")} or later: update it`;
  return { verdict: "missing", thing, says, remedy };
}

function judgeTime({ processor = [], clocksource }: HostFacts): Finding {
  const thing = "time stamp counter";
  const steady = ["constant_tsc", "nonstop_tsc"].filter((flag) =>
    !processor.includes(flag)
  );
  const clock = clocksource === undefined
    ? "the kernel does not say what it measures time by"
    : `the kernel measures time by ${clocksource}`;
  const trusted = clocksource === "tsc" ||
    PARAVIRTUAL_CLOCKS.includes(clocksource ?? "");
  if (trusted && steady.length === 0) {
    return { verdict: "ok", thing, says: `stable; ${clock}` };
  }
  if (trusted) {
    return {
      verdict: "warning",
      thing,
      says: `the processor does not say that it is steady (${steady.join(", ")} missing)`,
      remedy: "compare a guest's clock with the host's, or use another host",
      command: "grep -o -m1 '[a-z]*_tsc' /proc/cpuinfo",
    };
  }
  return {
    verdict: "warning",
    thing,
    says: `${clock}, and a guest's clock runs on this counter`,
    remedy: "see why the kernel does not trust it",
    command: "sudo dmesg | grep -i -e tsc -e clocksource",
  };
}

function judgeHugePages({ hugePages }: HostFacts): Finding {
  const thing = "huge pages";
  if (hugePages === "always") {
    return { verdict: "ok", thing, says: "guest memory gets them where it can" };
  }
  const says = hugePages === undefined
    ? "this kernel has no transparent ones"
    : `"${hugePages}": guest memory gets none, and is slower at first touch`;
  return {
    verdict: "warning",
    thing,
    says,
    remedy: "give them to every program",
    command: "echo always | sudo tee /sys/kernel/mm/transparent_hugepage/enabled",
  };
}

/** A number of bytes, in MiB. */
function mebibytes(bytes: number): string {
  return `${Math.floor(bytes / 2 ** 20)} MiB`;
}

function judgeLimits({ limits }: HostFacts): Finding[] {
  const { descriptors, addresses, locked } = limits;
  const few = descriptors !== undefined && descriptors < FEW_DESCRIPTORS;
  const open: Finding = {
    verdict: few ? "warning" : "ok",
    thing: "limit of open files",
    says: descriptors === undefined ? "none" : String(descriptors),
    ...few &&
      { remedy: "a guest with many devices takes more", command: "ulimit -n 1024" },
  };
  const space: Finding = addresses === undefined
    ? { verdict: "ok", thing: "limit of addresses", says: "none" }
    : {
      verdict: "warning",
      thing: "limit of addresses",
      says: `${mebibytes(addresses)}, of which guest memory and the runtime take theirs`,
      remedy: "a larger guest takes more",
      command: "ulimit -v unlimited",
    };
  const amount = locked === undefined ? "none" : mebibytes(locked);
  return [open, space, {
    verdict: "ok",
    thing: "limit of locked memory",
    says: `${amount}; guests lock none`,
  }];
}
