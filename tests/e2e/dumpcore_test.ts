/**
 * Core dumps: when they are written, and what they hold.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { announcement, onlyCore, withCoreDirectory } from "../support/core_dumps.ts";
import { type CoreOnDisk, readCore } from "../support/core_reader.ts";
import { namesIn } from "../support/directory.ts";
import { buildImage, R, W, X } from "../support/elf_builder.ts";
import { hostTest } from "../support/needs.ts";
import { guest, start, tender } from "../support/tender.ts";

const MEBIBYTE = 1 << 20;
const SIGABRT = 6, SIGSEGV = 11, SIGQUIT = 3;

/** How the guest ends, and what the core then shows. */
const ENDS = {
  abort: { status: 255, signal: SIGABRT, code: undefined },
  trap: { status: 255, signal: SIGABRT, code: "0f0b" },
  hlt: { status: 1, signal: SIGSEGV, code: undefined },
} as const;

/** Values that the guest has in its registers when it ends. */
const KNOWN = {
  rbx: "b0",
  rcx: "c0",
  rsi: "50",
  rdi: "d0",
  r8: "08",
  r9: "09",
  r10: "10",
  r11: "11",
  r12: "12",
  r13: "13",
  r14: "14",
  r15: "15",
} as const;

function assertKnown(core: CoreOnDisk): void {
  for (const [name, byte] of Object.entries(KNOWN)) {
    assertEquals(core.registers[name]!.toString(16).padStart(16, "0"), byte.repeat(8));
  }
  const { cs, ss, ds, es, fs, gs, fs_base, gs_base } = core.registers;
  assertEquals([cs, ss, ds, es, fs, gs], [8n, 16n, 16n, 16n, 16n, 16n]);
  assertEquals([fs_base, gs_base], [0n, 0n]);
}

/** The guest's code, as its file has it, is in the core at its address. */
function assertCode(core: CoreOnDisk, image: string): void {
  const file = Deno.readFileSync(image);
  const inFile = file.subarray(0x1000, 0x1800);
  assertEquals(core.memory(0x100000, inFile.length), inFile);
}

for (const [end, { status, signal, code }] of Object.entries(ENDS)) {
  hostTest(
    `a guest that ends with ${end} leaves a core`,
    ["KVM"],
    () =>
      withCoreDirectory(async (directory) => {
        const run = ["run", "--mem=16", `--dumpcore=${directory}`, guest("crash"), end];
        const ended = await tender(run);
        assertEquals(ended.status, status);
        const path = onlyCore(directory);
        assertMatch(ended.stderr, announcement(path));
        const core = readCore(path);
        assertEquals(core.header, [4, 62, 2]);
        assertEquals(core.signal, signal);
        assertEquals(path.endsWith(`.${core.processId}`), true, path);
        assertEquals(core.commandLine, `${guest("crash")} ${end}`.slice(0, 79));
        assertKnown(core);
        assertCode(core, guest("crash"));
        const { rip, rsp, eflags } = core.registers;
        assert(0x100000n < rip! && rip! < 0x102000n, `rip ${rip}`);
        assert(15n << 20n < rsp! && rsp! < 16n << 20n, `rsp ${rsp}`);
        assertEquals(eflags! & 2n, 2n);
        if (code !== undefined) {
          assertEquals(core.memory(Number(rip), code.length / 2).toHex(), code);
        }
        const { mode, size } = await Deno.stat(path);
        assertEquals([mode! & 0o777, size], [0o600, 16 * MEBIBYTE + 4096]);
        assertEquals(core.load.memoryBytes, 16 * MEBIBYTE);
      }),
  );
}

/** Ends of another guest: what it is told to do, and its status. */
const FAULTS = ["triple", "port", "data-past-end", "write-text", "hypercall-zero"];

for (const fault of FAULTS) {
  hostTest(
    `a guest that does "${fault}" leaves a core`,
    ["KVM"],
    () =>
      withCoreDirectory(async (directory) => {
        const run = ["run", "--mem=4", `--dumpcore=${directory}`, guest("fault"), fault];
        const ended = await tender(run);
        const path = onlyCore(directory);
        assertMatch(ended.stderr, announcement(path));
        assertMatch(ended.stderr, /\nsolo5: guest fault at rip=0x[0-9a-f]+: [^\n]*\n$/);
        assertEquals([ended.stdout, ended.status], ["", 1]);
        const core = readCore(path);
        assertEquals(core.signal, SIGSEGV);
        const [, rip] = /at rip=(0x[0-9a-f]+)/.exec(ended.stderr)!;
        assertEquals(core.registers.rip, BigInt(rip!));
      }),
  );
}

/** Guests that do not end by themselves, and what they print before. */
const ENDLESS = {
  "loops": ["crash", "loop", "looping"],
  "makes hypercalls": ["spin", "calls", "spinning"],
  "sleeps in poll": ["poll", "forever", "sleeping"],
} as const;

