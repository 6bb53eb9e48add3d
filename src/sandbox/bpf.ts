/**
 * An assembler for classic BPF, the language of system call filters: pure, from
 * statements with labels to the kernel's bytes.
 *
 * @module
 */
import { BpfCode, MOST_INSTRUCTIONS, SockFilter } from "../../ffi/linux/seccomp.ts";

/** How a test compares the accumulator with its constant. */
export type Comparison = "equal" | "greater" | "at least" | "any bit";

/** A place in a program that jumps lead to. */
export type Label = symbol;

/** A statement of a program. */
export type Statement =
  /** Loads 32 bits of the call's data into the accumulator. */
  | { readonly kind: "load"; readonly offset: number }
  /** Goes to a label where the comparison holds, else on. */
  | {
    readonly kind: "jump if";
    readonly comparison: Comparison;
    readonly constant: number;
    readonly to: Label;
  }
  /** Goes to a label where the comparison does not hold, else on. */
  | {
    readonly kind: "jump unless";
    readonly comparison: Comparison;
    readonly constant: number;
    readonly to: Label;
  }
  /** Goes to a label. */
  | { readonly kind: "jump"; readonly to: Label }
  /** Ends the program with a value. */
  | { readonly kind: "return"; readonly value: number }
  /** Where jumps to this label lead: the next statement. */
  | { readonly kind: "label"; readonly label: Label };

/** An instruction, as `struct sock_filter` has it. */
export interface Instruction {
  /** Operation code. */
  readonly code: number;
  /** Instructions that are skipped where a comparison holds, 0 to 255. */
  readonly jumpTrue: number;
  /** Instructions that are skipped where it does not. */
  readonly jumpFalse: number;
  /** Constant, offset, or the distance of a plain jump (u32). */
  readonly constant: number;
}

const COMPARISONS: Readonly<Record<Comparison, number>> = {
  "equal": BpfCode.JUMP_EQUAL,
  "greater": BpfCode.JUMP_GREATER,
  "at least": BpfCode.JUMP_AT_LEAST,
  "any bit": BpfCode.JUMP_ANY_BIT,
};

/** The farthest that a conditional jump leads. */
const FARTHEST = 255;

/**
 * Translates a program. A conditional jump that is too far for its 8 bits goes
 * through a plain one behind it.
 *
 * @throws {Error} when a label is missing or stands before a jump to it (the
 * kernel takes forward jumps only), or the program is too long
 */
export function assemble(program: readonly Statement[]): Instruction[] {
  // From the end: then it is known how far every jump leads.
  const reversed: Instruction[] = [];
  const labels = new Map<Label, number>();
  const skipped = (to: Label) => {
    const there = labels.get(to);
    if (there === undefined) throw new Error(`no ${String(to)} behind a jump to it`);
    return reversed.length - there;
  };
  for (let index = program.length - 1; index >= 0; index--) {
    const statement = program[index]!;
    switch (statement.kind) {
      case "label":
        labels.set(statement.label, reversed.length);
        break;
      case "load":
        reversed.push(plain(BpfCode.LOAD, statement.offset));
        break;
      case "return":
        reversed.push(plain(BpfCode.RETURN, statement.value));
        break;
      case "jump":
        reversed.push(plain(BpfCode.JUMP, skipped(statement.to)));
        break;
      default: {
        const { comparison, constant } = statement;
        let wanted = statement.kind === "jump if";
        let distance = skipped(statement.to);
        if (distance > FARTHEST) {
          reversed.push(plain(BpfCode.JUMP, distance));
          // Over that one, where the comparison says otherwise.
          wanted = !wanted;
          distance = 1;
        }
        reversed.push({
          code: COMPARISONS[comparison],
          constant,
          jumpTrue: wanted ? distance : 0,
          jumpFalse: wanted ? 0 : distance,
        });
      }
    }
  }
  if (reversed.length > MOST_INSTRUCTIONS) {
    throw new Error(`a filter of ${reversed.length} instructions`);
  }
  return reversed.reverse();
}

function plain(code: number, constant: number): Instruction {
  return { code, jumpTrue: 0, jumpFalse: 0, constant };
}

/** Encodes instructions as the kernel takes them: `struct sock_filter` each. */
export function encode(instructions: readonly Instruction[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(instructions.length * SockFilter.size);
  const view = new DataView(bytes.buffer);
  instructions.forEach(({ code, jumpTrue, jumpFalse, constant }, index) => {
    const at = index * SockFilter.size;
    view.setUint16(at + SockFilter.code, code, true);
    view.setUint8(at + SockFilter.jumpTrue, jumpTrue);
    view.setUint8(at + SockFilter.jumpFalse, jumpFalse);
    view.setUint32(at + SockFilter.constant, constant, true);
  });
  return bytes;
}
