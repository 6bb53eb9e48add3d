/**
 * Usage texts, made from descriptions. Pure.
 *
 * @module
 */
import { type CommandDescription, flagsOf, spelling } from "./command.ts";
import type { FlagDescription } from "./command.ts";
import { blocks, wrap } from "./text.ts";

/** What a terminal has, if nobody makes it wider. */
const LINE_CHARACTERS = 80;

/** What stands on the left: what is longer gets a line of its own. */
const LONGEST_LEFT = 26;

/** The overview of a program with these commands. */
export function overview(
  program: string,
  commands: readonly CommandDescription[],
): string {
  const examples = commands.find(({ name }) => name === "run")?.examples ?? [];
  return `${program}: runs Solo5 unikernels on KVM

${columns(examples, Infinity)}

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
  const call = [program, ...words].join(" ");
  const lines = command.usage.map((line) => `usage: ${call} ${line}`.trimEnd());
  const parts = [lines.join("\n"), filled(command.text)];
  if (command.flags !== undefined) {
    parts.push(columns(flagsOf(command).map((flag) => [left(flag), flag.help])));
  }
  if (command.status !== undefined) parts.push(filled(`Exit status: ${command.status}`));
  if (command.examples !== undefined) {
    parts.push(`Examples:\n${columns(command.examples, Infinity)}`);
  }
  const jobs = (command.jobs ?? []).map((job) =>
    usage(program, [...words, job.name], job)
  );
  return [`${parts.join("\n\n")}\n`, ...jobs].join("\n");
}

/** Fills the lines of a text's paragraphs. */
function filled(text: string): string {
  return blocks(text).map((block) =>
    (block.kind === "literal" ? block.lines : wrap(block.text, LINE_CHARACTERS))
      .join("\n")
  ).join("\n\n");
}

function left(flag: FlagDescription): string {
  return `${flag.short === undefined ? "" : `${flag.short}, `}${spelling(flag)}`;
}

/** Two columns; the right one is filled, the left one has a line to itself if long. */
function columns(
  rows: readonly (readonly [left: string, right: string])[],
  longest = LONGEST_LEFT,
): string {
  const widths = rows.map(([left]) => left.length).filter((each) => each <= longest);
  const width = Math.max(0, ...widths);
  const indent = " ".repeat(width + 4);
  return rows.flatMap(([left, right]) => {
    const [first = "", ...more] = wrap(right, LINE_CHARACTERS - indent.length);
    const rest = more.map((line) => indent + line);
    return left.length > width
      ? [`  ${left}`, indent + first, ...rest]
      : [`  ${left.padEnd(width)}  ${first}`, ...rest];
  }).join("\n");
}
