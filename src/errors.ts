/**
 * The three classes of error, one per audience. Library code throws them;
 * `src/cli/main.ts` alone prints and exits.
 *
 * @module
 */
import { hex } from "./contract/hex.ts";
import { ExitStatus } from "./contract/exit_status.ts";

/** What the operator has to change: a flag, a file, the host. */
export class OperatorError extends Error {
  /** The class, as `Error.name`. */
  override readonly name = "OperatorError";
  /** What the program exits with. */
  readonly status: number = ExitStatus.OPERATOR;

  /**
   * Makes the one sentence for the operator.
   *
   * @param thing the flag, file or host resource that it is about
   * @param problem what is wrong with it
   * @param remedy the way out
   * @param cause the failure behind it
   */
  constructor(
    readonly thing: string,
    readonly problem: string,
    readonly remedy: string,
    cause?: Error,
  ) {
    super(
      `${printable(thing)}: ${printable(problem)}; ${printable(remedy)}`,
      ...(cause ? [{ cause }] : []),
    );
  }
}

/** A file whose size is not one or more whole units. */
export class SizeMismatch extends Error {
  /** The class, as `Error.name`. */
  override readonly name = "SizeMismatch";

  /** @param bytes its size; `unitBytes` the unit's */
  constructor(readonly bytes: number, readonly unitBytes: number) {
    super(`its ${bytes} bytes are not one or more whole sectors of ${unitBytes}`);
  }
}

/** Where in a unikernel's file something is wrong. */
export interface ImageDefect {
  /** The file, as the operator named it. */
  readonly file: string;
  /** The structure: `"ELF header"`, `"program header 3"`, … */
  readonly structure: string;
  /** Offset of the structure or field in the file, in bytes. */
  readonly offset?: number;
  /** What stands there. */
  readonly found: string;
  /** What should stand there. */
  readonly expected: string;
  /** The way out, where there is a better one than another file. */
  readonly remedy?: string;
}

/** What is wrong with the unikernel's file: where, what was found, expected. */
export class ImageError extends Error {
  /** The class, as `Error.name`. */
  override readonly name = "ImageError";
  /** What the program exits with. */
  readonly status: number = ExitStatus.IMAGE;
  /** The parts of the sentence. */
  readonly defect: ImageDefect;

  /** Makes the one sentence of the parts. */
  constructor(defect: ImageDefect) {
    const at = defect.offset === undefined ? "" : ` at offset ${hex(defect.offset)}`;
    const remedy = defect.remedy ??
      "give a unikernel built for Solo5's hvt target on x86_64";
    super(
      printable(
        `${defect.file}: ${defect.structure}${at}: found ${defect.found}, expected ${defect.expected}; ${remedy}`,
      ),
    );
    this.defect = defect;
  }
}

/** What the guest did that no guest may. */
export class GuestFault extends Error {
  /** The class, as `Error.name`. */
  override readonly name = "GuestFault";
  /** What the program exits with. */
  readonly status: number = ExitStatus.GUEST_FAULT;
  /** Address of the guest's instruction, where it is known. */
  rip: bigint | undefined;

  /**
   * Describes what the guest did.
   *
   * @param problem what the guest did: kind, address
   * @param rip address of the guest's instruction, where it is known
   */
  constructor(problem: string, rip?: bigint) {
    super(problem);
    this.rip = rip;
  }

  /** The whole sentence, with the guest's state. */
  get sentence(): string {
    const at = this.rip === undefined ? "" : ` at rip=${hex(this.rip)}`;
    return `guest fault${at}: ${this.message}; the unikernel has to be mended`;
  }
}

/** The guest was ended by a signal to the tender. */
export class EndedBySignal extends Error {
  /** The class, as `Error.name`. */
  override readonly name = "EndedBySignal";
  /** What the program exits with. */
  readonly status: number = ExitStatus.SIGNAL;

  /**
   * Names the signal.
   *
   * @param signal its number: 2 (SIGINT), 15 (SIGTERM), or what a watch adds
   */
  constructor(readonly signal: number) {
    super(`Exiting on signal ${signal}`);
  }
}

/** The debugger had the guest end, or left it where it was. */
export class EndedByDebugger extends Error {
  /** The class, as `Error.name`. */
  override readonly name = "EndedByDebugger";
  /** What the program exits with. */
  readonly status: number = ExitStatus.DEBUGGER;
}

/**
 * Makes text from outside (file names, arguments) fit for one line on a
 * terminal: control characters, line separators, format characters (which show
 * nothing, or turn the writing's direction) and bytes that are no UTF-8 are shown
 * as `\xNN`, `\uNNNN` or `\u{NNNNN}`.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0)!;
    // `contract/raw_text.ts` keeps a byte so.
    const byte = code >= 0xdc80 && code <= 0xdcff ? code - 0xdc00 : code;
    const digits = byte.toString(16);
    if (digits.length <= 2) return `\\x${digits.padStart(2, "0")}`;
    return digits.length <= 4 ? `\\u${digits.padStart(4, "0")}` : `\\u{${digits}}`;
  });
}
