/**
 * Collecting what `solo5 doctor` wants to know. Changes nothing.
 *
 * @module
 */
import { SystemCallError } from "../../../ffi/errno.ts";
import { ownerOf } from "../../../ffi/file_kind.ts";
import { closeFile, openFile } from "../../../ffi/files.ts";
import { hostText } from "../../../ffi/kernel_text.ts";
import { landlockAbi } from "../../../ffi/landlock.ts";
import { effectiveUser, softLimit } from "../../../ffi/rights.ts";
import { DEFAULT_MEMORY_MEBIBYTES } from "../../binding/values.ts";
import { MEBIBYTE } from "../../contract/limits.ts";
import type { SandboxRequest } from "../../contract/sandbox.ts";
import { OperatorError } from "../../errors.ts";
import { createKvmMachine } from "../../hypervisor/kvm/kvm.ts";
import { type KvmSurvey, surveyKvm } from "../../hypervisor/kvm/survey.ts";
import { makePolicy } from "../../sandbox/policy.ts";
import { sealRefusals } from "../../sandbox/probe.ts";
import { foresee, futureUser } from "../../sandbox/seal.ts";
import { prepareStrictStart } from "../../sandbox/strict_start.ts";
import type { Refusal } from "../findings.ts";
import { mainModule } from "../strict.ts";
import { VERSION } from "../release.ts";
import type { DeviceFacts, HostFacts } from "./facts.ts";

/** A guest like any other. */
const USUAL: SandboxRequest = { level: "best-effort" };

/** Collects everything. Needs Linux. */
export function collectFacts(): HostFacts {
  const user = attempt(() => ({ becomes: futureUser(USUAL) }));
  const becomes = "becomes" in user ? user.becomes : undefined;
  const policy = makePolicy([]);
  const kvm = deviceFacts("/dev/kvm");
  const opens = kvm.errno === 0;
  const { standalone } = Deno.build;
  return {
    program: VERSION,
    deno: { version: Deno.version.deno, inside: standalone },
    kernel: line("/proc/sys/kernel/osrelease"),
    processor: flagsOfProcessor(hostText("/proc/cpuinfo")),
    kvm,
    survey: opens ? surveyOf("/dev/kvm") : undefined,
    machine: opens ? refusalOf(tryMachine) : undefined,
    tun: deviceFacts("/dev/net/tun"),
    clocksource: line(
      "/sys/devices/system/clocksource/clocksource0/current_clocksource",
    ),
    hugePages: chosen(line("/sys/kernel/mm/transparent_hugepage/enabled")),
    sealing: sealRefusals(policy, becomes),
    filterActions: line("/proc/sys/kernel/seccomp/actions_avail")?.split(" "),
    landlockAbi: landlockAbi(),
    euid: effectiveUser(),
    user,
    layers: foresee(policy, USUAL, becomes).layers,
    strict: refusalOf(() => prepareStrictStart({ level: "strict" }, mainModule())),
    userNamespaces: numberOf(line("/proc/sys/user/max_user_namespaces")),
    limits: {
      descriptors: softLimit("NOFILE"),
      addresses: softLimit("AS"),
      locked: softLimit("MEMLOCK"),
    },
  };
}

/** The first line of a file of the kernel's. */
function line(path: string): string | undefined {
  return hostText(path)?.split("\n")[0];
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9]+$/.test(text) ? Number(text) : undefined;
}

/** Which of several it is: the kernel puts that in brackets. */
function chosen(text: string | undefined): string | undefined {
  return /\[([^\]]+)\]/.exec(text ?? "")?.[1];
}

function flagsOfProcessor(text: string | undefined): string[] | undefined {
  return /^flags\s*:\s*(.+)$/m.exec(text ?? "")?.[1]?.split(" ");
}

function deviceFacts(path: string): DeviceFacts {
  const owner = ownerOf(path);
  const group = owner === undefined ? undefined : groupName(owner.gid);
  try {
    closeFile(openFile(path, "read-write"));
    return { errno: 0, owner, group };
  } catch (error) {
    if (error instanceof SystemCallError) return { errno: error.errno, owner, group };
    throw error;
  }
}

/** A group's name (man 5 group). */
function groupName(gid: number): string | undefined {
  const lines = (hostText("/etc/group") ?? "").split("\n").map((each) => each.split(":"));
  return lines.find(([, , number]) => number === String(gid))?.[0];
}

function surveyOf(path: string): KvmSurvey | undefined {
  const descriptor = openFile(path, "read-write");
  try {
    return surveyKvm(descriptor);
  } catch (error) {
    // Something else of this name: making a machine says what.
    if (error instanceof SystemCallError) return undefined;
    throw error;
  } finally {
    closeFile(descriptor);
  }
}

/** Makes the virtual machine of a guest that asks for nothing, and gives it back. */
function tryMachine(): void {
  createKvmMachine(DEFAULT_MEMORY_MEBIBYTES * MEBIBYTE).close();
}

function attempt<T>(action: () => T): T | Refusal {
  try {
    return action();
  } catch (error) {
    if (error instanceof OperatorError) return error;
    if (error instanceof SystemCallError) {
      const { object: thing, problem } = error;
      return { thing, problem, remedy: "look at the host" };
    }
    throw error;
  }
}

function refusalOf(action: () => unknown): Refusal | undefined {
  return attempt(() => void action()) ?? undefined;
}
