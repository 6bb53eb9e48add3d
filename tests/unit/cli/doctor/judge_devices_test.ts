import { Errno } from "../../../../ffi/errno.ts";
import type { HostFacts } from "../../../../src/cli/doctor/facts.ts";
import { GOOD, judgeTests, REFUSAL } from "../../../support/host_facts.ts";

function without(
  ...capabilities: (keyof NonNullable<HostFacts["survey"]>["capabilities"])[]
) {
  const zeros = Object.fromEntries(capabilities.map((name) => [name, 0]));
  const all = { ...GOOD.survey!.capabilities, ...zeros };
  return { survey: { apiVersion: 12, capabilities: all } };
}

function kvm(errno: number, owner?: HostFacts["kvm"]["owner"], group?: string) {
  return { kvm: { errno, owner, group }, survey: undefined };
}

judgeTests([
  [
    "the processor is nested",
    { processor: ["svm", "hypervisor", "constant_tsc", "nonstop_tsc"] },
    "warning",
    "processor",
    /\(svm\), nested/,
  ],
  [
    "KVM works without the processor's help",
    { processor: ["hypervisor", "constant_tsc", "nonstop_tsc"] },
    "warning",
    "processor",
    /paravirtual or emulates/,
  ],
  [
    "a virtual machine cannot nest",
    { processor: ["hypervisor"], ...kvm(Errno.ENOENT) },
    "warning",
    "processor",
    /turn on nested virtualization/,
  ],
  [
    "the processor cannot virtualize",
    { processor: ["fpu"] },
    "warning",
    "processor",
    /firmware/,
  ],
  [
    "nothing is said of the processor",
    { processor: undefined },
    "warning",
    "processor",
    /proc/,
  ],
  [
    "/dev/kvm is not there",
    kvm(Errno.ENOENT),
    "missing",
    "/dev/kvm",
    /ENOENT .*: sudo modprobe kvm_intel/,
  ],
  ["virtualization is off", kvm(Errno.ENODEV), "missing", "/dev/kvm", /firmware/],
  [
    "/dev/kvm is another group's",
    kvm(Errno.EACCES, { uid: 0, gid: 104, rights: 0o660 }, "virt"),
    "missing",
    "/dev/kvm",
    /: sudo usermod -aG virt "\$USER"/,
  ],
  [
    "the group of /dev/kvm has no name",
    kvm(Errno.EACCES, { uid: 0, gid: 104, rights: 0o660 }),
    "missing",
    "/dev/kvm",
    /: sudo usermod -aG 104 "\$USER"/,
  ],
  [
    "no group may use /dev/kvm",
    kvm(Errno.EACCES, { uid: 0, gid: 104, rights: 0o600 }, "kvm"),
    "missing",
    "/dev/kvm",
    /: sudo chgrp kvm \/dev\/kvm && sudo chmod 660 \/dev\/kvm/,
  ],
  [
    "/dev/kvm is root's group's",
    kvm(Errno.EACCES, { uid: 0, gid: 0, rights: 0o660 }, "root"),
    "missing",
    "/dev/kvm",
    /chgrp kvm/,
  ],
  [
    "a container may not use /dev/kvm",
    kvm(Errno.EPERM),
    "missing",
    "/dev/kvm",
    /container/,
  ],
  [
    "KVM's interface is another",
    { survey: { ...GOOD.survey!, apiVersion: 13 } },
    "missing",
    "KVM's interface",
    /13; it takes 12/,
  ],
  [
    "KVM lacks what guests need",
    without("SYNC_REGS"),
    "missing",
    "KVM's capabilities",
    /without KVM_CAP_SYNC_REGS;/,
  ],
  [
    "KVM lacks what the ring is good for",
    without("IOEVENTFD"),
    "warning",
    "KVM_CAP_IOEVENTFD",
    /ring/,
  ],
  [
    "no virtual machine can be made",
    { machine: REFUSAL },
    "missing",
    "X",
    /cannot; mend it/,
  ],
  [
    "there are no taps",
    { tun: { errno: Errno.ENOENT, owner: undefined, group: undefined } },
    "warning",
    "/dev/net/tun",
    /: sudo modprobe tun/,
  ],
  [
    "taps are root's alone",
    {
      tun: { ...GOOD.tun, errno: Errno.EACCES, owner: { uid: 0, gid: 0, rights: 0o600 } },
    },
    "warning",
    "/dev/net/tun",
    /: sudo chmod 666/,
  ],
]);
