/**
 * The layers of the seal, in the order in which they are put on: each says what
 * this host lets it be, and puts itself on.
 *
 * @module
 */
import { enterEmptyRoot } from "../../ffi/empty_root.ts";
import { Errno, SystemCallError } from "../../ffi/errno.ts";
import { becomeUser, type UserIds } from "../../ffi/identity.ts";
import { denyAll, reachesAllThreads } from "../../ffi/landlock.ts";
import { LandlockRight } from "../../ffi/linux/landlock.ts";
import { Capability } from "../../ffi/linux/privileges.ts";
import {
  type CapabilitySets,
  closeAllBut,
  dropBoundingSet,
  dropCapabilities,
  haveCapabilities,
  leaveMountNamespace,
  lowerLimit,
  setNoNewPrivileges,
  setUndumpable,
} from "../../ffi/rights.ts";
import type { StrictStart } from "../contract/sandbox.ts";
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
  /** The threads; none where that cannot be known. */
  readonly threads: readonly number[];
  /** The kernel's Landlock; 0 where there is none. */
  readonly landlockAbi: number;
  /** What was done before the program started; undefined where nothing was. */
  readonly started: StrictStart | undefined;
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

/** Why a layer that only bounds privileges can be left as it is. */
const INERT = "no thread has a capability, or can get one by execve";

/** Why there is no Landlock. */
export const NO_LANDLOCK = "this kernel has none";

/** What Landlock of a version keeps from a thread (kernel documentation, landlock). */
function describeLandlock(abi: number): string {
  return abi >= 6
    ? "no path, port or neighbour"
    : abi >= 4
    ? "no path or port"
    : "no path";
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
    name: "root folder",
    optional: true,
    foresee: (situation) => {
      const { started } = situation;
      if (started?.ownRoot) return whole("one with the runtime's own files only");
      if (started) {
        return whole("the host's, of which Landlock leaves no thread anything");
      }
      return has(situation, "SYS_CHROOT")
        ? whole("empty")
        : { reach: "missing", detail: "it takes CAP_SYS_CHROOT" };
    },
    apply: ({ started }) => {
      if (!started) enterEmptyRoot();
    },
  },
  {
    name: "mount namespace",
    optional: true,
    foresee: (situation) => {
      const { started } = situation;
      if (started?.ownRoot) return whole("its own");
      if (started) return whole(`the host's, inert: ${INERT}`);
      return has(situation, "SYS_ADMIN")
        ? { reach: "partial", detail: "its own" }
        : { reach: "missing", detail: "it takes CAP_SYS_ADMIN" };
    },
    apply: ({ started }) => {
      if (!started) leaveMountNamespace();
    },
  },
  {
    name: "bounding set",
    optional: true,
    foresee: (situation) => {
      if (!situation.bounded) return whole("empty");
      if (situation.started) return whole(`as it was, inert: ${INERT}`);
      return has(situation, "SETPCAP")
        ? { reach: "partial", detail: "empty" }
        : { reach: "missing", detail: "it takes CAP_SETPCAP" };
    },
    apply: ({ bounded, started }) => {
      if (bounded && !started) dropBoundingSet();
    },
  },
  {
    name: "no new privileges",
    // The filter takes it to the other threads.
    foresee: () => whole("execve would grant nothing"),
    apply: setNoNewPrivileges,
  },
  {
    name: "user",
    remedy:
      "start it as a user that is not root, or with CAP_SETUID, CAP_SETGID and a user namespace that has this user (solo5 run: or give --user=UID:GID, or --sandbox=strict)",
    foresee: ({ euid, user, started }) => {
      if (user) return whole(`uid ${user.uid}, gid ${user.gid}`);
      if (started?.alone) return whole("uid 0, whom its user namespace has alone");
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
    apply: ({ threads }) => {
      dropCapabilities();
      // The C library reaches the others by a signal, and takes its word for it.
      if (haveCapabilities(threads)) {
        throw new SystemCallError("setresuid", "another thread", Errno.EPERM);
      }
    },
  },
  {
    name: "Landlock",
    optional: true,
    foresee: ({ landlockAbi: abi, started }) => {
      if (abi === 0) return { reach: "missing", detail: NO_LANDLOCK };
      if (started) {
        return whole(
          `no path but to read the runtime's own files, no port or neighbour (ABI ${abi}); in the guest's thread no path at all`,
        );
      }
      return {
        reach: reachesAllThreads(abi) ? "whole" : "partial",
        detail: `${describeLandlock(abi)} (ABI ${abi})`,
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
    name: "limits",
    foresee: ({ policy, limitFiles }) => {
      const files = limitFiles
        ? `RLIMIT_FSIZE ${policy.fileBytes}`
        : "no RLIMIT_FSIZE, as an output is a file";
      return whole(
        `RLIMIT_NOFILE ${policy.descriptors.length}, RLIMIT_CORE 0, ${files}`,
      );
    },
    apply: ({ policy, limitFiles }) => {
      lowerLimit("CORE", 0);
      lowerLimit("NOFILE", policy.descriptors.length);
      if (limitFiles) {
        lowerLimit("FSIZE", policy.fileBytes);
      }
    },
  },
  {
    name: "not dumpable",
    foresee: () => whole("only root can trace it or read its memory"),
    apply: setUndumpable,
  },
];
