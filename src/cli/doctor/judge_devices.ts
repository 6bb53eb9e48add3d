/**
 * What the facts of processor, KVM and taps mean for guests. Pure.
 *
 * @module
 */
import { describeErrno, Errno } from "../../../ffi/errno.ts";
import { KVM_API_VERSION } from "../../../ffi/linux/kvm.ts";
import { REQUIRED } from "../../hypervisor/kvm/kvm.ts";
import type { KvmSurvey } from "../../hypervisor/kvm/survey.ts";
import { type Finding, findingOf } from "../findings.ts";
import type { DeviceFacts, HostFacts } from "./facts.ts";

/** What a guest runs without, and what is lost then. */
const HELPFUL: Readonly<Partial<Record<keyof KvmSurvey["capabilities"], string>>> = {
  X86_MSR_FILTER: "guests can use every register of the processor that KVM emulates",
  ENFORCE_PV_FEATURE_CPUID: "KVM answers its own hypercalls to guests that make them",
  IOEVENTFD: "the network ring costs an exit for each kick",
  SET_GUEST_DEBUG: "--gdb has no hardware breakpoints",
};

/** Read and write permission of a group, and of everybody. */
const GROUP_RIGHTS = 0o060, OTHERS_RIGHTS = 0o006;

/** Judges processor, KVM and the device of taps. */
export function judgeDevices(facts: HostFacts): Finding[] {
  return [
    judgeProcessor(facts),
    judgeKvmDevice(facts.kvm),
    ...facts.survey === undefined ? [] : judgeSurvey(facts.survey),
    ...judgeMachine(facts),
    judgeTun(facts.tun),
  ];
}

/** Whether the processor helps, and whether somebody stands between. */
function judgeProcessor({ processor, kvm }: HostFacts): Finding {
  const thing = "processor";
  const says = (what: string, remedy?: string): Finding =>
    remedy === undefined
      ? { verdict: "ok", thing, says: what }
      : { verdict: "warning", thing, says: what, remedy };
  if (processor === undefined) {
    return says("its features cannot be read", "mount /proc");
  }
  const extension = ["vmx", "svm"].find((flag) => processor.includes(flag));
  if (!processor.includes("hypervisor")) {
    return extension === undefined
      ? says("has no virtualization", "turn it on in the host's firmware")
      : says(`virtualizes (${extension}), with no other hypervisor below`);
  }
  if (extension !== undefined) {
    return says(
      `virtualizes (${extension}), nested in another hypervisor: exits cost more`,
      "use a host of metal where that matters",
    );
  }
  return kvm.owner === undefined
    ? says(
      "is a virtual machine's, without virtualization of its own",
      "turn on nested virtualization for this virtual machine",
    )
    : says(
      "is a virtual machine's; KVM is paravirtual or emulates: guests are slower",
      "turn on nested virtualization for this virtual machine",
    );
}

function judgeKvmDevice({ errno, owner, group }: DeviceFacts): Finding {
  const thing = "/dev/kvm";
  if (errno === 0) {
    return { verdict: "ok", thing, says: "opens for reading and writing" };
  }
  const refuse = (remedy: string, command?: string): Finding => ({
    verdict: "missing",
    thing,
    says: `open: ${describeErrno(errno)}`,
    remedy,
    ...command !== undefined && { command },
  });
  switch (errno) {
    case Errno.ENOENT:
      return refuse(
        "load the kernel's module, on a host whose processor can virtualize",
        "sudo modprobe kvm_intel || sudo modprobe kvm_amd",
      );
    case Errno.ENODEV:
    case Errno.ENXIO:
      return refuse(
        "turn on virtualization in the host's firmware, and load the kernel's module",
        "sudo modprobe kvm_intel || sudo modprobe kvm_amd",
      );
    case Errno.EACCES: {
      // Root's own group is no way to one device.
      const shared = owner !== undefined && owner.gid !== 0 &&
        (owner.rights & GROUP_RIGHTS) === GROUP_RIGHTS;
      return shared
        ? refuse(
          "become a member of its group, and log in again",
          `sudo usermod -aG ${group ?? owner.gid} "$USER"`,
        )
        : refuse(
          "give it to a group, of which you are a member",
          "sudo chgrp kvm /dev/kvm && sudo chmod 660 /dev/kvm",
        );
    }
    default:
      return refuse("let this container or service use the device");
  }
}

function judgeSurvey({ apiVersion, capabilities }: KvmSurvey): Finding[] {
  const api: Finding = {
    verdict: apiVersion === KVM_API_VERSION ? "ok" : "missing",
    thing: "KVM's interface",
    says: `version ${apiVersion}`,
    ...apiVersion !== KVM_API_VERSION && { remedy: `it takes ${KVM_API_VERSION}` },
  };
  const names = REQUIRED.map((name) => `KVM_CAP_${name}`);
  const lacking = REQUIRED.filter((name) => capabilities[name] <= 0);
  const needed: Finding = lacking.length === 0
    ? {
      verdict: "ok",
      thing: "KVM's capabilities",
      says: names.join(", "),
    }
    : {
      verdict: "missing",
      thing: "KVM's capabilities",
      says: `without ${lacking.map((name) => `KVM_CAP_${name}`).join(", ")}`,
      remedy: "use a newer Linux kernel, or a host with a stable time stamp counter",
    };
  const helpful = Object.entries(HELPFUL).map(([name, loss]): Finding => {
    const has = capabilities[name as keyof typeof capabilities] > 0;
    const thing = `KVM_CAP_${name}`;
    return has ? { verdict: "ok", thing, says: "is there" } : {
      verdict: "warning",
      thing,
      says: `is not there: ${loss}`,
      remedy: "use a newer Linux kernel",
    };
  });
  return [api, needed, ...helpful];
}

/** Says what making a virtual machine came to, where it could be tried. */
function judgeMachine({ kvm, machine }: HostFacts): Finding[] {
  if (kvm.errno !== 0) return [];
  return [
    machine === undefined
      ? { verdict: "ok", thing: "virtual machine", says: "can be made" }
      : findingOf(machine, "missing"),
  ];
}

function judgeTun({ errno, owner }: DeviceFacts): Finding {
  const thing = "/dev/net/tun";
  if (errno === 0) return { verdict: "ok", thing, says: "opens: taps can be used" };
  const refuse = (remedy: string, command?: string): Finding => ({
    verdict: "warning",
    thing,
    says: `open: ${describeErrno(errno)}: guests with a network cannot run`,
    remedy,
    ...command !== undefined && { command },
  });
  if (errno === Errno.ENOENT || errno === Errno.ENODEV) {
    return refuse("load the kernel's module", "sudo modprobe tun");
  }
  // The kernel itself asks who may use a tap.
  return errno === Errno.EACCES && owner !== undefined &&
      (owner.rights & OTHERS_RIGHTS) !== OTHERS_RIGHTS
    ? refuse("let every user open it", "sudo chmod 666 /dev/net/tun")
    : refuse("let this container or service use the device");
}
