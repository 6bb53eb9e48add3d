/**
 * Man pages, made from descriptions. Pure.
 *
 * @module
 */
import {
  type CommandDescription,
  type FlagDescription,
  flagsOf,
} from "../../src/cli/description/command.ts";
import { blocks, wrap } from "../../src/cli/description/text.ts";
import { bold, escapeRoff, italic, markUp, roffLine } from "./roff.ts";

/** What a page is about. */
export interface Page {
  /** Its name, and that of the program or command: `solo5-run`. */
  readonly name: string;
  /** What calls it, each way: `["solo5 run"]`. */
  readonly calls: readonly string[];
  /** The command. */
  readonly command: CommandDescription;
  /** Pages of the same section that it names. */
  readonly related: readonly string[];
  /** Whether its jobs have pages of their own. */
  readonly overview?: boolean;
}

/** The release that pages are of. */
export interface Release {
  /** As `solo5 version` shows it. */
  readonly version: string;
  /** When it was made; the day is shown. */
  readonly date: Date;
}

/** All are about commands. */
const SECTION = 1;

/** A line of a page's source. */
const SOURCE_CHARACTERS = 78;

/** Makes a page, for `man` and `mandoc`. */
export function manPage(page: Page, { version, date }: Release): string {
  const { name, command } = page;
  const day = date.toISOString().slice(0, 10);
  const title = `.TH ${name.toUpperCase()} ${SECTION} ${day} "solo5 ${version}"`;
  const isPlace = placesOf(command);
  const lines = [
    '.\\" Made from the description of the command line: change that.',
    title,
    // Names of flags stay whole.
    ".nh",
    ...section("NAME", [`${escapeRoff(name)} \\- ${escapeRoff(command.summary)}`]),
    ...section("SYNOPSIS", synopsis(page)),
    ...section("DESCRIPTION", paragraphs(command.text, isPlace)),
    ...section("OPTIONS", options(page)),
    ...(page.overview
      ? section("COMMANDS", commandList(command))
      : section("JOBS", jobs(page))),
    ...section("ENVIRONMENT", terms(command.environment)),
    ...section("FILES", terms(command.files)),
    ...section("EXIT STATUS", statusText(command, isPlace)),
    ...section("EXAMPLES", terms(command.examples)),
    ...section("SEE ALSO", references(page)),
  ];
  return `${lines.join("\n")}\n`;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`.SH ${title}`, ...lines];
}

/** Whether a word in capitals is one that the command's usage or flags have. */
function placesOf(command: CommandDescription): (word: string) => boolean {
  const all = [command, ...command.jobs ?? []];
  const texts = all.flatMap(({ usage, flags = [] }) => [
    ...usage,
    ...flags.map(({ value = "" }) => value),
  ]);
  const known = new Set(texts.join(" ").match(/[A-Z]{3,}(\.json)?/g));
  return (word) => word === "DEVICE" || word === "app.elf" || known.has(word);
}

function synopsis({ calls, command, overview }: Page): string[] {
  const uses = overview || command.jobs === undefined
    ? command.usage
    : command.jobs.flatMap(({ name, usage }) => usage.map((line) => `${name} ${line}`));
  return calls.flatMap((call) =>
    uses.map((line) => `${bold(call)} ${called(line)}`.trim())
  )
    .flatMap((line, index) => index === 0 ? [line] : [".br", line]);
}

/** What follows a command: words of a job's name are bold. */
function called(line: string): string {
  const [, job = "", rest = ""] = /^([a-z][a-z-]*(?= |$))?(.*)$/.exec(line)!;
  return (job === "" ? "" : bold(job)) + markUp(rest, () => true);
}

function paragraphs(text: string, isPlace: (word: string) => boolean): string[] {
  return blocks(text).flatMap((block, index) => [
    ...(index === 0 ? [] : [".PP"]),
    ...(block.kind === "literal"
      ? [".EX", ...block.lines.map((line) => roffLine(escapeRoff(line))), ".EE"]
      : prose(block.text, isPlace)),
  ]);
}

/** Lines of the source, which are filled anew for the reader. */
function prose(text: string, isPlace: (word: string) => boolean): string[] {
  return wrap(markUp(text, isPlace), SOURCE_CHARACTERS).map(roffLine);
}

function options({ command }: Page): string[] {
  if (command.jobs !== undefined && command.flags === undefined) return [];
  const more = command.takesFlagsOf;
  return [
    ...flagTerms(flagsOf(command), command),
    ...(more === undefined ? [] : [
      ".PP",
      `The flags of ${bold(`solo5-${more}`)}(${SECTION}) may stand there too.`,
    ]),
  ];
}

function flagTerms(
  flags: readonly FlagDescription[],
  command: CommandDescription,
): string[] {
  return flags.flatMap((flag) => [
    ".TP",
    [flag.short, flag.name].flatMap((name) =>
      name === undefined ? [] : written(flag, name)
    )
      .join(", "),
    ...prose(sentence(flag.help), placesOf(command)),
  ]);
}

/** A flag as it is written, what stands for something in italics. */
function written(
  { device = false, value, apart }: FlagDescription,
  name: string,
): string {
  const whose = device === false ? "" : `:${italic(device === true ? "DEVICE" : device)}`;
  return bold(name) + whose +
    (value === undefined ? "" : `${apart ? " " : "="}${italic(value)}`);
}

/** The help of a flag as a sentence: usage texts have it without a full stop. */
function sentence(help: string): string {
  return `${help[0]!.toUpperCase()}${help.slice(1)}${/[.)]$/.test(help) ? "" : "."}`;
}

function jobs({ calls, command }: Page): string[] {
  return (command.jobs ?? []).flatMap((job) => [
    `.SS ${bold(`${calls[0]} ${job.name}`)} ${called(job.usage[0]!)}`,
    ...paragraphs(job.text, placesOf(job)),
    ...(job.flags === undefined ? [] : flagTerms(job.flags, job)),
    ...(job.examples ?? []).flatMap((
      [line, does],
    ) => [".TP", bold(line), escapeRoff(does)]),
  ]);
}

function commandList({ jobs = [] }: CommandDescription): string[] {
  return jobs.flatMap(({ name, summary }) => [
    ".TP",
    `${bold(`solo5-${name}`)}(${SECTION})`,
    escapeRoff(sentence(summary)),
  ]);
}

function terms(all: readonly (readonly [string, string])[] = []): string[] {
  return all.flatMap(([term, text]) => [
    ".TP",
    bold(term),
    ...prose(sentence(text), () => false),
  ]);
}

function statusText(
  { status }: CommandDescription,
  isPlace: (word: string) => boolean,
): string[] {
  const text = status ?? "0 when it did what it was asked; 1 for what is refused.";
  return prose(sentence(text.replaceAll("\n", " ")), isPlace);
}

function references({ command, related }: Page): string[] {
  const all = [...related.map((name) => `${name}(${SECTION})`), ...command.seeAlso ?? []];
  return all.map((each, index) => {
    const [, name = "", section = ""] = /^(.*)(\(\d\))$/.exec(each)!;
    return `.BR ${escapeRoff(name)} ${section}${index === all.length - 1 ? "" : " ,"}`;
  });
}
