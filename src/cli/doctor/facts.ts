/**
 * What `solo5 doctor` wants to know of a host, as data.
 *
 * @module
 */
import type { UserIds } from "../../../ffi/identity.ts";
import type { FileOwner } from "../../../ffi/file_kind.ts";
import type { KvmSurvey } from "../../hypervisor/kvm/survey.ts";
import type { Layer } from "../../sandbox/layers.ts";
import type { Refusal } from "../findings.ts";

/** A device that the tender opens. */
export interface DeviceFacts {
  /** Why it cannot be opened for reading and writing: an errno, or 0. */
  readonly errno: number;
  /** Whose it is; undefined where it is not there. */
  readonly owner: FileOwner | undefined;
  /** The name of its group, where the host has one. */
  readonly group: string | undefined;
}

/** A limit of this process; undefined where there is none. */
export type Limit = number | undefined;

/** A host with Linux, as a tender of this user finds it. */
export interface HostFacts {
  /** The version of this program. */
  readonly program: string;
  /** Deno's, and whether it is in the program, which then cannot have another. */
  readonly deno: { readonly version: string; readonly inside: boolean };
  /** The kernel's release: `6.12.9-amd64`; undefined where it does not say. */
  readonly kernel: string | undefined;
  /** `flags` of the first processor (man 5 proc_cpuinfo); undefined likewise. */
  readonly processor: readonly string[] | undefined;
  /** `/dev/kvm`. */
  readonly kvm: DeviceFacts;
  /** What it can do; undefined where it cannot be opened. */
  readonly survey: KvmSurvey | undefined;
  /** Why no virtual machine of the usual size can be made, where that is so. */
  readonly machine: Refusal | undefined;
  /** `/dev/net/tun`. */
  readonly tun: DeviceFacts;
  /** How the kernel measures time: `tsc`; undefined where it does not say. */
  readonly clocksource: string | undefined;
  /** When memory comes in large pages: `always`, `madvise`, `never`. */
  readonly hugePages: string | undefined;
  /** What keeps a guest from being sealed as much as it has to be. */
  readonly sealing: readonly Refusal[];
  /** What a filter can do: `kill_process`, …; undefined where it does not say. */
  readonly filterActions: readonly string[] | undefined;
  /** The kernel's Landlock; 0 where there is none. */
  readonly landlockAbi: number;
  /** Who it is, in effect. */
  readonly euid: number;
  /** Whom a tender becomes, or why it cannot be sealed. */
  readonly user: { readonly becomes: UserIds | undefined } | Refusal;
  /** The layers of a seal that asks for as much as there is. */
  readonly layers: readonly Layer[];
  /** Why `--sandbox=strict` cannot be had, where that is so. */
  readonly strict: Refusal | undefined;
  /** How many user namespaces a user can make; undefined where it is not said. */
  readonly userNamespaces: number | undefined;
  /** Descriptors, bytes of addresses, bytes of locked memory. */
  readonly limits: {
    readonly descriptors: Limit;
    readonly addresses: Limit;
    readonly locked: Limit;
  };
}
