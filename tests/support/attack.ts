/**
 * The language of the guest `attack` (tests/guests/attack.c): attacks as rows of
 * a table, many of them in one run where none ends the guest.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { guest, tender, type TenderOptions } from "./tender.ts";

/** An address, length or value; above 2⁵³ as a bigint. */
export type Value = number | bigint;

/** Guest memory in these tests, in MiB, and in bytes. */
export const MEBIBYTES = 4;
/** See {@link MEBIBYTES}. */
export const MEMORY: number = MEBIBYTES << 20;
/** Memory that nobody uses, up to {@link CODE}. */
export const FREE = 0x320000;
/** Where argument blocks are that nothing is wrong with. */
export const BLOCK = 0x380000;
/** Where the guest puts the code of {@link run}. */
export const CODE = 0x390000;
/** The first segment, read-only: the guest's code. */
export const TEXT = 0x100000;

/** Values that a field can hold and that look like an end of something. */
export const HUGE = {
  "2^32": 1n << 32n,
  "2^63": 1n << 63n,
  "2^64-1": (1n << 64n) - 1n,
} as const;

/** One of the guest's words, with its arguments. */
export type Step = string;

const digits = (value: Value) => BigInt.asUintN(64, BigInt(value)).toString(16);
const word = (name: string, ...values: Value[]): Step =>
  [name, ...values.map(digits)].join(" ");

/** Stores 64 bits. */
export const store = (gpa: Value, value: Value): Step => word("=", gpa, value);
/** Stores equal bytes. */
export const fill = (gpa: Value, bytes: Value, byte: Value): Step =>
  word("*", gpa, bytes, byte);
/** Shows 64 bits of memory. */
export const show64 = (gpa: Value): Step => word("?", gpa);
/** Shows 32 bits of memory. */
export const show32 = (gpa: Value): Step => word("!", gpa);
/** Shows what the latest code left in rax. */
export const SHOW_RAX: Step = "$";
/** Waits until 32 bits of memory have a value. */
export const waitFor = (gpa: Value, value: Value): Step => word("~", gpa, value);
/** From here on an exception is shown; without it there is no handler. */
export const CATCH: Step = "t";
/** Ends a line of what is shown. */
export const END_LINE: Step = ".";

/** What code is started with; what is not given is 0. */
export type Registers = Partial<Record<"rax" | "rcx" | "rdx" | "rsi" | "rdi", Value>>;

/** Runs machine code: bytes in hexadecimal, blanks between them as one likes. */
export function run(code: string, registers: Registers = {}): Step {
  const { rax = 0, rcx = 0, rdx = 0, rsi = 0, rdi = 0 } = registers;
  return `${word("x", rax, rcx, rdx, rsi, rdi)} ${code.replaceAll(" ", "")}`;
}

/** Writes to a port: `out dx` of 1, 2 or 4 bytes. */
export function out(port: number, value: Value, bytes: 1 | 2 | 4 = 4): Step {
  return run({ 1: "ee", 2: "66 ef", 4: "ef" }[bytes], { rax: value, rdx: port });
}

/** Calls a hypercall with the gpa of its argument block. */
export const hypercall = (number: number, block: Value): Step =>
  out(0x500 + number, block);

/** Fills an argument block with fields of 64 bits and calls a hypercall. */
export function call(number: number, fields: readonly Value[], block = BLOCK): Step[] {
  const stores = fields.map((value, index) => store(block + 8 * index, value));
  return [...stores, hypercall(number, block)];
}

/** Where {@link mapWindow} has its window. */
export const WINDOW = 0x400000;

/** Loads page tables that map the lower 4 MiB one to one, and a window behind them. */
export function mapWindow(gpa: number | bigint): Step[] {
  const [pml4, pointers, directory] = [FREE, FREE + 0x1000, FREE + 0x2000];
  const TABLE = 3, LARGE_PAGE = 0x83n;
  return [
    store(pml4, pointers + TABLE),
    store(pointers, directory + TABLE),
    store(directory, LARGE_PAGE),
    store(directory + 8, 0x20_0000n + LARGE_PAGE),
    store(directory + 16, BigInt(gpa) + LARGE_PAGE),
    run("0f 22 d8", { rax: pml4 }),
  ];
}

