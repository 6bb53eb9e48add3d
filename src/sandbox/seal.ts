/**
 * Sealing: from here on this process can do nothing but run its guest.
 *
 * @module
 */
import { SystemCallError } from "../../ffi/errno.ts";
import { closeFile, openFile, readToEnd } from "../../ffi/files.ts";
import { landlockAbi } from "../../ffi/landlock.ts";
import {
  capabilitySets,
  effectiveUser,
  hasBoundingSet,
  keepsCapabilities,
} from "../../ffi/rights.ts";
import { threadIds } from "../../ffi/threads.ts";
import { SystemCallFilter } from "../../ffi/seccomp.ts";
import { isRegularFile } from "../../ffi/file_kind.ts";
import type { UserIds } from "../../ffi/identity.ts";
import type { SandboxRequest } from "../contract/sandbox.ts";
import { OperatorError } from "../errors.ts";
import { encode } from "./bpf.ts";
import { type Layer, LAYER_STEPS, type LayerStep, type Situation } from "./layers.ts";
import type { Policy } from "./policy.ts";
import { DEFAULT_USER, findUser } from "./user.ts";

/** What a seal consists of. */
export interface Seal {
  /** What the process may still do. */
  readonly policy: Policy;
  /** What holds it to that, in the order in which it was put on. */
  readonly layers: readonly Layer[];
}

const USERS = "/etc/passwd";

/** The most of the user database that is read, in bytes. */
const MOST_USERS_BYTES = 1 << 20;

/**
 * Whom this process is to become.
 *
 * @returns undefined where it stays who it is
 * @throws {OperatorError} where that cannot be, or capabilities would be left
 */
export function futureUser(request: SandboxRequest): UserIds | undefined {
  const { permitted, inheritable } = capabilitySets();
  if (inheritable !== 0n) throw leftOver("inheritable capabilities");
  const root = effectiveUser() === 0;
  if (root && permitted !== 0n) {
    if (keepsCapabilities()) throw leftOver("securebits that keep capabilities");
    const asked = request.user ?? DEFAULT_USER;
    return lookUp(asked);
  }
  if (!root && permitted !== 0n) throw leftOver("capabilities without being root's");
  if (request.user !== undefined) {
    throw new OperatorError(
      `--user=${request.user}`,
      "only root, with its capabilities, can become another user",
      "leave it out, or start the tender as root",
    );
  }
  return undefined;
}

/**
 * Finds a user of this host.
 *
 * @param asked its name, or UID:GID
 * @throws {OperatorError} where there is no such user, or it is root
 */
export function lookUp(asked: string): UserIds {
  return findUser(asked, /^[0-9]+:/.test(asked) ? undefined : readUsers());
}

/** Capabilities that a change of user does not take from every thread. */
function leftOver(what: string): OperatorError {
  return new OperatorError(
    "this process",
    `was started with ${what}, which it cannot drop in all its threads`,
    "start it without them (setpriv --inh-caps=-all --ambient-caps=-all), or give --sandbox=strict",
  );
}

function readUsers(): string | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openFile(USERS, "read");
    return new TextDecoder().decode(readToEnd(descriptor, USERS, MOST_USERS_BYTES));
  } catch (error) {
    if (error instanceof SystemCallError) return undefined;
    throw error;
  } finally {
    if (descriptor !== undefined) closeFile(descriptor);
  }
}

/** Standard output and standard error. */
const STREAMS = [1, 2];

function situationOf(
  policy: Policy,
  { started }: SandboxRequest,
  user: UserIds | undefined,
): Situation {
  return {
    policy,
    user,
    started,
    capabilities: capabilitySets(),
    bounded: hasBoundingSet(),
    euid: effectiveUser(),
    threads: threadsOf(user),
    landlockAbi: landlockAbi(),
    limitFiles: !STREAMS.some(isRegularFile),
  };
}

/** The threads that have to change with the user. */
function threadsOf(user: UserIds | undefined): number[] {
  if (user === undefined) return [];
  try {
    return threadIds();
  } catch (error) {
    // Without /proc nobody can say.
    if (error instanceof SystemCallError) return [];
    throw error;
  }
}

/** The layer that no tender runs without. */
function filterLayer({ permits, filter }: Policy): Layer {
  const calls = new Set(permits.map(({ call }) => call)).size;
  return {
    name: "system calls",
    reach: "whole",
    detail: `${calls} of them, by a filter of ${filter.length} instructions`,
  };
}

/** What each step will be, in their order. */
function layersOf(situation: Situation): Layer[] {
  return LAYER_STEPS.map(({ name, foresee }) => ({ name, ...foresee(situation) }));
}

/** Says what a seal would be on this host. Changes nothing. */
export function foresee(
  policy: Policy,
  request: SandboxRequest,
  user: UserIds | undefined,
): Seal {
  const layers = layersOf(situationOf(policy, request, user));
  return { policy, layers: [...layers, filterLayer(policy)] };
}

/**
 * Seals this process, for good.
 *
 * @param last the last that may look up an address
 * @returns what the seal consists of
 * @throws {OperatorError} when it cannot be sealed: then it must not run a guest
 */
export function seal(
  policy: Policy,
  request: SandboxRequest,
  user: UserIds | undefined,
  last: () => void = () => {},
): Seal {
  const situation = situationOf(policy, request, user);
  const filter = new SystemCallFilter(encode(policy.filter));
  const strict = request.level === "strict";
  const foreseen = layersOf(situation);
  if (strict) requireAll(foreseen);
  const layers = foreseen.map((layer, index): Layer => {
    const step = LAYER_STEPS[index]!;
    if (layer.reach === "missing") return layer;
    const failure = attempt(
      { ...step, optional: step.optional === true && !strict },
      () => step.apply(situation),
    );
    return failure === undefined
      ? layer
      : { name: step.name, reach: "missing", detail: failure };
  });
  last();
  // From here on nothing is looked up or pointed at.
  for (const name of ["read", "ffi"] as const) Deno.permissions.revokeSync({ name });
  attempt({ name: "system calls" }, () => filter.install());
  return { policy, layers: [...layers, filterLayer(policy)] };
}

/**
 * Refuses to go on where a layer does not hold in every thread.
 *
 * @throws {OperatorError} naming each that does not
 */
export function requireAll(layers: readonly Layer[]): void {
  const lacking = layers.filter(({ reach }) => reach !== "whole");
  if (lacking.length === 0) return;
  throw new OperatorError(
    "--sandbox=strict",
    `not every layer holds in every thread: ${
      lacking.map(({ name, reach, detail }) => `${name} (${reach}: ${detail})`).join(", ")
    }`,
    "give what is missing, or --sandbox=best-effort",
  );
}

/**
 * Puts a layer on.
 *
 * @returns why one that may be missing could not be had
 * @throws {OperatorError} where another could not
 */
export function attempt(
  { name, optional, remedy = "let this host allow it" }: Pick<
    LayerStep,
    "name" | "optional" | "remedy"
  >,
  action: () => void,
): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error;
    if (optional) return error.message;
    throw new OperatorError(
      `sandbox, ${name}`,
      error.message,
      `the guest was not started; ${remedy}, or debug with --sandbox=off`,
      error,
    );
  }
}
