/**
 * A guest's memory by its own instructions: every region read, written and run,
 * what the image protects, page tables of its own, exceptions that nobody takes.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import {
  BLOCK,
  CATCH,
  commandLine,
  END_LINE,
  ends,
  fill,
  FREE,
  mapWindow,
  MEMORY,
  run,
  show64,
  SHOW_RAX,
  type Step,
  store,
  survives,
  TEXT,
  trap,
  type Value,
  WINDOW,
} from "../support/attack.ts";
import { hostTest } from "../support/needs.ts";
import { start } from "../support/tender.ts";

const PROTECTION = 13, PAGE = 14;
const PAGE_TABLES = 0x2000, BOOT_INFO = 0x10000;
/** A guest's own, without the bit that keeps a kernel from read-only pages. */
const UNPROTECTED_CR0 = 0x80000031;

const load = (gpa: Value) => run("48 8b 02", { rdx: gpa });
const save = (gpa: Value) => run("48 89 02", { rdx: gpa });
const jump = (gpa: Value) => run("ff d2", { rdx: gpa });

/** Regions, with what reading, writing and running them does. */
const REGIONS: Readonly<
  Record<string, readonly [gpa: Value, read: string, write: string, run: string]>
> = {
  "the null page": [0, ...all(trap(PAGE, 0))],
  "the GDT": [0x1000, ...all(trap(PAGE, 0x1000))],
  "the page tables": [PAGE_TABLES, ...all(trap(PAGE, PAGE_TABLES))],
  "the last page below boot info": [0xf000, ...all(trap(PAGE, 0xf000))],
  // What runs there is `add [rax], al`, with a rax of 0.
  "boot info": [BOOT_INFO, "", trap(PAGE, BOOT_INFO), trap(PAGE, 0)],
  "the last page below the image": [0xff000, "", trap(PAGE, 0xff000), trap(PAGE, 0)],
  "free memory": [FREE, "", "", trap(PAGE, 0)],
  "the last 8 bytes": [MEMORY - 8, "", "", trap(PAGE, 0)],
  "the end of memory": [MEMORY, ...all(trap(PAGE, MEMORY))],
  "2^32": [1n << 32n, ...all(trap(PAGE, 1n << 32n))],
  "2^63": [1n << 63n, ...all(trap(PROTECTION))],
  "the last page of all": [-4096, ...all(trap(PAGE, -4096))],
};

function all(shows: string): [string, string, string] {
  return [shows, shows, shows];
}

hostTest("every region can be used as its mapping says", ["KVM"], () =>
  survives(
    Object.entries(REGIONS).flatMap(([name, [gpa, ...shown]]) => [
      { name: `read ${name}`, steps: [load(gpa)], shows: shown[0]! },
      { name: `write ${name}`, steps: [save(gpa)], shows: shown[1]! },
      { name: `run ${name}`, steps: [jump(gpa)], shows: shown[2]! },
    ]),
  ));

hostTest("data that is code runs", ["KVM"], () =>
  survives([{
    name: "free memory",
    // mov eax, 42; ret
    steps: [store(FREE, 0xc300_0000_2ab8n), jump(FREE), SHOW_RAX],
    shows: " 0x2a",
  }]));

hostTest(
  "without write protection a guest spoils its own boot info",
  ["KVM"],
  () =>
    survives([{
      name: "boot info",
      steps: [
        run("0f 22 c0 48 89 32", {
          rax: UNPROTECTED_CR0,
          rdx: BOOT_INFO,
          rsi: 0x5a5a,
        }),
        show64(BOOT_INFO),
      ],
      shows: " 0x5a5a",
    }]),
);

/** One of the two, by the host's KVM. */
const PROTECTED =
  /^(host\/guest translation fault(, gpa=0x[0-9a-f]+)?: it used|invalid guest access: gpa=0x[0-9a-f]+: no memory there, or) memory that its image protects$/;

/** The guest's constants: the page behind its code. */
const CONSTANTS = TEXT + 0x1000;

