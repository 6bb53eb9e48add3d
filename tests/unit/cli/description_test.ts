/**
 * What the descriptions say of the command line, held against what reads it.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { parseRunArguments } from "../../../src/binding/flags.ts";
import { parseHvtCommand } from "../../../src/binding/hvt_command.ts";
import { HVT_READERS, readHvtOptions } from "../../../src/binding/hvt_options.ts";
import { RUN_FLAGS } from "../../../src/binding/run_flags.ts";
import { ELFTOOL_JOBS } from "../../../src/cli/elftool.ts";
import { ALIASES, SUBCOMMANDS } from "../../../src/cli/main.ts";
import { JOBS } from "../../../src/cli/manifest.ts";
import { FORMATS as CHECK_FORMATS } from "../../../src/cli/check.ts";
import { FORMATS } from "../../../src/cli/sandbox.ts";
import { readWords } from "../../../src/cli/words.ts";
import {
  type CommandDescription,
  flagsOf,
  spelling,
} from "../../../src/cli/description/command.ts";
import { COMMANDS, findCommand, SOLO5 } from "../../../src/cli/description/commands.ts";

function names(all: readonly { readonly name: string }[] = []): string[] {
  return all.map(({ name }) => name).toSorted();
}

function keys(table: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(table).toSorted();
}

/** Commands and jobs, each with the words that call it. */
const DESCRIBED = COMMANDS.flatMap((command) => [
  { call: [command.name], command },
  ...(command.jobs ?? []).map((job) => ({
    call: [command.name, job.name],
    command: job,
  })),
]);

/** What a command takes, and by whose word: it, and what is described. */
const TABLES: readonly (readonly [what: string, taken: string[], described: string[]])[] =
  [
    ["solo5", keys(SUBCOMMANDS), names(COMMANDS)],
    [
      "solo5 without a command",
      keys(ALIASES),
      flagsOf(SOLO5).flatMap(({ name, short }) => short ? [name, short] : name)
        .toSorted(),
    ],
    ["solo5 run", names(RUN_FLAGS), names(findCommand("run")?.flags)],
    ["solo5 sandbox", [...FORMATS].toSorted(), names(findCommand("sandbox")?.flags)],
    ["solo5 check", [...CHECK_FORMATS], names(findCommand("check")?.flags)],
    ["solo5 manifest", keys(JOBS), names(findCommand("manifest")?.jobs)],
    ["solo5 elftool", keys(ELFTOOL_JOBS), names(findCommand("elftool")?.jobs)],
    [
      "solo5 hvt",
      [...keys(HVT_READERS), "--help", "--version"].toSorted(),
      names(findCommand("hvt")?.flags),
    ],
  ];

for (const [what, taken, described] of TABLES) {
  Deno.test(`${what} takes what is described, and nothing else, when tables are compared`, () => {
    assertEquals(taken, described);
  });
}

/** What the examples bind devices of; names are those that they use. */
const DEVICES = [
  { name: "service0", type: "NET_BASIC", handle: 1 },
  { name: "storage", type: "BLOCK_BASIC", handle: 2 },
] as const;

/** Reads a command line as the command would; returns what is wrong with it. */
function problems(name: string, words: readonly string[]): readonly string[] {
  if (name === "hvt") {
    const command = parseHvtCommand(words);
    assert(command.kind === "run");
    const named = DEVICES.filter((device) =>
      words.join(" ").includes(`:${device.name}=`)
    );
    const read = readHvtOptions(command, named, true);
    return "lines" in read ? read.lines : [];
  }
  const command = findCommand(name)!;
  if (name === "run" || command.takesFlagsOf === "run") {
    const own = names(command.flags);
    const rest = name === "run" ? words : words.filter((word) => !own.includes(word));
    const { image, config, request } = parseRunArguments(rest);
    return (image ?? config) === undefined ? ["no image"] : request.problems ?? [];
  }
  const job = command.jobs?.find((each) => each.name === words[0]);
  const call = job === undefined ? [name] : [name, words[0]!];
  readWords(call, job ?? command, job === undefined ? words : words.slice(1));
  return [];
}

for (const [line] of DESCRIBED.flatMap(({ command }) => command.examples ?? [])) {
  Deno.test(`the example is read without complaint when it is ${line}`, () => {
    const [program, name, ...words] = line.split(" ");
    assertEquals(program, "solo5");
    assertEquals(problems(name!, words), []);
  });
}

for (const { call, command } of DESCRIBED) {
  Deno.test(`solo5 ${call.join(" ")} is described in full when it is looked at`, () => {
    assert(/^[^A-Z.][^\n]*[^.]$/.test(command.summary), command.summary);
    assert(command.usage.length > 0 && command.text !== "");
    const taken = flagsOf(command).map(({ name }) => name);
    assertEquals(new Set(taken).size, taken.length, "a flag is there twice");
    assert(flagsOf(command).every(({ help }) => help !== ""));
    if (command.takesFlagsOf !== undefined) assert(findCommand(command.takesFlagsOf));
    for (const [line] of command.examples ?? []) {
      assert(line.startsWith(["solo5", ...call].join(" ")), line);
    }
  });
}

/** Values that a shell offers for a flag of `run`. */
const OFFERED = (findCommand("run") as CommandDescription).flags!.flatMap((flag) =>
  typeof flag.completes === "object"
    ? flag.completes.map((value) => `${flag.name}${flag.device ? ":0" : ""}=${value}`)
    : []
);

Deno.test("solo5 run takes every value that a shell offers when it is given", () => {
  assert(OFFERED.includes("--sandbox=strict") && OFFERED.includes("--trace=sandbox"));
  for (const word of OFFERED) {
    assertEquals(parseRunArguments([word, "app.elf"]).request.problems, [], word);
  }
});

const SPELLINGS = [
  [{ name: "--json" }, "--json"],
  [{ name: "--mem", value: "MIB" }, "--mem=MIB"],
  [{ name: "--net", device: true, value: "TAP" }, "--net:DEVICE=TAP"],
  [{ name: "--net", device: "NAME", value: "TAP" }, "--net:NAME=TAP"],
  [{ name: "-o", value: "OUTPUT", apart: true }, "-o OUTPUT"],
] as const;

for (const [flag, text] of SPELLINGS) {
  Deno.test(`spelling() returns ${text} when a flag is such`, () => {
    assertEquals(spelling({ help: "x", ...flag }), text);
  });
}
