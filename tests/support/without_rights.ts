/**
 * `without_rights.ts COMMAND…`: becomes another user, gives up every capability,
 * and then becomes the command, in the same process: what a service manager does
 * for a unit. Which user, and what the command is to find, is in the variable
 * `RIGHTS`.
 *
 * @module
 */
import { environmentVariable } from "../../ffi/environment.ts";
import { checked } from "../../ffi/errno.ts";
import { symbolGroup } from "../../ffi/libc.ts";
import { addressOf } from "../../ffi/system_call.ts";

/** What a process is left with. */
export interface Rights {
  /** The user; the group of the same number is its own. */
  readonly user: number;
  /** Further groups. */
  readonly groups: readonly number[];
  /** Its whole environment. */
  readonly variables: Readonly<Record<string, string>>;
  /** What it finds open from 3 on: name, and the number in this process. */
  readonly listen: readonly (readonly [name: string, descriptor: number])[];
}

const libc = symbolGroup("test rights", {
  prctl: { parameters: ["i32", "usize", "usize", "usize", "usize"], result: "i32" },
  setgroups: { parameters: ["usize", "buffer"], result: "i32" },
  setresgid: { parameters: ["u32", "u32", "u32"], result: "i32" },
  setresuid: { parameters: ["u32", "u32", "u32"], result: "i32" },
  clearenv: { parameters: [], result: "i32" },
  setenv: { parameters: ["buffer", "buffer", "i32"], result: "i32" },
  dup2: { parameters: ["i32", "i32"], result: "i32" },
  execv: { parameters: ["buffer", "buffer"], result: "i32" },
});

const PR_CAPBSET_DROP = 24, PR_SET_NO_NEW_PRIVS = 38;
/** Up to CAP_CHECKPOINT_RESTORE. */
const CAPABILITIES = 41;
const FIRST = 3;

const text = (words: string) => new TextEncoder().encode(`${words}\0`);

function giveUp({ user, groups }: Rights): void {
  const { prctl, setgroups, setresgid, setresuid } = libc();
  for (let capability = 0n; capability < CAPABILITIES; capability++) {
    checked(prctl(PR_CAPBSET_DROP, capability, 0n, 0n, 0n), "PR_CAPBSET_DROP", "self");
  }
  checked(prctl(PR_SET_NO_NEW_PRIVS, 1n, 0n, 0n, 0n), "PR_SET_NO_NEW_PRIVS", "self");
  const list = new Uint8Array(Uint32Array.from(groups).buffer);
  checked(setgroups(BigInt(groups.length), list), "setgroups", "self");
  checked(setresgid(user, user, user), "setresgid", "self");
  checked(setresuid(user, user, user), "setresuid", "self");
}

/** Does not return. Where it would have to, descriptors of the runtime are lost. */
function become(command: readonly string[], { variables, listen }: Rights): never {
  const { clearenv, setenv, dup2, execv } = libc();
  const all: Record<string, string> = { ...variables };
  if (listen.length > 0) {
    all.LISTEN_PID = String(Deno.pid);
    all.LISTEN_FDS = String(listen.length);
    all.LISTEN_FDNAMES = listen.map(([name]) => name).join(":");
  }
  clearenv();
  for (const [name, value] of Object.entries(all)) setenv(text(name), text(value), 1);
  const words = command.map(text);
  const argv = new BigUint64Array([...words.map((word) => addressOf(word)), 0n]);
  listen.forEach(([, descriptor], index) => dup2(descriptor, FIRST + index));
  execv(words[0]!, new Uint8Array(argv.buffer));
  Deno.exit(125);
}

if (import.meta.main) {
  const rights: Rights = JSON.parse(environmentVariable("RIGHTS")!);
  giveUp(rights);
  become(Deno.args, rights);
}
