/**
 * An interpreter for system call filters, as the kernel has one (kernel
 * documentation, networking/filter): by it tests ask what a filter decides.
 *
 * @module
 */
import { AUDIT_ARCH_X86_64, BpfCode, SeccompData } from "../../ffi/linux/seccomp.ts";
import type { Instruction } from "../../src/sandbox/bpf.ts";

/** A system call, as a filter sees it. */
export interface Call {
  readonly number: number;
  readonly architecture?: number;
  readonly arguments?: readonly (number | bigint)[];
}

/** `struct seccomp_data`. */
export function encodeCall(call: Call): DataView {
  const view = new DataView(new ArrayBuffer(SeccompData.size));
  view.setUint32(SeccompData.number, call.number, true);
  view.setUint32(SeccompData.architecture, call.architecture ?? AUDIT_ARCH_X86_64, true);
  call.arguments?.forEach((argument, index) => {
    const at = SeccompData.arguments + index * SeccompData.argumentBytes;
    view.setBigUint64(at, BigInt.asUintN(64, BigInt(argument)), true);
  });
  return view;
}

/**
 * Runs a filter.
 *
 * @returns what it returns (u32)
 * @throws {Error} where the kernel would not have taken it
 */
export function interpret(filter: readonly Instruction[], call: Call): number {
  const data = encodeCall(call);
  let accumulator = 0;
  for (let counter = 0; counter < filter.length; counter++) {
    const { code, constant, jumpTrue, jumpFalse } = filter[counter]!;
    const jump = (holds: boolean) => void (counter += holds ? jumpTrue : jumpFalse);
    switch (code) {
      case BpfCode.LOAD:
        if (constant % 4 !== 0 || constant >= SeccompData.size) throw new Error("load");
        accumulator = data.getUint32(constant, true);
        break;
      case BpfCode.JUMP:
        counter += constant;
        break;
      case BpfCode.JUMP_EQUAL:
        jump(accumulator === constant);
        break;
      case BpfCode.JUMP_GREATER:
        jump(accumulator > constant);
        break;
      case BpfCode.JUMP_AT_LEAST:
        jump(accumulator >= constant);
        break;
      case BpfCode.JUMP_ANY_BIT:
        jump((accumulator & constant) !== 0);
        break;
      case BpfCode.RETURN:
        return constant;
      default:
        throw new Error(`code ${code}`);
    }
  }
  throw new Error("the filter has no end");
}