/** Ways to change what the image protects. */
const CHANGES: Readonly<Record<string, readonly Step[]>> = {
  "writes its code": [save(TEXT)],
  "writes its constants": [save(CONSTANTS)],
  "writes its code without write protection": [
    run("0f 22 c0 48 89 02", { rax: UNPROTECTED_CR0, rdx: TEXT }),
  ],
  "writes its code by another address": [...mapWindow(0), save(WINDOW + TEXT)],
  "copies over its code": [run("f3 a4", { rcx: 4096, rsi: FREE, rdi: TEXT })],
};

for (const [what, steps] of Object.entries(CHANGES)) {
  hostTest(
    `a guest that ${what} is ended`,
    ["KVM"],
    () => ends([CATCH, ...steps], PROTECTED),
  );
}

const TRIPLE = /^triple fault \(an exception that it has no handler for\)$/;
/** What KVM does where it should deliver an exception and finds no memory. */
const TRIPLE_OR_LOST =
  /^(triple fault \(.*\)|KVM could not go on with the guest \(suberror 0x[0-9a-f]+\))$/;

/** Exceptions that nobody can take. */
const NESTED: Readonly<Record<string, readonly [readonly Step[], RegExp]>> = {
  "an exception without a table": [[
    run("0f 01 1a 0f 0b", { rdx: FREE }),
  ], TRIPLE],
  "an exception without a stack": [[CATCH, run("48 31 e4 0f 0b")], TRIPLE],
  "an exception whose table is not mapped": [[
    store(BLOCK, 0x2000_0000_ffffn),
    run("0f 01 1a 0f 0b", { rdx: BLOCK }),
  ], TRIPLE],
  "an exception whose stack is no memory": [[
    CATCH,
    ...mapWindow(0x1000_0000),
    run("48 89 d4 0f 0b", { rdx: WINDOW + 0x800 }),
  ], TRIPLE_OR_LOST],
  "an exception whose table is no memory": [[
    CATCH,
    ...mapWindow(0x1000_0000),
    store(BLOCK, (BigInt(WINDOW) << 16n) | 0xffffn),
    run("0f 01 1a 0f 0b", { rdx: BLOCK }),
  ], TRIPLE_OR_LOST],
  "empty page tables": [[CATCH, run("0f 22 d8", { rax: FREE })], TRIPLE],
  "hlt": [[CATCH, run("f4")], /^it halted the processor \(hlt\) outside of the HALT/],
  "hlt with interrupts on": [[CATCH, run("fb f4")], /^it halted the processor \(hlt\) /],
};

for (const [what, [steps, words]] of Object.entries(NESTED)) {
  hostTest(`${what} ends the guest`, ["KVM"], () => ends(steps, words));
}

/** What can keep the processor busy without end, by the host's KVM. */
const ENDLESS: Readonly<Record<string, readonly Step[]>> = {
  "page tables outside of memory": [run("0f 22 d8", { rax: 0xffff_f000 })],
  "vmcall": [run("0f 01 c1"), run("eb fe")],
  "an exception in its own handler": [
    fill(FREE, 4096, 0),
    // A gate for #UD whose handler is: mov rsp, rbp; ud2.
    store(BLOCK + 16, 0x0b0f_ec89_48n),
    store(FREE + 96, 0x8e00_0008_0010n + (BigInt(BLOCK >> 16) << 48n)),
    store(BLOCK, (BigInt(FREE) << 16n) | 0xfffn),
    run("48 89 e5 0f 01 1a 0f 0b", { rdx: BLOCK }),
  ],
};

for (const [what, steps] of Object.entries(ENDLESS)) {
  hostTest(`${what} ends the guest, or SIGTERM does`, ["KVM"], async () => {
    const running = start(
      commandLine([CATCH, show64(TEXT), END_LINE, ...steps, END_LINE]),
    );
    await running.sees("\n");
    // So that the guest comes to it; either end would be right without.
    await new Promise((resolve) => setTimeout(resolve, 100));
    try {
      running.child.kill("SIGTERM");
    } catch {
      // The guest was ended before.
    }
    const ended = await running.end();
    assertMatch(
      ended.stderr,
      /^solo5: (Exiting on signal 15|guest fault at rip=0x[0-9a-f]+: (triple fault|KVM could not go on|invalid guest access|host\/guest translation fault)[^\n]*)\n$/,
    );
    assertEquals([ended.status, ended.stdout.split("\n").length], [1, 2]);
  });
}
