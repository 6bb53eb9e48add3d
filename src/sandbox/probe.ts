/**
 * Trying what the seal cannot do without, in ways that change nothing.
 *
 * @module
 */
import { Errno, lastErrno, SystemCallError } from "../../ffi/errno.ts";
import type { UserIds } from "../../ffi/identity.ts";
import { Capability, Prctl } from "../../ffi/linux/privileges.ts";
import { SockFilter } from "../../ffi/linux/seccomp.ts";
import { textOfProcess } from "../../ffi/process.ts";
import { capabilitySets, softLimit, withoutCapabilities } from "../../ffi/rights.ts";
import { filterRefusal } from "../../ffi/seccomp.ts";
import { systemCall, trySystemCall } from "../../ffi/system_call.ts";
import { OperatorError } from "../errors.ts";
import { LAYER_STEPS, type LayerStep } from "./layers.ts";
import type { Policy } from "./policy.ts";
import { hasId } from "./runtime_files.ts";
import { attempt } from "./seal.ts";

/** How messages call the process. */
const SELF = "this process";

/** Descriptors that nothing has: the first, and the last there could be. */
const NO_DESCRIPTORS = [0xffff_fff0, 0xffff_ffff] as const;

/**
 * Tries what a guest is not started without.
 *
 * @param user whom the process is to become
 * @returns what {@link seal} would refuse with, in its order
 */
export function sealRefusals(
  { filter }: Pick<Policy, "filter">,
  user: UserIds | undefined,
): OperatorError[] {
  const filterBytes = filter.length * SockFilter.size;
  const probes: readonly (readonly [layer: string, probe: () => void])[] = [
    ["descriptors", () => systemCall("close_range", SELF, ...NO_DESCRIPTORS, 0)],
    ["no new privileges", () => systemCall("prctl", SELF, Prctl.GET_NO_NEW_PRIVS)],
    ["user", () => user && tryUser(user)],
    ["capabilities", () => withoutCapabilities(() => {})],
    ["capabilities", () => user && tryOtherThreads()],
    ["limits", () => softLimit("CORE")],
    ["system calls", () => tryFilter(filterBytes)],
  ];
  return probes.flatMap(([name, probe]) => {
    const step = LAYER_STEPS.find((each) => each.name === name) ?? { name };
    return refusalOf(step, probe);
  });
}

function refusalOf(
  step: Pick<LayerStep, "name" | "remedy">,
  probe: () => void,
): OperatorError[] {
  try {
    attempt(step, probe);
    return [];
  } catch (error) {
    if (error instanceof OperatorError) return [error];
    throw error;
  }
}

/** More groups than a process can have: `NGROUPS_MAX` and one. */
const TOO_MANY_GROUPS = 65537;

/** The user or group that leaves each as it is (man 2 setresuid). */
const AS_IT_IS = [-1, -1, -1] as const;

/** Comes to what becoming a user comes to, without becoming it. */
function tryUser({ uid, gid }: UserIds): void {
  const { effective } = capabilitySets();
  const group = `group ${gid}`, user = `user ${uid}`;
  // Rights are looked at before the number is.
  trySystemCall("setgroups", TOO_MANY_GROUPS, 0);
  const errno = lastErrno();
  if (errno !== Errno.EINVAL) throw new SystemCallError("setgroups", user, errno);
  systemCall("setresgid", group, ...AS_IT_IS);
  if (!knows("gid_map", gid)) throw new SystemCallError("setresgid", group, Errno.EINVAL);
  systemCall("setresuid", user, ...AS_IT_IS);
  if (!knows("uid_map", uid)) throw new SystemCallError("setresuid", user, Errno.EINVAL);
  if ((effective >> BigInt(Capability.SETUID) & 1n) === 0n) {
    throw new SystemCallError("setresuid", user, Errno.EPERM);
  }
}

/** The C library has the other threads follow by a signal. */
function tryOtherThreads(): void {
  const own = [trySystemCall("getpid"), trySystemCall("gettid")] as const;
  if (trySystemCall("tgkill", ...own, 0) < 0) {
    throw new SystemCallError("setresuid", "another thread", Errno.EPERM);
  }
}

/** Whether this user namespace has an id; where it is not said it is believed to. */
function knows(map: string, id: number): boolean {
  const text = textOf(map);
  return text === undefined || hasId(text, id);
}

/** A text that the kernel has of this process. */
function textOf(name: string): string | undefined {
  try {
    return textOfProcess(name);
  } catch (error) {
    if (error instanceof SystemCallError) return undefined;
    throw error;
  }
}

function tryFilter(bytes: number): void {
  const errno = filterRefusal();
  if (errno !== 0) throw new SystemCallError("seccomp", `${bytes} bytes`, errno);
}
