/**
 * The other start of `--sandbox=strict`: what only reaches the thread that asks
 * for it (mount namespace, bounding set, Landlock) is put on in one thread, which
 * then executes the program anew, so that every thread there will be has it.
 *
 * @module
 */
import { currentFolder, enterRootOf } from "../../ffi/small_root.ts";
import { environmentVariable } from "../../ffi/environment.ts";
import { Errno, SystemCallError } from "../../ffi/errno.ts";
import { execute, openExecute, ownProgram, setVariable } from "../../ffi/execute.ts";
import { isFolder } from "../../ffi/file_kind.ts";
import { closeFile, openFile } from "../../ffi/files.ts";
import { becomeUser, type UserIds } from "../../ffi/identity.ts";
import { denyAll, landlockAbi } from "../../ffi/landlock.ts";
import { LandlockRight } from "../../ffi/linux/landlock.ts";
import { Capability } from "../../ffi/linux/privileges.ts";
import { textOfProcess } from "../../ffi/process.ts";
import {
  capabilitySets,
  dropBoundingSet,
  dropCapabilities,
  effectiveUser,
  leaveMountNamespace,
  setNoNewPrivileges,
  setUndumpable,
} from "../../ffi/rights.ts";
import type { SandboxRequest, StrictStart } from "../contract/sandbox.ts";
import { OperatorError } from "../errors.ts";
import { type Layer, NO_LANDLOCK } from "./layers.ts";
import {
  cacheFolder,
  hasId,
  rootPaths,
  type RuntimeFile,
  runtimeFiles,
} from "./runtime_files.ts";
import { attempt, lookUp, requireAll } from "./seal.ts";
import { DEFAULT_USER } from "./user.ts";

/** A start that is ready to happen. */
export interface NextStart {
  /** What is going to hold in every thread. */
  readonly started: StrictStart;
  /**
   * Gives up everything but open descriptors, and executes this program. Does
   * not return.
   *
   * @param words its command line
   * @throws {OperatorError} when the kernel refuses; this process can then only end
   */
  go(words: readonly Uint8Array[]): never;
}

/** What the layers of root take. */
const NEEDED = [
  ["root folder", "SYS_CHROOT"],
  ["mount namespace", "SYS_ADMIN"],
  ["bounding set", "SETPCAP"],
  ["user", "SETUID"],
  ["user", "SETGID"],
] as const;

/**
 * Prepares another start. Changes nothing.
 *
 * @param module the first module, as a path; undefined in a compiled program
 * @throws {OperatorError} where a layer would be missing, or the user cannot be had
 */
export function prepareStrictStart(
  request: SandboxRequest,
  module: string | undefined,
): NextStart {
  const { effective } = capabilitySets();
  const has = (name: keyof typeof Capability) =>
    (effective >> BigInt(Capability[name]) & 1n) === 1n;
  const root = effectiveUser() === 0;
  const abi = landlockAbi();
  const missing: Layer[] = [];
  const miss = (name: string, detail: string) =>
    missing.push({ name, reach: "missing", detail });
  if (root) {
    for (const [name, capability] of NEEDED) {
      if (!has(capability)) miss(name, `it takes CAP_${capability}`);
    }
  }
  if (abi === 0) miss("Landlock", NO_LANDLOCK);
  requireAll(missing);
  if (!root && request.user !== undefined) {
    throw new OperatorError(
      `--user=${request.user}`,
      "only root, with its capabilities, can become another user",
      "leave it out, or start the tender as root",
    );
  }
  const user = root ? nextUser(request) : undefined;
  const program = ownProgram();
  if (program === undefined) {
    throw new OperatorError("/proc", "is missing", "mount it for --sandbox=strict");
  }
  const current = currentFolder();
  const cache = module === undefined
    ? undefined
    : cacheFolder(environmentVariable, current);
  const maps = textOfProcess("maps");
  const files = runtimeFiles({ maps, module, cache });
  openExecute();
  const go = (words: readonly Uint8Array[]): never => {
    const rules = openAll(files);
    if (root) {
      const paths = openAll(rootPaths(files).map((path) => ({ path, use: "read" })));
      attempt({ name: "mount namespace" }, leaveMountNamespace);
      attempt({ name: "root folder" }, () => enterRootOf(paths, current));
    }
    if (has("SETPCAP")) attempt({ name: "bounding set" }, dropBoundingSet);
    attempt({ name: "no new privileges" }, setNoNewPrivileges);
    attempt({ name: "Landlock" }, () => denyAll(abi, rules));
    if (user) attempt({ name: "user" }, () => becomeUser(user));
    attempt({ name: "capabilities" }, dropCapabilities);
    if (module !== undefined && cache === undefined) {
      setVariable("DENO_DIR", "/dev/null/deno");
    }
    try {
      closeFile(openFile(module ?? program, "read"));
      return execute(program, words);
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      throw new OperatorError(
        error.object,
        error.problem,
        "let the user that the tender becomes read and run the program (--user), or give --sandbox=best-effort",
        error,
      );
    }
  };
  return { started: { ownRoot: root, alone: root && user === undefined }, go };
}

/** Whom root becomes; undefined where its user namespace has nobody else. */
function nextUser({ user: asked }: SandboxRequest): UserIds | undefined {
  const user = lookUp(asked ?? DEFAULT_USER);
  const known = hasId(textOfProcess("uid_map"), user.uid) &&
    hasId(textOfProcess("gid_map"), user.gid);
  if (known) return user;
  if (asked === undefined) return undefined;
  throw new OperatorError(
    `--user=${asked}`,
    "this user namespace does not have it",
    "give one that it has, or leave it out",
  );
}

interface OpenedFile {
  readonly path: string;
  readonly isFolder: boolean;
  readonly descriptor: number;
  readonly rights: number;
}

/** Opens those that exist. */
function openAll(files: readonly RuntimeFile[]): OpenedFile[] {
  const { EXECUTE, READ_DIR, READ_FILE } = LandlockRight;
  return files.flatMap(({ path, use }) => {
    try {
      const descriptor = openFile(path, "read");
      const folder = isFolder(descriptor);
      const rights = READ_FILE | (folder ? READ_DIR : 0) | (use === "run" ? EXECUTE : 0);
      return [{ path, isFolder: folder, descriptor, rights }];
    } catch (error) {
      if (error instanceof SystemCallError) return [];
      throw error;
    }
  });
}

/**
 * Makes sure that this process was started so, and closes it to others of its
 * user.
 *
 * @returns false where it was not
 */
export function isStrictlyStarted(): boolean {
  setUndumpable();
  try {
    closeFile(openFile("/", "read"));
    return false;
  } catch (error) {
    if (error instanceof SystemCallError) return error.errno === Errno.EACCES;
    throw error;
  }
}
