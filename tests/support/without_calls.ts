/**
 * Runs a program on a kernel that refuses some system calls with EPERM, as a
 * container's filter does: `without_calls.ts seccomp,unshare PROGRAM ARGS…`.
 * Started with FFI, and permission to run programs.
 *
 * @module
 */
import {
  AUDIT_ARCH_X86_64,
  SeccompAction,
  SeccompData,
} from "../../ffi/linux/seccomp.ts";
import { SystemCall } from "../../ffi/linux/system_calls.ts";
import { setNoNewPrivileges } from "../../ffi/rights.ts";
import { SystemCallFilter } from "../../ffi/seccomp.ts";
import { assemble, encode, type Statement } from "../../src/sandbox/bpf.ts";

const EPERM = 1;

const [names = "", program = "", ...args] = Deno.args;
const refused = Symbol("refused"), other = Symbol("other architecture");
const jump = (name: string): Statement => {
  const constant = SystemCall[name as keyof typeof SystemCall] as number | undefined;
  if (constant === undefined) throw new Error(`${name}: no number is known`);
  return { kind: "jump if", comparison: "equal", constant, to: refused };
};
setNoNewPrivileges();
new SystemCallFilter(encode(assemble([
  { kind: "load", offset: SeccompData.architecture },
  { kind: "jump unless", comparison: "equal", constant: AUDIT_ARCH_X86_64, to: other },
  { kind: "load", offset: SeccompData.number },
  ...names.split(",").map(jump),
  { kind: "label", label: other },
  { kind: "return", value: SeccompAction.ALLOW },
  { kind: "label", label: refused },
  { kind: "return", value: SeccompAction.ERRNO | EPERM },
]))).install();
const { code } = await new Deno.Command(program, { args, stdin: "null" }).spawn().status;
Deno.exit(code);
