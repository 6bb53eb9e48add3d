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
  /** Clears the bits of the accumulator that are not in the mask. */
  | { readonly kind: "and"; readonly mask: number }
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
  const long = new Set<Statement>();
  for (;;) {
    const places = placesOf(program, long);
    const far = program.filter((statement) =>
      isConditional(statement) && !long.has(statement) &&
      distance(statement, places, 1) > FARTHEST
    );
    if (far.length === 0) return translate(program, places, long);
    for (const statement of far) long.add(statement);
  }
}

type Conditional = Extract<Statement, { readonly kind: "jump if" | "jump unless" }>;

function isConditional(statement: Statement): statement is Conditional {
  return statement.kind === "jump if" || statement.kind === "jump unless";
}

interface Places {
  readonly statements: ReadonlyMap<Statement, number>;
  readonly labels: ReadonlyMap<Label, number>;
}

/** Where each statement's first instruction is. */
function placesOf(program: readonly Statement[], long: ReadonlySet<Statement>): Places {
  const statements = new Map<Statement, number>();
  const labels = new Map<Label, number>();
  let place = 0;
  for (const statement of program) {
    statements.set(statement, place);
    if (statement.kind === "label") labels.set(statement.label, place);
    else place += long.has(statement) ? 2 : 1;
  }
  if (place > MOST_INSTRUCTIONS) throw new Error(`a filter of ${place} instructions`);
  return { statements, labels };
}

/** Instructions between a jump, `length` long, and where it leads. */
function distance(
  statement: Statement & { readonly to: Label },
  { statements, labels }: Places,
  length: number,
): number {
  const to = labels.get(statement.to);
  const skipped = to === undefined ? -1 : to - statements.get(statement)! - length;
  if (skipped < 0) throw new Error(`no ${String(statement.to)} behind a jump to it`);
  return skipped;
}

function translate(
  program: readonly Statement[],
  places: Places,
  long: ReadonlySet<Statement>,
): Instruction[] {
  return program.flatMap((statement): Instruction[] => {
    switch (statement.kind) {
      case "load":
        return [plain(BpfCode.LOAD, statement.offset)];
      case "and":
        return [plain(BpfCode.AND, statement.mask)];
      case "return":
        return [plain(BpfCode.RETURN, statement.value)];
      case "jump":
        return [plain(BpfCode.JUMP, distance(statement, places, 1))];
      case "label":
        return [];
      default:
        return conditional(statement, places, long.has(statement));
    }
  });
}

function conditional(
  statement: Conditional,
  places: Places,
  isLong: boolean,
): Instruction[] {
  const code = COMPARISONS[statement.comparison];
  const { constant } = statement;
  const wanted = statement.kind === "jump if";
  if (isLong) {
    const skip = wanted ? { jumpTrue: 0, jumpFalse: 1 } : { jumpTrue: 1, jumpFalse: 0 };
    const rest = distance(statement, places, 2);
    return [{ code, constant, ...skip }, plain(BpfCode.JUMP, rest)];
  }
  const skipped = distance(statement, places, 1);
  return [
    wanted
      ? { code, constant, jumpTrue: skipped, jumpFalse: 0 }
      : { code, constant, jumpTrue: 0, jumpFalse: skipped },
  ];
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
