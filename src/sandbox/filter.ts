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
  const blocks = [...blocksOf(permits, killed), ...refusals.map(refuse)];
  const first = hottest.flatMap((call) =>
    blocks.filter(({ number }) => number === SystemCall[call])
  );
  const rest = blocks.filter((block) => !first.includes(block))
    .toSorted((one, other) => one.number - other.number);
  return assemble([
    { kind: "load", offset: SeccompData.architecture },
    { kind: "jump unless", comparison: "equal", constant: AUDIT_ARCH_X86_64, to: killed },
    { kind: "load", offset: SeccompData.number },
    ...first.map(({ number, label }) => jumpIfEqual(number, label)),
    ...search(rest, killed),
    ...first.flatMap(({ body }) => body),
    ...rest.flatMap(({ body }) => body),
    { kind: "label", label: killed },
    { kind: "return", value: SeccompAction.KILL_PROCESS },
  ]);
}

/** What becomes of one system call. */
interface Block {
  readonly number: number;
  readonly label: Label;
  readonly body: readonly Statement[];
}

function jumpIfEqual(constant: number, to: Label): Statement {
  return { kind: "jump if", comparison: "equal", constant, to };
}

/** Finds the block of a number by halving. */
function search(blocks: readonly Block[], otherwise: Label): Statement[] {
  if (blocks.length <= 2) {
    return [
      ...blocks.map(({ number, label }) => jumpIfEqual(number, label)),
      { kind: "jump", to: otherwise },
    ];
  }
  const middle = blocks.length >> 1;
  const upper: Label = Symbol("upper half");
  const constant = blocks[middle]!.number;
  return [
    { kind: "jump if", comparison: "at least", constant, to: upper },
    ...search(blocks.slice(0, middle), otherwise),
    { kind: "label", label: upper },
    ...search(blocks.slice(middle), otherwise),
  ];
}

function blocksOf(permits: readonly Permit[], killed: Label): Block[] {
  const byCall = Map.groupBy(permits, ({ call }) => call);
  return [...byCall].map(([call, alternatives]) => {
    const label: Label = Symbol(call);
    return {
      number: SystemCall[call],
      label,
      body: [
        { kind: "label", label },
        ...alternatives.flatMap(({ rules }) => alternative(rules)),
        { kind: "jump", to: killed },
      ],
    };
  });
}

/** Allows the call where all rules hold, else goes on behind. */
function alternative(rules: readonly ArgumentRule[]): Statement[] {
  const next: Label = Symbol("next");
  return [
    ...rules.flatMap((rule) => check(rule, next)),
    { kind: "return", value: SeccompAction.ALLOW },
    { kind: "label", label: next },
  ];
}

function refuse({ call, errno }: Refusal): Block {
  const label: Label = Symbol(call);
  return {
    number: SystemCall[call],
    label,
    body: [
      { kind: "label", label },
      { kind: "return", value: SeccompAction.ERRNO | errno },
    ],
  };
}

const HALF = 0x1_0000_0000;

/** Goes on where the rule holds, else to `failed`. */
function check({ index, bits, allowed }: ArgumentRule, failed: Label): Statement[] {
  const low = SeccompData.arguments + index * SeccompData.argumentBytes;
  const lower: Statement = { kind: "load", offset: low };
  const upper: Statement = { kind: "load", offset: low + 4 };
  if ("oneOf" in allowed) {
    const values = allowed.oneOf.map(({ value }) => value);
    return bits === 32
      ? isAmong(values, lower, failed)
      : isWide(values, lower, upper, failed);
  }
  const bound = "atMost" in allowed ? allowed.atMost : allowed.onlyBits;
  if (!(bound >= 0 && bound < HALF)) throw new Error(`a bound of ${bound}`);
  const noUpper: Statement[] = bits === 32 ? [] : [
    upper,
    { kind: "jump unless", comparison: "equal", constant: 0, to: failed },
  ];
  const test: Statement = "atMost" in allowed
    ? { kind: "jump if", comparison: "greater", constant: bound, to: failed }
    : { kind: "jump if", comparison: "any bit", constant: ~bound >>> 0, to: failed };
  return [...noUpper, lower, test];
}

/** Whether 32 bits are one of some values. */
function isAmong(
  values: readonly number[],
  lower: Statement,
  failed: Label,
): Statement[] {
  const good: Label = Symbol("one of them");
  if (values.length === 0) throw new Error("an argument that nothing fits");
  return [
    lower,
    ...values.slice(0, -1).map((value) => jumpIfEqual(value >>> 0, good)),
    {
      kind: "jump unless",
      comparison: "equal",
      constant: values.at(-1)! >>> 0,
      to: failed,
    },
    { kind: "label", label: good },
  ];
}

/** Whether 64 bits are one of some values with one upper half. */
function isWide(
  values: readonly number[],
  lower: Statement,
  upper: Statement,
  failed: Label,
): Statement[] {
  const [half, ...others] = new Set(values.map((value) => Math.floor(value / HALF)));
  if (half === undefined || others.length > 0) throw new Error("no one upper half");
  return [
    upper,
    { kind: "jump unless", comparison: "equal", constant: half, to: failed },
    ...isAmong(values, lower, failed),
  ];
}
