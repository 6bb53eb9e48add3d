/**
 * Instructions: a guest has all of its processor's privileges. What it does with
 * them reaches nothing but itself: it goes on, gets an exception, or is ended.
 *
 * @module
 */
import { assertMatch } from "@std/assert";
import {
  type Attack,
  BLOCK,
  CATCH,
  commandLine,
  END_LINE,
  FREE,
  run,
  SHOW_RAX,
  type Step,
  store,
  survives,
  TEXT,
  trap,
  type Value,
} from "../support/attack.ts";
import { hostTest } from "../support/needs.ts";
import { tender } from "../support/tender.ts";

const DIVIDE = 0, DEBUG = 1, BREAKPOINT = 3, INVALID = 6, PROTECTION = 13, PAGE = 14;
const PAGE_TABLES = 0x2000;

/** Rows of instructions with what the guest shows afterwards. */
const rows = (table: Readonly<Record<string, readonly [Step, string]>>): Attack[] =>
  Object.entries(table).map(([name, [step, shows]]) => ({ name, steps: [step], shows }));

hostTest(
  "instructions that fail are exceptions in the guest",
  ["KVM"],
  () =>
    survives(rows({
      "ud2": [run("0f 0b"), trap(INVALID)],
      "lock nop": [run("f0 90"), trap(INVALID)],
      "push es": [run("06"), trap(INVALID)],
      "mov cs": [run("8e c8", { rax: 8 }), trap(INVALID)],
      "syscall": [run("0f 05"), trap(INVALID)],
      "xsetbv": [run("0f 01 d1"), trap(INVALID)],
      "vmrun": [run("0f 01 d8"), trap(INVALID)],
      "rsm": [run("0f aa"), trap(INVALID)],
      "16 prefixes": [run("66".repeat(16) + "90"), trap(PROTECTION)],
      "a division by zero": [run("31 d2 f7 f1", { rax: 1 }), trap(DIVIDE)],
      "a single step": [run("68 02010000 9d 90"), trap(DEBUG)],
      "iretq to nowhere": [run("6a00".repeat(5) + "48 cf"), trap(PROTECTION)],
      "ltr of a data segment": [run("0f 00 d8", { rax: 0x10 }), trap(PROTECTION)],
      "lldt of a data segment": [run("0f 00 d0", { rax: 0x10 }), trap(PROTECTION)],
      "ds behind the GDT": [run("8e d8", { rax: 0xffff }), trap(PROTECTION)],
      "dr7 with upper bits": [run("0f 23 f8", { rax: 1n << 32n }), trap(PROTECTION)],
      "cr0 of 0": [run("0f 22 c0"), trap(PROTECTION)],
      "cr0 without paging": [run("0f 22 c0", { rax: 0x11 }), trap(PROTECTION)],
      "cr4 of 0": [run("0f 22 e0"), trap(PROTECTION)],
      "cr4 of all bits": [run("0f 22 e0", { rax: 0xffffffff }), trap(PROTECTION)],
      "lgdt from page tables": [
        run("0f 01 12", { rdx: PAGE_TABLES }),
        trap(PAGE, PAGE_TABLES),
      ],
      "lidt from page tables": [
        run("0f 01 1a", { rdx: PAGE_TABLES }),
        trap(PAGE, PAGE_TABLES),
      ],
    })),
);

hostTest("what a kernel may do, a guest may", ["KVM"], () =>
  survives(rows({
    "cr3 anew": [run("0f 22 d8", { rax: PAGE_TABLES }), ""],
    "cr8": [run("44 0f 22 c0", { rax: 15 }), ""],
    "invlpg": [run("0f 01 3a", { rdx: TEXT }), ""],
    "invlpg of the null page": [run("0f 01 3a"), ""],
    "wbinvd": [run("0f 09"), ""],
    "invd": [run("0f 08"), ""],
    "clts": [run("0f 06"), ""],
    "lmsw": [run("0f 01 f0"), ""],
    "swapgs": [run("0f 01 f8"), ""],
    "ss of 0": [run("8e d0"), ""],
    "interrupts on": [run("fb 90 90 fa"), ""],
    "alignment checks": [run("68 02000400 9d 90"), ""],
    "a debug register": [run("0f 23 c0", { rax: TEXT }), ""],
    "cpuid of every bit": [run("0f a2", { rax: ~0, rcx: ~0 }), ""],
    "cpuid of a hypervisor": [run("0f a2", { rax: 0x4000_0000 }), ""],
  })));

/** A far pointer: an offset of 32 bits and a selector. */
const far = (selector: number) => (BigInt(selector) << 32n) | BigInt(FREE);

const SELECTORS: Readonly<Record<string, readonly [number, string]>> = {
  "code": [8, ""],
  "none": [0, trap(PROTECTION)],
  "data": [0x10, trap(PROTECTION)],
  "behind the table": [0xfff8, trap(PROTECTION)],
};

