/**
 * From permits to a filter: which system calls pass, which are refused, and that
 * all others kill the process. Pure.
 *
 * @module
 */
import {
  AUDIT_ARCH_X86_64,
  SeccompAction,
  SeccompData,
} from "../../ffi/linux/seccomp.ts";
import { SystemCall } from "../../ffi/linux/system_calls.ts";
import type { ArgumentRule, Permit, PermittedCall } from "../contract/policy.ts";
import { assemble, type Instruction, type Label, type Statement } from "./bpf.ts";

/** A system call that is answered with an errno and not made. */
export interface Refusal {
  /** The call, whatever its arguments. */
  readonly call: PermittedCall;
  /** The errno; 0 has the call return 0. */
  readonly errno: number;
  /** Who asks for it in vain. */
  readonly reason: string;
}

/**
 * Makes the filter.
 *
 * @param permits what passes; several of one call are alternatives
 * @param refusals what is refused; a call must not be both
 * @param hottest calls that are looked for first, in this order
 */
export function makeFilter(
  permits: readonly Permit[],
  refusals: readonly Refusal[],
  hottest: readonly PermittedCall[],
): Instruction[] {
  const killed: Label = Symbol("kill");
  const blocks = new Map<number, Block>();
  const blockOf = (call: PermittedCall): Block => {
    const number = SystemCall[call];
    let block = blocks.get(number);
    if (block === undefined) {
      blocks.set(number, block = { number, label: Symbol(call), body: [] });
    }
    return block;
  };
  for (const { call, rules } of permits) allow(blockOf(call).body, rules);
  for (const { call, errno } of refusals) {
    blockOf(call).body.push({ kind: "return", value: SeccompAction.ERRNO | errno });
  }
  const program: Statement[] = [
    { kind: "load", offset: SeccompData.architecture },
    { kind: "jump unless", comparison: "equal", constant: AUDIT_ARCH_X86_64, to: killed },
    { kind: "load", offset: SeccompData.number },
  ];
  const ordered: Block[] = [];
  for (const call of hottest) {
    const block = blocks.get(SystemCall[call]);
    if (block === undefined) continue;
    program.push(jumpIfEqual(block.number, block.label));
    ordered.push(block);
  }
  const rest = [...blocks.values()].filter((block) => !ordered.includes(block))
    .sort((one, other) => one.number - other.number);
  search(program, rest, 0, rest.length, killed);
  for (const { label, body } of ordered.concat(rest)) {
    program.push({ kind: "label", label }, ...body, { kind: "jump", to: killed });
  }
  program.push(
    { kind: "label", label: killed },
    { kind: "return", value: SeccompAction.KILL_PROCESS },
  );
  return assemble(program);
}

/** What becomes of one system call. */
interface Block {
  readonly number: number;
  readonly label: Label;
  readonly body: Statement[];
}

function jumpIfEqual(constant: number, to: Label): Statement {
  return { kind: "jump if", comparison: "equal", constant, to };
}

/** Finds the block of a number, among those from `start` to `end`, by halving. */
function search(
  program: Statement[],
  blocks: readonly Block[],
  start: number,
  end: number,
  otherwise: Label,
): void {
  if (end - start > 2) {
    const middle = start + end >> 1;
    const to: Label = Symbol("upper half");
    const constant = blocks[middle]!.number;
    program.push({ kind: "jump if", comparison: "at least", constant, to });
    search(program, blocks, start, middle, otherwise);
    program.push({ kind: "label", label: to });
    search(program, blocks, middle, end, otherwise);
    return;
  }
  for (const { number, label } of blocks.slice(start, end)) {
    program.push(jumpIfEqual(number, label));
  }
  program.push({ kind: "jump", to: otherwise });
}

/** Allows the call where all rules hold, else goes on behind. */
function allow(program: Statement[], rules: readonly ArgumentRule[]): void {
  const next: Label = Symbol("next");
  for (const rule of rules) check(program, rule, next);
  program.push(
    { kind: "return", value: SeccompAction.ALLOW },
    { kind: "label", label: next },
  );
}

const HALF = 0x1_0000_0000;

/** Goes on where the rule holds, else to `failed`. */
function check(
  program: Statement[],
  { index, bits, allowed }: ArgumentRule,
  failed: Label,
): void {
  const offset = SeccompData.arguments + index * SeccompData.argumentBytes;
  const values = "oneOf" in allowed ? allowed.oneOf.map(({ value }) => value) : undefined;
  if (bits === 64) {
    const constant = values === undefined ? 0 : upperHalf(values);
    program.push(
      { kind: "load", offset: offset + 4 },
      { kind: "jump unless", comparison: "equal", constant, to: failed },
    );
  }
  program.push({ kind: "load", offset });
  if (values !== undefined) isAmong(program, values, failed);
  else {
    const bound = "atMost" in allowed
      ? allowed.atMost
      : (allowed as { onlyBits: number }).onlyBits;
    if (!(bound >= 0 && bound < HALF)) throw new Error(`a bound of ${bound}`);
    program.push(
      "atMost" in allowed
        ? { kind: "jump if", comparison: "greater", constant: bound, to: failed }
        : { kind: "jump if", comparison: "any bit", constant: ~bound >>> 0, to: failed },
    );
  }
}

/** Goes on where the lower half is that of one of these, else to `failed`. */
function isAmong(program: Statement[], values: readonly number[], failed: Label): void {
  const good: Label = Symbol("one of them");
  for (const value of values.slice(0, -1)) program.push(jumpIfEqual(value >>> 0, good));
  const constant = values.at(-1);
  if (constant === undefined) throw new Error("an argument that nothing fits");
  program.push(
    { kind: "jump unless", comparison: "equal", constant: constant >>> 0, to: failed },
    { kind: "label", label: good },
  );
}

/** The one upper half that values have. */
function upperHalf(values: readonly number[]): number {
  const [half = 0, ...others] = new Set(values.map((value) => Math.floor(value / HALF)));
  if (others.length > 0) throw new Error("values with different upper halves");
  return half;
}
