/**
 * What a shell can complete, by the words that a command line begins with. Pure.
 *
 * @module
 */
import {
  type CommandDescription,
  type FlagDescription,
  flagsOf,
  type Operand,
} from "../../src/cli/description/command.ts";
import { COMMANDS, SOLO5 } from "../../src/cli/description/commands.ts";

/** What may follow some words of a command line. */
export interface Context {
  /** The words behind the program: none, a command, or a command and its job. */
  readonly call: string;
  /** Commands or jobs that may follow. */
  readonly commands: readonly CommandDescription[];
  /** Flags that may. */
  readonly flags: readonly FlagDescription[];
  /** What stands in its place of no flag. */
  readonly operand: Operand | undefined;
}

function contextOf(call: string, command: CommandDescription): Context {
  const { takesFlagsOf, jobs = [], operand } = command;
  const others = COMMANDS.find(({ name }) => name === takesFlagsOf)?.flags ?? [];
  const own = flagsOf(command);
  const more = others.filter(({ name }) => !own.some((flag) => flag.name === name));
  return { call, commands: jobs, flags: [...own, ...more], operand };
}

/** Every context, the program's own first. */
export function contexts(): Context[] {
  return [
    contextOf("", SOLO5),
    ...COMMANDS.flatMap((command) => [
      contextOf(command.name, command),
      ...(command.jobs ?? []).map((job) => contextOf(`${command.name} ${job.name}`, job)),
    ]),
  ];
}

/** How a flag begins that is not finished yet: `--net:`, `--mem=`, or all of it. */
export function beginning(
  { name, device = false, value, apart }: FlagDescription,
): string {
  if (device !== false) return `${name}:`;
  return value === undefined || apart ? name : `${name}=`;
}

/** What a shell function is told of an operand: a word, or values between blanks. */
export function kindOf(operand: Operand | undefined): string {
  if (operand === undefined) return "";
  return typeof operand === "string" ? operand : `values ${operand.join(" ")}`;
}

/** The flags of a context whose values a shell can complete. */
export function valued({ flags }: Context): readonly FlagDescription[] {
  return flags.filter(({ completes }) => completes !== undefined);
}

/** The flags that name devices, by the devices' type. */
export function deviceFlags(type: string): string[] {
  const flags = contexts().flatMap((context) => context.flags);
  const names = flags.filter(({ deviceType }) => deviceType === type)
    .map(({ name }) => name);
  return [...new Set(names)];
}

/** Text in single quotes, for each of the shells. */
export function quoted(text: string): string {
  if (text.includes("'") || text.includes("\\")) {
    return `"${text.replace(/[\\"$`]/g, "\\$&")}"`;
  }
  return `'${text}'`;
}
