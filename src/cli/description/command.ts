/**
 * What a command of the program is, as data: usage texts, man pages and shell
 * completions are made from it, and the simple commands are read by it.
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
  | "user"
  | "command"
  | readonly string[];

/** A flag. */
export interface FlagDescription {
  /** Before the device or value: `--net`. */
  readonly name: string;
  /** Another spelling: `-h`. */
  readonly short?: string;
  /** Whether it names a device, `--net:DEVICE=VALUE`; a text stands for `DEVICE`. */
  readonly device?: boolean | string;
  /** Its value, as the usage spells it; undefined where it takes none. */
  readonly value?: string;
  /** Whether its value is a word of its own: `-o OUTPUT`. */
  readonly apart?: boolean;
  /** What it does. */
  readonly help: string;
  /** What its value is, for shells that complete it. */
  readonly completes?: Operand;
  /** The devices that it can name, as a manifest has their type: `NET_BASIC`. */
  readonly deviceType?: string;
}

/** Names, each with a sentence or less on what it is. */
export type Explained = readonly (readonly [name: string, help: string])[];

/** A command of the program, or a job of one. */
export interface CommandDescription {
  /** The word that calls it. */
  readonly name: string;
  /** What it does, in a few words without a full stop. */
  readonly summary: string;
  /** What may follow its name: `app.elf [FLAGS] [--] [ARGS…]`, a line each. */
  readonly usage: readonly string[];
  /**
   * What it does, in paragraphs with an empty line between them; lines are filled
   * anew, but one that begins with blanks stays as it is.
   */
  readonly text: string;
  /** Its flags, in the order of the usage text; `--help` need not be there. */
  readonly flags?: readonly FlagDescription[];
  /** The command whose flags it takes as well. */
  readonly takesFlagsOf?: string;
  /** What stands in its place of no flag. */
  readonly operand?: Operand;
  /** What may stand behind it instead: `solo5 manifest show`. */
  readonly jobs?: readonly CommandDescription[];
  /** How it can end, where that is more than 0, and 1 for what is refused. */
  readonly status?: string;
  /** Command lines that show it at work, each with a line on what it does. */
  readonly examples?: readonly (readonly [line: string, does: string])[];
  /** Variables of the environment that it looks at, for its man page. */
  readonly environment?: Explained;
  /** Files that it uses beside those of its command line, for its man page. */
  readonly files?: Explained;
  /** Man pages of others, with their sections: `ip-tuntap(8)`. */
  readonly seeAlso?: readonly string[];
}

/** What every command takes. */
export const HELP_FLAG: FlagDescription = {
  name: "--help",
  short: "-h",
  help: "show this",
};

/** Every flag of a command, `--help` among them. */
export function flagsOf({ flags = [] }: CommandDescription): readonly FlagDescription[] {
  return flags.some(({ name }) => name === HELP_FLAG.name)
    ? flags
    : [...flags, HELP_FLAG];
}

/** A flag as a user writes it: `--net:DEVICE=TAP`. */
export function spelling(flag: FlagDescription): string {
  const { name, device = false, value, apart = false } = flag;
  const whose = device === false ? "" : `:${device === true ? "DEVICE" : device}`;
  return name + whose + (value === undefined ? "" : (apart ? " " : "=") + value);
}
