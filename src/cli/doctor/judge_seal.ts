/**
 * What the facts of a host mean for the seal of guests. Pure.
 *
 * @module
 */
import { type Finding, findingOf } from "../findings.ts";
import type { HostFacts } from "./facts.ts";

/** What the seal's filter answers with (`ffi/linux/seccomp.ts`), as the kernel says it. */
const FILTER_ACTIONS = ["kill_process", "errno", "allow"];

/** The ABI of Landlock that reaches every thread, and whose seal is complete. */
const WHOLE_LANDLOCK = 8;

/** Judges everything that a guest is sealed with. */
export function judgeSeal(facts: HostFacts): Finding[] {
  return [
    ...facts.sealing.map((refusal) => findingOf(refusal, "missing")),
    ...judgeFilter(facts),
    judgeLandlock(facts),
    judgeUser(facts),
    ...judgeLayers(facts),
    judgeStrict(facts),
    judgeNamespaces(facts),
  ];
}

/** What the filter needs of the kernel; whether it is let have it is tried. */
function judgeFilter({ sealing, filterActions }: HostFacts): Finding[] {
  const thing = "system call filter";
  const lacking = FILTER_ACTIONS.filter((action) => !filterActions?.includes(action));
  if (filterActions !== undefined && lacking.length > 0) {
    const says = `it has no ${lacking.join(", ")}`;
    return [{ verdict: "missing", thing, says, remedy: "use a newer Linux kernel" }];
  }
  return sealing.length > 0
    ? []
    : [{ verdict: "ok", thing, says: "can be had in every thread" }];
}

function judgeLandlock({ landlockAbi }: HostFacts): Finding {
  const thing = "Landlock";
  if (landlockAbi >= WHOLE_LANDLOCK) {
    return { verdict: "ok", thing, says: `ABI ${landlockAbi}, in every thread` };
  }
  if (landlockAbi > 0) {
    return {
      verdict: "warning",
      thing,
      says: `ABI ${landlockAbi}: without --sandbox=strict in the guest's thread only`,
      remedy:
        "use a kernel that reaches every thread, or run guests with --sandbox=strict",
    };
  }
  return {
    verdict: "warning",
    thing,
    says: "this kernel has none",
    remedy: "boot with lsm=landlock,… and see what the kernel has now",
    command: "cat /sys/kernel/security/lsm",
  };
}

function judgeUser({ user, euid }: HostFacts): Finding {
  if ("problem" in user) return findingOf(user, "missing");
  const { becomes } = user;
  if (becomes !== undefined) {
    const says = `root's tender becomes uid ${becomes.uid}, gid ${becomes.gid}`;
    return { verdict: "ok", thing: "user", says };
  }
  return euid !== 0
    ? { verdict: "ok", thing: "user", says: `uid ${euid}, without capabilities` }
    : {
      verdict: "warning",
      thing: "user",
      says: "root without capabilities cannot become another user",
      remedy: "start the tender as a user that is not root",
    };
}

/** Said in lines of their own. */
const SAID = ["Landlock", "user"];

function judgeLayers({ layers }: HostFacts): Finding[] {
  return layers.filter(({ name }) => !SAID.includes(name)).flatMap((layer): Finding[] =>
    layer.reach === "whole" ? [] : [{
      verdict: "warning",
      thing: `seal, ${layer.name}`,
      says: layer.reach === "partial"
        ? `in the guest's thread only: ${layer.detail}`
        : `missing: ${layer.detail}`,
      remedy: "run guests with --sandbox=strict, which leaves none out",
    }]
  );
}

function judgeStrict({ strict }: HostFacts): Finding {
  return strict === undefined
    ? { verdict: "ok", thing: "--sandbox=strict", says: "can be had" }
    : findingOf(strict, "warning");
}

function judgeNamespaces({ euid, userNamespaces }: HostFacts): Finding {
  const thing = "user namespaces";
  if (userNamespaces === undefined || userNamespaces > 0) {
    return { verdict: "ok", thing, says: "users can make them" };
  }
  if (euid === 0) return { verdict: "ok", thing, says: "none; root needs none" };
  return {
    verdict: "warning",
    thing,
    says:
      "none: without root, --sandbox=strict leaves the host's root folder to Landlock",
    remedy: "allow some",
    command: "sudo sysctl user.max_user_namespaces=1024",
  };
}
