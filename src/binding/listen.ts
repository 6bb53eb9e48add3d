/**
 * Descriptors that a service manager passed, by the names it gave them
 * (man 3 sd_listen_fds): they are numbered from 3 on, in the order of their
 * names.
 *
 * @module
 */
import type { PassedDescriptor } from "../contract/source.ts";
import type { BindingRequest, NamedRequest } from "./request.ts";

/** What the environment says of passed descriptors. */
export interface ListenVariables {
  /** This process. */
  readonly ownPid: number;
  /** `LISTEN_PID`: the process that they were passed to. */
  readonly pid: string | undefined;
  /** `LISTEN_FDS`: how many there are. */
  readonly count: string | undefined;
  /** `LISTEN_FDNAMES`: their names, with `:` between them. */
  readonly names: string | undefined;
}

/** The first of them (`SD_LISTEN_FDS_START`): those below are the standard streams. */
const FIRST = 3;

/**
 * Gives devices the descriptors that they ask for by name. Every descriptor that
 * was passed has to be some device's: what nothing uses was not meant for this
 * guest, and would be open in the tender all the same.
 *
 * Never throws: what is wrong is in the request's `problems`.
 *
 * @returns the request with these devices
 */
export function addNamed(
  request: BindingRequest,
  asked: readonly NamedRequest[],
  variables: ListenVariables,
): BindingRequest {
  const net = [...request.net ?? []];
  const block = [...request.block ?? []];
  const passed = readNames(variables);
  const problems = [...request.problems ?? []];
  if (typeof passed === "string") problems.push(passed);
  let found = true;
  for (const each of asked) {
    const { type, device, listen, ...use } = each;
    const descriptor = typeof passed === "string" ? undefined : find(passed, listen);
    if (typeof descriptor === "number") {
      const source: PassedDescriptor = { descriptor, listen };
      if (type === "NET_BASIC") net.push({ device, tap: source });
      else block.push({ device, file: { ...source, readOnly: false, ...use } });
      continue;
    }
    found = false;
    if (descriptor !== undefined) problems.push(`${spell(each)} ${descriptor}`);
    if (type === "NET_BASIC") net.push({ device, malformed: "--net" });
    else block.push({ device, malformed: "--block" });
  }
  const resolved = { ...request, net, block };
  if (found && typeof passed !== "string") problems.push(...unused(resolved, passed));
  return { ...resolved, problems };
}

function spell({ type, device, listen }: NamedRequest): string {
  return `${type === "NET_BASIC" ? "--net" : "--block"}:${device}=@listen:${listen}`;
}

/** The names, in order; or what is wrong with the variables. */
function readNames(variables: ListenVariables): readonly string[] | string {
  const { ownPid, pid, count, names } = variables;
  if (count === undefined || pid === undefined) {
    return "@listen: needs LISTEN_FDS and LISTEN_PID, which are not set (start it from a unit that passes descriptors, or give @FD)";
  }
  if (pid !== String(ownPid)) {
    return `LISTEN_PID is "${pid}", and this is process ${ownPid} (have the unit, or a script that ends in exec, start solo5 itself)`;
  }
  if (!/^[1-9][0-9]{0,8}$/.test(count)) {
    return `LISTEN_FDS is "${count}" (pass one descriptor or more)`;
  }
  const list = names === undefined ? [] : names.split(":");
  if (list.length !== Number(count)) {
    return `LISTEN_FDNAMES has ${list.length} names for the ${count} descriptors of LISTEN_FDS (name each, with : between them)`;
  }
  return list;
}

/** The descriptor of a name; or why there is none. */
function find(names: readonly string[], name: string): number | string {
  const index = names.indexOf(name);
  if (index < 0) {
    return `names no descriptor of LISTEN_FDNAMES (it has ${names.join(", ")})`;
  }
  return names.includes(name, index + 1)
    ? `names more than one descriptor of LISTEN_FDNAMES (it has ${names.join(", ")})`
    : FIRST + index;
}

/** What to say of descriptors that no device uses. */
function unused(request: BindingRequest, names: readonly string[]): string[] {
  const sources = [
    ...(request.net ?? []).map(({ tap }) => tap),
    ...(request.block ?? []).map(({ file }) => file),
  ];
  const used = new Set(
    sources.map((source) =>
      source && "descriptor" in source ? source.descriptor : undefined
    ),
  );
  return names.flatMap((name, index) =>
    used.has(FIRST + index) ? [] : [
      `LISTEN_FDNAMES has "${name}", which no device uses (give it to one as @listen:${name}, or do not pass it)`,
    ]
  );
}