for (const [what, [name, argument, line]] of Object.entries(ENDLESS)) {
  hostTest(
    `SIGQUIT to a guest that ${what} leaves a core`,
    ["KVM"],
    () =>
      withCoreDirectory(async (directory) => {
        const flag = `--dumpcore=${directory}`;
        const running = start(["run", "--mem=16", flag, guest(name), argument]);
        await running.sees(line);
        running.child.kill("SIGQUIT");
        const ended = await running.end();
        const path = onlyCore(directory);
        assertMatch(ended.stderr, announcement(path));
        assertMatch(ended.stderr, /\nsolo5: Exiting on signal 3\n$/);
        assertEquals([ended.status, ended.signal], [1, null]);
        const core = readCore(path);
        assertEquals(core.signal, SIGQUIT);
        if (name === "crash") assertKnown(core);
      }),
  );
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  hostTest(
    `${signal} leaves no core`,
    ["KVM"],
    () =>
      withCoreDirectory(async (directory) => {
        const flag = `--dumpcore=${directory}`;
        const running = start(["run", "--mem=4", flag, guest("poll"), "forever"]);
        await running.sees("sleeping");
        running.child.kill(signal);
        const ended = await running.end();
        assertMatch(ended.stderr, /^solo5: Exiting on signal [0-9]+\n$/);
        assertEquals(namesIn(directory), []);
      }),
  );
}

for (const status of [0, 7, 254]) {
  hostTest(
    `a guest that ends with status ${status} leaves no core`,
    ["KVM"],
    () =>
      withCoreDirectory(async (directory) => {
        const flag = `--dumpcore=${directory}`;
        const ended = await tender(["run", flag, guest("exit"), String(status)]);
        assertEquals([ended.stderr, ended.status], ["", status]);
        assertEquals(namesIn(directory), []);
      }),
  );
}

/** What a guest does with how much memory, and the MiB that its core may take. */
const SPARSE = [["zero 8 abort", 0, 1], ["fill 8 abort", 8, 9]] as const;

for (const [words, least, most] of SPARSE) {
  hostTest(
    `the core of 4 GiB after "${words}" is sparse`,
    ["KVM"],
    () =>
      withCoreDirectory(async (directory) => {
        const flag = `--dumpcore=${directory}`;
        const ended = await tender(["run", "--mem=4096", flag, guest("crash"), words]);
        assertEquals(ended.status, 255);
        const path = onlyCore(directory);
        const { size, blocks } = await Deno.stat(path);
        assertEquals(size, 4096 * MEBIBYTE + 4096);
        const mebibytes = blocks! * 512 / MEBIBYTE;
        assert(least <= mebibytes && mebibytes <= most, `${mebibytes} MiB on disk`);
        const page = 2 * MEBIBYTE + 1000 * 4096;
        const word = new DataView(readCore(path).memory(page, 8).buffer);
        assertEquals(word.getBigUint64(0, true), least === 0 ? 0n : BigInt(page));
      }),
  );
}

/** Writes 255 behind a HALT block on the stack, and halts with it. */
const HALT_CODE = Uint8Array.fromHex(
  // push 255; push 0; mov eax, esp; mov edx, 0x508; out dx, eax
  "68ff000000" + "6a00" + "89e0" + "ba08050000" + "ef",
);

hostTest(
  "memory that nobody may read is in the core",
  ["KVM"],
  () =>
    withCoreDirectory(async (directory) => {
      const secret = new TextEncoder().encode("not to be read");
      const image = buildImage({
        elf: { entry: 0x100000 },
        change: { text: { flags: R | X, contents: HALT_CODE } },
        extra: [
          {
            type: 1,
            flags: 0,
            vaddr: 0x110000,
            align: 0x1000,
            contents: secret,
            memsz: 4096,
          },
          { type: 1, flags: R | W, vaddr: 0x111000, align: 0x1000, contents: secret },
        ],
      });
      const path = `${directory}/app.hvt`;
      await Deno.writeFile(path, image);
      const cores = `${directory}/cores`;
      await Deno.mkdir(cores);
      const ended = await tender(["run", "--mem=4", `--dumpcore=${cores}`, path]);
      assertEquals(ended.status, 255, ended.stderr);
      const core = readCore(onlyCore(cores));
      for (const gpa of [0x110000, 0x111000]) {
        assertEquals(core.memory(gpa, secret.length), secret);
      }
    }),
);

hostTest(
  "solo5-hvt-debug has --dumpcore",
  ["KVM"],
  () =>
    withCoreDirectory(async (directory) => {
      const run = [`--dumpcore=${directory}`, guest("exit"), "255"];
      const ended = await tender(run, { as: "solo5-hvt-debug" });
      assertEquals(ended.status, 255);
      assertMatch(ended.stderr, announcement(onlyCore(directory), "solo5-hvt-debug"));
      assertMatch(ended.stderr, /core\.solo5-hvt\.[0-9]+$/m);
    }),
);
