/**
 * Ports and memory-mapped devices that nobody has defined: every size, in and
 * out, one at a time and as strings.
 *
 * @module
 */
import { HypercallNumber } from "../../src/contract/hypercalls.ts";
import {
  BLOCK,
  CATCH,
  CODE,
  ends,
  fill,
  mapWindow,
  notWithin,
  out,
  run,
  show64,
  type Step,
  store,
  survives,
  WINDOW,
} from "../support/attack.ts";
import { hostTest } from "../support/needs.ts";

const { PUTS } = HypercallNumber;
const PUTS_PORT = 0x500 + PUTS;

/** `in` from dx, by size in bytes. */
const IN = { 1: "ec", 2: "66 ed", 4: "ed" } as const;

const wrote = (bytes: number, port: number) =>
  `invalid guest port access: wrote ${bytes} bytes at port=0x${port.toString(16)}`;
const read = (bytes: number, port: number) =>
  `invalid guest port access: read ${bytes} bytes at port=0x${port.toString(16)}`;

/** What stands where on a PC, and what is beside the hypercalls. */
const PORTS: Readonly<Record<string, number>> = {
  "the first port": 0,
  "the last port": 0xffff,
  "the port before the hypercalls": 0x4ff,
  "the port behind them": 0x509,
  "a ring's kick without a ring": 0x600,
  "PCI's configuration": 0xcf8,
};

for (const [name, port] of Object.entries(PORTS)) {
  hostTest(
    `a write to ${name} ends with a sentence`,
    ["KVM", "a fast host"],
    () => ends([out(port, 0)], wrote(4, port)),
  );
}

/** Ways to use a port other than to write 32 bits to it. */
const WAYS: readonly (readonly [string, Step, string])[] = [
  ["a reset by PCI's port", out(0xcf9, 6, 1), wrote(1, 0xcf9)],
  ["a reset by the keyboard's port", out(0x64, 0xfe, 1), wrote(1, 0x64)],
  ["a power-off by ACPI's port", out(0x604, 0x2000, 2), wrote(2, 0x604)],
  [
    "a call of VMware's backdoor",
    run(IN[4], { rax: 0x564d5868, rcx: 10, rdx: 0x5658 }),
    read(4, 0x5658),
  ],
  ["a hypercall of one byte", out(PUTS_PORT, 0, 1), wrote(1, PUTS_PORT)],
  ["a hypercall of two bytes", out(PUTS_PORT, 0, 2), wrote(2, PUTS_PORT)],
  ["a byte from a hypercall", run(IN[1], { rdx: PUTS_PORT }), read(1, PUTS_PORT)],
  ["two bytes from a hypercall", run(IN[2], { rdx: PUTS_PORT }), read(2, PUTS_PORT)],
  ["four bytes from a hypercall", run(IN[4], { rdx: PUTS_PORT }), read(4, PUTS_PORT)],
];

/** The same as strings: an exit for each of their items. */
const STRINGS: readonly (readonly [string, Step, string])[] = [
  [
    "a string of bytes to a hypercall",
    run("f3 6e", { rcx: 16, rdx: PUTS_PORT, rsi: BLOCK }),
    wrote(1, PUTS_PORT),
  ],
  [
    "a string of bytes from a hypercall",
    run("f3 6c", { rcx: 16, rdx: PUTS_PORT, rdi: BLOCK }),
    read(1, PUTS_PORT),
  ],
  [
    "a string of 4,096 bytes from a hypercall",
    run("f3 6d", { rcx: 1024, rdx: PUTS_PORT, rdi: BLOCK }),
    read(4, PUTS_PORT),
  ],
];

for (const [name, step, words] of WAYS) {
  hostTest(
    `${name} ends with a sentence`,
    ["KVM", "a fast host"],
    () => ends([step], words),
  );
}

for (const [name, step, words] of STRINGS) {
  hostTest(`${name} ends with a sentence`, ["KVM"], () => ends([step], words));
}

hostTest("a string of hypercalls is answered one by one", ["KVM"], () =>
  survives([
    {
      name: "PUTS of two blocks",
      steps: [
        ...[store(BLOCK, BLOCK + 64), store(BLOCK + 8, 1), store(BLOCK + 64, 0x4241)],
        ...[store(BLOCK + 16, BLOCK + 65), store(BLOCK + 24, 1)],
        store(BLOCK + 32, (BigInt(BLOCK + 16) << 32n) | BigInt(BLOCK)),
        run("f3 6f", { rcx: 2, rdx: PUTS_PORT, rsi: BLOCK + 32 }),
      ],
      shows: "AB",
    },
    {
      name: "none",
      steps: [run("f3 6f", { rdx: PUTS_PORT, rsi: BLOCK })],
      shows: "",
    },
    {
      name: "reading none",
      steps: [run("f3 6d", { rdx: PUTS_PORT, rdi: BLOCK }), show64(BLOCK)],
      shows: ` 0x${(BLOCK + 64).toString(16)}`,
    },
  ]));

hostTest(
  "a string of hypercalls with bad blocks ends with a sentence",
  ["KVM"],
  () =>
    ends(
      [
        fill(BLOCK, 4096, 0x38),
        run("f3 6f", { rcx: 1024, rdx: PUTS_PORT, rsi: BLOCK }),
      ],
      notWithin(0x38383838, 16),
    ),
);

/** Where no memory is; on a PC, the devices. */
const DEVICES: Readonly<Record<string, number>> = {
  "behind its memory": 0x1000_0000,
  "the interrupt controller's page": 0xfee0_0000,
  "beyond 4 GiB": 0x40_0000_0000,
};

const noMemory = (gpa: number) =>
  `invalid guest access: gpa=0x${
    gpa.toString(16)
  }: no memory there, or memory that its image protects`;

for (const [name, gpa] of Object.entries(DEVICES)) {
  hostTest(`a read ${name} ends with a sentence`, ["KVM"], () =>
    ends(
      [CATCH, ...mapWindow(gpa), run("48 8b 02", { rdx: WINDOW })],
      noMemory(gpa),
    ));
}

/** Ways to use such an address. */
const USES: Readonly<Record<string, Step>> = {
  "a write of 8 bytes": run("48 89 02", { rdx: WINDOW }),
  "a write of 1 byte": run("88 02", { rdx: WINDOW }),
  "a copy from memory": run("f3 a5", { rcx: 64, rsi: CODE, rdi: WINDOW }),
  "a locked addition": run("f0 0f c1 02", { rdx: WINDOW }),
};

for (const [name, step] of Object.entries(USES)) {
  hostTest(
    `${name} where no memory is ends with a sentence`,
    ["KVM"],
    () => ends([CATCH, ...mapWindow(0x1000_0000), step], noMemory(0x1000_0000)),
  );
}

hostTest("a jump to where no memory is ends with a sentence", ["KVM"], () =>
  ends(
    [CATCH, ...mapWindow(0x1000_0000), run("ff d2", { rdx: WINDOW })],
    /^KVM could not go on with the guest \(suberror 0x[0-9a-f]+\)$/,
  ));
