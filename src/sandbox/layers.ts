/**
 * The layers of the seal, in the order in which they are put on: each says what
 * this host lets it be, and puts itself on.
 *
 * @module
 */
import { enterEmptyRoot } from "../../ffi/empty_root.ts";
import { becomeUser, type UserIds } from "../../ffi/identity.ts";
import { denyAll, reachesAllThreads } from "../../ffi/landlock.ts";
import { LandlockRight } from "../../ffi/linux/landlock.ts";
import { Capability } from "../../ffi/linux/privileges.ts";
import {
  type CapabilitySets,
  closeAllBut,
  dropBoundingSet,
  dropCapabilities,
  leaveMountNamespace,
  lowerLimit,
  setNoNewPrivileges,
  setUndumpable,
} from "../../ffi/rights.ts";
import type { Policy } from "./policy.ts";

/** How far a layer reaches. */
export type Reach =
  /** It holds in every thread of the process. */
  | "whole"
  /** It holds in the thread that runs the guest. */
  | "partial"
  /** This kernel, or this user, does not have it. */
  | "missing";

/** A layer, and what it is on this host. */
export interface Layer {
  /** Its name. */
  readonly name: string;
  /** How far it reaches. */
  readonly reach: Reach;
  /** What it does, or why it is missing. */
  readonly detail: string;
}

/** The process before the seal, and what it is to become. */
export interface Situation {
  /** What it may do afterwards. */
  readonly policy: Policy;
  /** Its capabilities. */
  readonly capabilities: CapabilitySets;
  /** Whether its bounding set has anything in it. */
  readonly bounded: boolean;
  /** Whose it is. */
  readonly euid: number;
  /** Whose it becomes; undefined where it stays who it is. */
  readonly user: UserIds | undefined;
  /** The kernel's Landlock; 0 where there is none. */
  readonly landlockAbi: number;
  /** Whether the length of files can be limited: no stream is one. */
  readonly limitFiles: boolean;
}

/** A layer that can be put on. */
export interface LayerStep {
  /** Its name. */
  readonly name: string;
  /** What it will be. */
  foresee(situation: Situation): Omit<Layer, "name">;
  /** Whether a guest may run without it, where only as much as possible is asked for. */
  readonly optional?: boolean;
  /** The way out where it cannot be put on. */
  readonly remedy?: string;
  /** Puts it on, where it is not missing. */
  apply(situation: Situation): void;
}

function has({ capabilities }: Situation, name: keyof typeof Capability): boolean {
  return (capabilities.effective >> BigInt(Capability[name]) & 1n) === 1n;
}

function whole(detail: string): Omit<Layer, "name"> {
  return { reach: "whole", detail };
}

/** Everything but the filter, which is the last. */
export const LAYER_STEPS: readonly LayerStep[] = [
  {
    name: "descriptors",
    foresee: ({ policy }) =>
      whole(
        `open: ${
          policy.descriptors.map(({ descriptor, name }) => `${descriptor} ${name}`)
            .join(", ")
        }`,
      ),
    apply: ({ policy }) =>
      closeAllBut(policy.descriptors.map(({ descriptor }) => descriptor)),
  },
  {
    name: "limits",
    foresee: ({ policy, limitFiles }) => {
      const files = limitFiles && Number.isFinite(policy.fileBytes)
        ? `RLIMIT_FSIZE ${policy.fileBytes}`
        : "no RLIMIT_FSIZE, as an output is a file, or may grow";
      return whole(
        `RLIMIT_NOFILE ${policy.descriptors.length}, RLIMIT_CORE 0, ${files}`,
      );
    },
    apply: ({ policy, limitFiles }) => {
      lowerLimit("CORE", 0);
      lowerLimit("NOFILE", policy.descriptors.length);
      if (limitFiles && Number.isFinite(policy.fileBytes)) {
        lowerLimit("FSIZE", policy.fileBytes);
      }
    },
  },
  {
    name: "root folder",
    optional: true,
    foresee: (situation) =>
      has(situation, "SYS_CHROOT")
        ? whole("empty, and removed")
        : { reach: "missing", detail: "it takes CAP_SYS_CHROOT" },
    apply: enterEmptyRoot,
  },
  {
    name: "mount namespace",
    optional: true,
    foresee: (situation) =>
      has(situation, "SYS_ADMIN")
        ? { reach: "partial", detail: "its own" }
        : { reach: "missing", detail: "it takes CAP_SYS_ADMIN" },
    apply: leaveMountNamespace,
  },
  {
    name: "bounding set",
    optional: true,
    foresee: (situation) => {
      if (!situation.bounded) return whole("empty");
      return has(situation, "SETPCAP")
        ? { reach: "partial", detail: "empty" }
        : { reach: "missing", detail: "it takes CAP_SETPCAP" };
    },
    apply: ({ bounded }) => {
      if (bounded) dropBoundingSet();
    },
  },
  {
    name: "no new privileges",
    // The filter takes it to the other threads.
    foresee: () => whole("execve would grant nothing"),
    apply: setNoNewPrivileges,
  },
  {
    name: "Landlock",
    optional: true,
    foresee: ({ landlockAbi: abi }) => {
      if (abi === 0) return { reach: "missing", detail: "this kernel has none" };
      return {
        reach: reachesAllThreads(abi) ? "whole" : "partial",
        detail: `no path, port or neighbour (ABI ${abi})`,
      };
    },
    apply: ({ landlockAbi, policy }) => {
      const { MAKE_REG, REMOVE_FILE, REFER } = LandlockRight;
      const rights = MAKE_REG | REMOVE_FILE | REFER;
      const rules = policy.directories.map((descriptor) => ({ descriptor, rights }));
      denyAll(landlockAbi, rules);
    },
  },
  {
    name: "user",
    remedy: "give a --user=UID:GID that this user namespace has, or --sandbox=strict",
    foresee: ({ euid, user }) => {
      if (user) return whole(`uid ${user.uid}, gid ${user.gid}`);
      return euid !== 0 ? whole(`uid ${euid}, as it was`) : {
        reach: "missing",
        detail: "root without capabilities cannot become another user",
      };
    },
    apply: ({ user }) => {
      if (user) becomeUser(user);
    },
  },
  {
    name: "capabilities",
    foresee: () => whole("none"),
    apply: dropCapabilities,
  },
  {
    name: "not dumpable",
    foresee: () => whole("only root can trace it or read its memory"),
    apply: setUndumpable,
  },
];