hostTest(
  "far calls go where a segment is",
  ["KVM", "hardware virtualization"],
  () =>
    survives(
      Object.entries(SELECTORS).map(([name, [selector, shows]]) => ({
        name,
        // retf
        steps: [
          store(FREE, 0xcb),
          store(BLOCK, far(selector)),
          run("ff 1a", { rdx: BLOCK }),
        ],
        shows,
      })),
    ),
);

/** A KVM that emulates gives up at these. */
hostTest(
  "more instructions that fail are exceptions in the guest",
  ["KVM", "hardware virtualization"],
  () =>
    survives(rows({
      "int3": [run("cc"), trap(BREAKPOINT)],
      "int 0x80": [run("cd 80"), trap(PROTECTION)],
      "int 0xff": [run("cd ff"), trap(PROTECTION)],
      "ud0": [run("0f ff 00"), trap(INVALID)],
      "ud1": [run("0f b9 00"), trap(INVALID)],
      "vzeroupper": [run("c5 f8 77"), trap(INVALID)],
      "int after mov ss": [run("8e d0 cd 80", { rax: 0x10 }), trap(PROTECTION)],
      "x87": [run("d9 c0"), ""],
    })),
);

/** What KVM says of a hypercall that there is not: -1000 (`KVM_ENOSYS`). */
const UNKNOWN = " 0xfffffffffffffc18";

/** By their numbers (`linux/kvm_para.h`), of which CPUID offers none. */
const OWN_HYPERCALLS: Readonly<Record<string, Value>> = {
  "none": 0,
  "MMU_OP": 2,
  "KICK_CPU": 5,
  "SEND_IPI": 10,
  "SCHED_YIELD": 11,
  "MAP_GPA_RANGE": 12,
  "one that is too large": 1n << 63n,
};

hostTest(
  "KVM's own hypercalls are none to a guest",
  ["KVM", "hardware virtualization"],
  () =>
    survives(
      Object.entries(OWN_HYPERCALLS).map(([name, rax]) => ({
        name,
        // vmmcall, with rbx where the code is
        steps: [run("0f 01 d9", { rax, rcx: BLOCK, rdx: 1, rsi: 1 }), SHOW_RAX],
        shows: UNKNOWN,
      })),
    ),
);

/** MSRs that reach beyond a guest, or would if they were there. */
const DENIED: Readonly<Record<string, number>> = {
  "SMI count": 0x34,
  "APIC base": 0x1b,
  "feature control": 0x3a,
  "microcode update": 0x79,
  "performance counter": 0xc1,
  "SYSENTER's stack": 0x175,
  "debug control": 0x1d9,
  "MTRR": 0x200,
  "power limit": 0x610,
  "x2APIC": 0x830,
  "Hyper-V's guest": 0x4000_0000,
  "KVM's clock": 0x4b56_4d01,
  "SYSCALL's entry": 0xc000_0082,
  "AMD's VM_HSAVE": 0xc001_0117,
  "the last": 0xffff_ffff,
};

hostTest(
  "MSRs that are not a guest's raise #GP, read and written",
  ["KVM", "hardware virtualization"],
  () =>
    survives([
      ...Object.entries(DENIED).flatMap(([name, rcx]) => [
        { name: `read ${name}`, steps: [run("0f 32", { rcx })], shows: trap(PROTECTION) },
        {
          name: `write ${name}`,
          steps: [run("0f 30", { rcx })],
          shows: trap(PROTECTION),
        },
      ]),
      ...rows({
        "write the counter": [run("0f 30", { rcx: 0x10 }), trap(PROTECTION)],
        "EFER of all bits": [
          run("0f 30", { rcx: 0xc000_0080, rax: ~0, rdx: ~0 }),
          trap(PROTECTION),
        ],
        "EFER without long mode": [run("0f 30", { rcx: 0xc000_0080 }), trap(PROTECTION)],
      }),
    ]),
);

/** In these, processors and hosts differ. */
const DIFFERENT: Readonly<Record<string, string>> = {
  "sysenter": "0f 34",
  "rdpmc": "0f 33",
  "monitor and mwait": "0f 01 c8 0f 01 c9",
  "icebp": "f1",
};

for (const [name, code] of Object.entries(DIFFERENT)) {
  hostTest(`${name} harms nobody`, ["KVM"], async () => {
    const ended = await tender(commandLine([CATCH, run(code), END_LINE]));
    const shown = `${ended.status} ${ended.stdout}${ended.stderr}`;
    assertMatch(
      shown,
      /^(0 ( trap 0x[16d])?\n|1 solo5: guest fault at rip=0x[0-9a-f]+: KVM could not go on with the guest \(suberror 0x1\); the unikernel has to be mended\n)$/,
    );
  });
}
