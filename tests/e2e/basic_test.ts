/**
 * Guests without devices, from command line to exit status.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { hostTest } from "../support/needs.ts";
import { guest, tender } from "../support/tender.ts";

hostTest("run passes arguments and memory to the guest", ["KVM"], async () => {
  const ended = await tender([
    "run",
    guest("hello"),
    "--mem=64",
    "to",
    "",
    "you",
    "--help",
  ]);
  assertEquals(ended.stderr, "");
  assertEquals(ended.status, 0);
  assertEquals(
    ended.stdout,
    `Hello, to  you --help\nmemory: ${64 << 20}\nTSC: plausible\n`,
  );
});

hostTest("run gives the guest what follows --", ["KVM"], async () => {
  const ended = await tender([
    "run",
    guest("hello"),
    "--mem=16",
    "--",
    "--mem=2",
    "--",
    "x",
  ]);
  assertStringIncludes(ended.stdout, `Hello, --mem=2 -- x\nmemory: ${16 << 20}\n`);
  assertEquals(ended.status, 0);
});

hostTest(
  "run takes -- before the image and gives the guest the rest",
  ["KVM"],
  async () => {
    const ended = await tender([
      "run",
      "--mem=16",
      "--",
      guest("hello"),
      "--",
      "--mem=2",
    ]);
    assertStringIncludes(ended.stdout, "Hello, -- --mem=2\n");
    assertEquals(ended.status, 0);
  },
);

hostTest("run gives odd memory sizes rounded down, with a warning", ["KVM"], async () => {
  const ended = await tender(["run", "--mem=5", guest("hello")]);
  assertStringIncludes(ended.stdout, `memory: ${4 << 20}\n`);
  assertEquals(
    ended.stderr,
    "solo5: --mem=5: guest memory comes in steps of 2 MiB; the guest gets 4 MiB\n",
  );
  assertEquals(ended.status, 0);
});

for (const mebibytes of [2, 4096]) {
  hostTest(`run gives a guest ${mebibytes} MiB`, ["KVM"], async () => {
    const ended = await tender(["run", `--mem=${mebibytes}`, guest("memory"), "line"]);
    assertEquals(ended.stderr, "");
    assertStringIncludes(ended.stdout, "\nunaligned\nline\nSUCCESS\n");
    assertEquals(ended.status, 0);
  });
}

hostTest("run runs images of ABI version 1", ["KVM"], async () => {
  const ended = await tender(["run", "--mem=16", guest("hello_abi1"), "old"]);
  assertStringIncludes(ended.stdout, "Hello, old\n");
  assertEquals(ended.status, 0);
});

hostTest("run refuses an ABI version that it does not implement", [], async () => {
  const ended = await tender(["run", guest("hello_abi3")]);
  assertStringIncludes(ended.stderr, "found 3, expected 2 (Solo5 0.8 and later) or 1");
  assertEquals(ended.status, 1);
});

for (
  const [argument, status] of [
    ["0", 0],
    ["1", 1],
    ["42", 42],
    ["255", 255],
    ["256", 0],
    ["300", 44],
    ["negative", 255],
    ["abort", 255],
  ] as const
) {
  hostTest(`run exits with the guest's status (${argument})`, ["KVM"], async () => {
    const ended = await tender(["run", "--mem=2", guest("exit"), argument]);
    assertEquals([ended.stdout, ended.stderr, ended.status], ["", "", status]);
  });
}

hostTest("WALLTIME is the host's clock", ["KVM"], async () => {
  const before = Date.now();
  const ended = await tender(["run", "--mem=2", guest("time")]);
  const after = Date.now();
  assertStringIncludes(ended.stdout, "SUCCESS");
  const guestMs = Number(BigInt(ended.stdout.split("\n")[0]!) / 1_000_000n);
  assert(before <= guestMs && guestMs <= after + 1, `${before} ${guestMs} ${after}`);
});

hostTest(
  "POLL without devices sleeps for its timeout by both clocks",
  ["KVM"],
  async () => {
    const ended = await tender(["run", "--mem=2", guest("poll"), "sleep", "1200"]);
    assertEquals(ended.stderr, "");
    const [wall, tsc] = ended.stdout.trim().split(" ").map(Number);
    assert(wall! >= 1199, `${wall} ms by the wall clock`);
    assert(tsc! >= 1199, `${tsc} ms by the time stamp counter`);
  },
);

hostTest("POLL with timeout 0 returns at once with nothing ready", ["KVM"], async () => {
  const ended = await tender(["run", "--mem=2", guest("poll"), "zero"]);
  assertEquals([ended.stdout, ended.status], ["SUCCESS\n", 0]);
});

hostTest("the guest sees the processor's features of the table only", [
  "KVM",
  "hardware virtualization",
], async () => {
  const ended = await tender(["run", "--mem=2", guest("cpuid")]);
  assertEquals(ended.stderr, "");
  const leaves = new Map(
    ended.stdout.trim().split("\n").map((line) => {
      const [leaf, subleaf, ...registers] = line.split(" ").map(Number);
      return [`${leaf}:${subleaf}`, registers];
    }),
  );
  const [, ebx, ecx, edx] = leaves.get("1:0")!;
  const OSXSAVE = 1 << 27, XSAVE = 1 << 26, VMX = 1 << 5, X2APIC = 1 << 21;
  assertEquals(ecx! & (OSXSAVE | XSAVE | VMX | X2APIC), 0);
  const APIC = 1 << 9, SSE2 = 1 << 26;
  assertEquals(edx! & APIC, 0);
  assertEquals(edx! & SSE2, SSE2);
  assert(ebx !== undefined);
  for (const leaf of [5, 6, 0xa, 0xd, 0x12, 0x14, 0x8000_000a]) {
    assertEquals(leaves.get(`${leaf}:0`), [0, 0, 0, 0], `leaf ${leaf}`);
  }
});
