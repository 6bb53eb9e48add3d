/**
 * Words for the numbers of an image. Pure.
 *
 * @module
 */
import { ABI_VERSIONS, targetName } from "../../image/abi.ts";
import type { Inspection } from "../../image/inspection.ts";

/** What each of Solo5's targets runs on. */
const TARGETS: Readonly<Record<string, string>> = {
  hvt: "run by this program",
  spt: "for a Linux process, run by solo5-spt; this program does not run it",
  virtio:
    "for virtual machines with virtio devices (QEMU, clouds); this program does not run it",
  muen: "for the Muen separation kernel; this program does not run it",
  genode: "for the Genode framework; this program does not run it",
  xen: "for Xen, as a PVH guest; this program does not run it",
};

/** The target hvt, the one that tenders on a hypervisor run. */
export const HVT = 1;

/** `e_machine` (System V gABI 4). */
const MACHINES: Readonly<Record<number, string>> = {
  21: "ppc64",
  62: "x86_64",
  183: "aarch64",
  243: "riscv64",
};

/** `e_type` (System V gABI 4). */
const LINKAGE: Readonly<Record<number, string>> = {
  2: "fixed",
  3: "position-independent",
};

/** The name of the machine that an image is for; undefined where it is no known one. */
export function machineName(machine: number): string | undefined {
  return MACHINES[machine];
}

/** How an image is linked. */
export function linkageName(elfType: number): string {
  return LINKAGE[elfType] ?? "other";
}

/** Target and ABI version, in a few words: `hvt 2`. */
export function shortTarget({ abi }: Inspection): string {
  if (abi === undefined) return "?";
  return `${targetName(abi.target) ?? `(${abi.target})`} ${abi.version}`;
}

/** Target and ABI version, and what they mean. */
export function longTarget({ abi }: Inspection): string {
  if (abi === undefined) return "cannot be read";
  const name = targetName(abi.target);
  const version = `ABI version ${abi.version}`;
  if (name === undefined) return `unknown (${abi.target}), ${version}`;
  const known = name === "hvt"
    ? ABI_VERSIONS.find((each) => each.version === abi.version)
    : undefined;
  const releases = known === undefined ? "" : ` (Solo5 ${known.releases})`;
  return `${name}, ${version}${releases}: ${
    name === "hvt" && known === undefined
      ? "a version that this program does not know"
      : TARGETS[name]
  }`;
}
