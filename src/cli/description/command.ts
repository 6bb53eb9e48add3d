/**
 * What a command of the program is, as data: usage texts, man pages and shell
 * completions are made from it.
 *
 * @module
 */

/** What a word of a command line stands for, for shells that complete it. */
export type Operand =
  | "image"
  | "file"
  | "directory"
  | "tap"
  | "guest"
  | "command"
  | readonly string[];

/** A flag. */
export interface FlagDescription {
  /** Before the device or value: `--net`. */
  readonly name: string;
  /** Whether it names a device: `--net:DEVICE=VALUE`. */
  readonly device?: boolean;
  /** Its value, as the usage spells it; undefined where it takes none. */
  readonly value?: string;
  /** What it does. */
  readonly help: string;
  /** What its value is, for shells that complete it. */
  readonly completes?: Operand;
}

/** A command of the program, or a job of one. */
export interface CommandDescription {
  /** The word that calls it. */
  readonly name: string;
  /** What it does, in a few words without a full stop. */
  readonly summary: string;
  /** What may follow its name: `app.elf [FLAGS] [--] [ARGS…]`, a line each. */
  readonly usage: readonly string[];
  /** What it does, in paragraphs; a line that begins with blanks stays as it is. */
  readonly text: string;
  /** Its flags, in the order of the usage text; `--help` need not be there. */
  readonly flags?: readonly FlagDescription[];
  /** What stands in its place of no flag. */
  readonly operand?: Operand;
  /** What may stand behind it instead: `solo5 manifest show`. */
  readonly jobs?: readonly CommandDescription[];
  /** How it can end, where that is more than 0, and 1 for what is refused. */
  readonly status?: string;
  /** Command lines that show it at work, each with a line on what it does. */
  readonly examples?: readonly (readonly [line: string, does: string])[];
}
