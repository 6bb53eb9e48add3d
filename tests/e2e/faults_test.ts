/**
 * What a guest must not do: each ends with one sentence and status 1, or, where
 * the guest's own exception handling would take it, by its lack of one.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { hostTest } from "../support/needs.ts";
import { guest, tender } from "../support/tender.ts";

const MEMORY = 4 << 20;
const hex = (value: number) => `0x${value.toString(16)}`;

/** What the guest is told to do, and the words that the sentence has. */
const FAULTS: Readonly<Record<string, string>> = {
  "port": "invalid guest port access: wrote 4 bytes at port=0x80",
  "port-past-end": "invalid guest port access: wrote 4 bytes at port=0x509",
  "port-in": "invalid guest port access: read 4 bytes at port=0x502",
  "port-byte": "invalid guest port access: wrote 1 bytes at port=0x502",
  "port-word": "invalid guest port access: wrote 2 bytes at port=0x502",
  "hypercall-zero": "invalid guest hypercall: num=0",
  "hypercall-net": "invalid guest hypercall: num=6",
  "hypercall-block": "invalid guest hypercall: num=5",
  "hlt": "it halted the processor",
  "triple": "triple fault",
  "null": "triple fault",
  "boot-info": "triple fault",
  "block-past-end": `gpa=${hex(MEMORY)}, 16 bytes`,
  "block-across-end": `gpa=${hex(MEMORY - 8)}, 16 bytes`,
  "block-last-byte": `gpa=${hex(MEMORY - 16)}, 16 bytes`,
  "block-in-text": "8 bytes to write, in its read-only segment 0x100000 to",
  "data-at-end": `gpa=${hex(MEMORY)}, 0 bytes`,
  "data-last-byte": `gpa=${hex(MEMORY - 1)}, 1 bytes`,
  "data-past-end": `gpa=${hex(MEMORY - 8)}, 64 bytes`,
  "data-4g": "gpa=0x100000000, 1 bytes",
  "data-huge": "gpa=about 0x10000000000000000, 1 bytes",
  "length-huge": "gpa=0x100000, about 18446744073709552000 bytes",
  "length-wraps": "gpa=0x100000, about 18446744073708503000 bytes",
  "length-4g": "gpa=0x100000, 4294967296 bytes",
  "cookie": `gpa=${hex(MEMORY - 511)}, 512 bytes`,
};

for (const [fault, words] of Object.entries(FAULTS)) {
  hostTest(`a guest that does "${fault}" is ended with a sentence`, ["KVM"], async () => {
    const ended = await tender(["run", "--mem=4", guest("fault"), fault]);
    assertEquals(ended.stdout, "");
    assertMatch(ended.stderr, /^solo5: guest fault at rip=0x[0-9a-f]+: [^\n]*\n$/);
    assertEquals(ended.stderr.includes(words), true, `${ended.stderr} has not: ${words}`);
    assertEquals([ended.status, ended.signal], [1, null]);
  });
}

hostTest("a guest that writes its code is ended", ["KVM"], async () => {
  const ended = await tender(["run", "--mem=4", guest("fault"), "write-text"]);
  // A KVM that emulates reports the access, the others the failed translation.
  assertMatch(
    ended.stderr,
    /^solo5: guest fault at rip=0x[0-9a-f]+: (host\/guest translation fault|invalid guest access: gpa=0x100)[^\n]*\n$/,
  );
  assertEquals([ended.stdout, ended.status], ["", 1]);
});

hostTest("a guest reads the MSRs that it is allowed", [
  "KVM",
  "hardware virtualization",
], async () => {
  const ended = await tender(["run", "--mem=4", guest("fault"), "msr-allowed"]);
  assertEquals([ended.stdout, ended.stderr, ended.status], ["survived\n", "", 0]);
});

hostTest("a guest that reads another MSR gets an exception", [
  "KVM",
  "hardware virtualization",
], async () => {
  const ended = await tender(["run", "--mem=4", guest("fault"), "msr-denied"]);
  assertMatch(ended.stderr, /triple fault/);
  assertEquals([ended.stdout, ended.status], ["", 1]);
});