/** A trap as the guest shows it; a page fault with its address. */
export function trap(vector: number, address?: Value): string {
  const where = address === undefined ? "" : ` at 0x${digits(address)}`;
  return ` trap 0x${vector.toString(16)}${where}`;
}

/** An attack that the guest survives. */
export interface Attack {
  /** What is attacked, and how. */
  readonly name: string;
  /** What the guest does. */
  readonly steps: readonly Step[];
  /** What it then has to show. */
  readonly shows: string;
}

/** Where attacks are done. */
export interface Target {
  /** The build of the guest. */
  readonly guest?: "attack" | "attack_disk" | "attack_net" | "attack_ring";
  /** Flags that bind its devices. */
  readonly flags?: readonly string[];
  /** The guest's memory; {@link MEBIBYTES} if not given. */
  readonly mebibytes?: number;
  /** How the tender is run. */
  readonly options?: TenderOptions;
}

/** Arguments of the tender for some steps. */
export function commandLine(steps: readonly Step[], target: Target = {}): string[] {
  const { flags = [], guest: name = "attack", mebibytes = MEBIBYTES } = target;
  return ["run", `--mem=${mebibytes}`, ...flags, guest(name), steps.join(" ")];
}

/** What a guest's command line can hold. */
const MOST_CHARACTERS = 8191;

/** Does all attacks, in as few runs as their words fit into, and compares. */
export async function survives(
  attacks: readonly Attack[],
  target: Target = {},
): Promise<void> {
  const seen: Record<string, string> = {};
  for (const batch of batches(attacks)) {
    const steps = batch.flatMap((attack) => [...attack.steps, END_LINE]);
    const ended = await tender(commandLine([CATCH, ...steps], target), target.options);
    const lines = ended.stdout.split("\n");
    for (const [index, { name }] of batch.entries()) {
      seen[name] = lines[index] ?? "(it came to none)";
    }
    if (ended.status !== 0) seen["the end"] = `${ended.status}: ${ended.stderr}`;
    else if (ended.stderr !== "") seen["standard error"] = ended.stderr;
  }
  assertEquals(
    seen,
    Object.fromEntries(attacks.map(({ name, shows }) => [name, shows])),
  );
}

function batches(attacks: readonly Attack[]): Attack[][] {
  const all: Attack[][] = [[]];
  let characters = 0;
  for (const attack of attacks) {
    const needs = attack.steps.join(" ").length + 8;
    if (characters + needs > MOST_CHARACTERS - 8) {
      all.push([]);
      characters = 0;
    }
    all.at(-1)!.push(attack);
    characters += needs;
  }
  return all;
}

/** The tender's sentence on what a guest did, without the words in the middle. */
const SENTENCE =
  /^solo5: guest fault(?: at rip=0x[0-9a-f]+)?: ([^\n]*); the unikernel has to be mended\n$/;

/** Does one attack, after which the tender has to end with status 1 and a sentence. */
export async function ends(
  steps: readonly Step[],
  words: string | RegExp,
  target: Target = {},
): Promise<void> {
  const ended = await tender(commandLine(steps, target), target.options);
  assertMatch(ended.stderr, SENTENCE);
  const said = ended.stderr.match(SENTENCE)![1]!;
  if (typeof words === "string") assertEquals(said, words);
  else assertMatch(said, words);
  assertEquals([ended.stdout, ended.status, ended.signal], ["", 1, null]);
}

/** What the tender says of a range that is not the guest's. */
export function notWithin(gpa: Value, bytes: Value, memory = MEMORY): string {
  return `invalid guest access: gpa=${about(gpa)}0x${Number(gpa).toString(16)}, ${
    about(bytes)
  }${Number(bytes)} bytes, not within its 0x${memory.toString(16)} bytes of memory`;
}

/** Beyond 2⁵³ the tender rounds. */
function about(value: Value): string {
  return value > Number.MAX_SAFE_INTEGER ? "about " : "";
}

/** What it says of a range to be written that touches the guest's code. */
export function inText(gpa: number, bytes: number): RegExp {
  return new RegExp(
    `^invalid guest access: gpa=0x${
      gpa.toString(16)
    }, ${bytes} bytes to write, in its read-only segment 0x100000 to 0x[0-9a-f]+$`,
  );
}
