/**
 * A policy as an operator reads it, as JSON, and as the filter's program. Pure.
 *
 * @module
 */
import { BpfCode, SeccompAction } from "../../ffi/linux/seccomp.ts";
import type { ArgumentRule, ArgumentValue } from "../contract/policy.ts";
import { hex } from "../contract/hex.ts";
import type { Instruction } from "./bpf.ts";
import type { Layer } from "./layers.ts";
import type { Seal } from "./seal.ts";

/** Describes a seal, a line each: layers, system calls, what is refused. */
export function describeSeal({ policy, layers }: Seal): string[] {
  const permits = policy.permits.map(({ call, rules, by, reason }) => {
    const conditions = rules.map(describeRule).join(", ");
    return `call ${call}(${conditions}) for ${by}: ${reason}`;
  });
  const refusals = policy.refusals.map(({ call, errno, reason }) =>
    `refused ${call} with ${errno === 0 ? "0" : `errno ${errno}`}: ${reason}`
  );
  return [
    ...layers.map(({ name, reach, detail }) =>
      `layer ${name}: ${describeReach(reach)}${detail}`
    ),
    ...permits,
    ...refusals,
    "every other call kills the process (SIGSYS)",
  ];
}

function describeReach(reach: Layer["reach"]): string {
  return reach === "whole"
    ? ""
    : reach === "partial"
    ? "partial, in the guest's thread only: "
    : "missing: ";
}

/** One argument: `fd is 5 (tap0)`. */
export function describeRule({ name, allowed }: ArgumentRule): string {
  if ("atMost" in allowed) return `${name} at most ${allowed.atMost}`;
  if ("onlyBits" in allowed) {
    return `${name} only ${allowed.names ?? hex(allowed.onlyBits)}`;
  }
  return `${name} is ${allowed.oneOf.map(describeValue).join(" or ")}`;
}

function describeValue({ value, name }: ArgumentValue): string {
  const number = value > 0xff ? hex(value) : String(value);
  return name === undefined || name === number ? number : `${number} (${name})`;
}

/** A seal as JSON; stable names, numbers as the kernel has them. */
export function sealAsJson({ policy, layers }: Seal): string {
  const { permits, refusals, descriptors, fileBytes, filter } = policy;
  const value = {
    layers,
    descriptors,
    fileBytes,
    systemCalls: permits.map(({ call, by, reason, rules }) => ({
      call,
      module: by,
      reason,
      arguments: rules,
    })),
    refused: refusals,
    otherwise: "kill process",
    filter: filter.map(({ code, jumpTrue, jumpFalse, constant }) => [
      code,
      jumpTrue,
      jumpFalse,
      constant,
    ]),
  };
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

const MNEMONICS: Readonly<Record<number, string>> = {
  [BpfCode.LOAD]: "ld",
  [BpfCode.JUMP]: "ja",
  [BpfCode.JUMP_EQUAL]: "jeq",
  [BpfCode.JUMP_GREATER]: "jgt",
  [BpfCode.JUMP_AT_LEAST]: "jge",
  [BpfCode.JUMP_ANY_BIT]: "jset",
  [BpfCode.RETURN]: "ret",
};

/** The filter's program, an instruction a line, with the lines it jumps to. */
export function listFilter(filter: readonly Instruction[]): string[] {
  return filter.map(({ code, jumpTrue, jumpFalse, constant }, line) => {
    const next = line + 1;
    const name = MNEMONICS[code]!;
    switch (code) {
      case BpfCode.LOAD:
        return `${line}: ${name} [${constant}]`;
      case BpfCode.JUMP:
        return `${line}: ${name} ${next + constant}`;
      case BpfCode.RETURN:
        return `${line}: ${name} ${describeAction(constant)}`;
      default:
        return `${line}: ${name} ${hex(constant)}, ${next + jumpTrue}, ${
          next + jumpFalse
        }`;
    }
  });
}

function describeAction(value: number): string {
  if (value === SeccompAction.ALLOW) return "allow";
  if (value === SeccompAction.KILL_PROCESS) return "kill process";
  return `errno ${value & 0xffff}`;
}
