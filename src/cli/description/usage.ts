/**
 * Usage texts, made from descriptions. Pure.
 *
 * @module
 */
import type { CommandDescription, FlagDescription } from "./command.ts";

/** The overview of a program with these commands. */
export function overview(
  program: string,
  commands: readonly CommandDescription[],
): string {
  const examples = commands.find(({ name }) => name === "run")?.examples ?? [];
  return `${program}: runs Solo5 unikernels on KVM

${columns(examples)}

Commands (${program} COMMAND --help says more):
${columns(commands.map(({ name, summary }) => [name, summary]))}
`;
}

/** The usage of a command, or of a job: `["manifest", "show"]` calls it. */
export function usage(
  program: string,
  words: readonly string[],
  command: CommandDescription,
): string {
  if (command.jobs !== undefined) {
    return command.jobs.map((job) => usage(program, [...words, job.name], job)).join(
      "\n",
    );
  }
  const call = [program, ...words].join(" ");
  const lines = command.usage.map((line) => `usage: ${call} ${line}`.trimEnd());
  const parts = [lines.join("\n"), command.text];
  if (command.flags !== undefined) {
    parts.push(columns(command.flags.map((flag) => [spelling(flag), flag.help])));
  }
  if (command.status !== undefined) parts.push(`Exit status: ${command.status}`);
  return `${parts.join("\n\n")}\n`;
}

/** A flag as a user writes it: `--net:DEVICE=TAP`. */
export function spelling({ name, device, value }: FlagDescription): string {
  return name + (device ? ":DEVICE" : "") + (value === undefined ? "" : `=${value}`);
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join("\n");
}
