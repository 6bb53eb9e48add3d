import { assertEquals } from "@std/assert";
import {
  generalRegisters,
  systemRegisters,
} from "../../../../src/hypervisor/kvm/structures.ts";
import {
  initialRegisters,
  SYSTEM_REGISTERS,
  writeGdt,
} from "../../../../src/machine/x86_64/registers.ts";

Deno.test("writeGdt() writes null, code and data when memory is zero", () => {
  const memory = new Uint8Array(0x2000);
  writeGdt(memory);
  const view = new DataView(memory.buffer);
  assertEquals(view.getBigUint64(0x1000, true), 0n);
  assertEquals(view.getBigUint64(0x1008, true), 0x00af_9900_0000_ffffn);
  assertEquals(view.getBigUint64(0x1010, true), 0x00cf_9300_0000_ffffn);
  const others = [...memory.subarray(0, 0x1000), ...memory.subarray(0x1018)];
  assertEquals(others.some((byte) => byte !== 0), false);
});

/** `struct kvm_sregs` of every guest. */
const sregs = new DataView(systemRegisters(SYSTEM_REGISTERS).buffer);

/** Fields of `struct kvm_segment`, and what Solo5's guests start with. */
const SEGMENTS: readonly (readonly [
  name: string,
  at: number,
  base: bigint,
  limit: number,
  selector: number,
  bytes: readonly number[],
])[] = [
  // bytes: type, present, dpl, db, s, l, g, avl, unusable, padding
  ["cs", 0, 0n, 0xffff_ffff, 0x08, [9, 1, 0, 0, 1, 1, 1, 0, 0, 0]],
  ["ds", 24, 0n, 0xffff_ffff, 0x10, [3, 1, 0, 1, 1, 0, 1, 0, 0, 0]],
  ["es", 48, 0n, 0xffff_ffff, 0x10, [3, 1, 0, 1, 1, 0, 1, 0, 0, 0]],
  ["fs", 72, 0n, 0xffff_ffff, 0x10, [3, 1, 0, 1, 1, 0, 1, 0, 0, 0]],
  ["gs", 96, 0n, 0xffff_ffff, 0x10, [3, 1, 0, 1, 1, 0, 1, 0, 0, 0]],
  ["ss", 120, 0n, 0xffff_ffff, 0x10, [3, 1, 0, 1, 1, 0, 1, 0, 0, 0]],
  ["tr", 144, 0n, 0, 0, [11, 1, 0, 0, 0, 0, 0, 0, 0, 0]],
  ["ldt", 168, 0n, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0, 1, 0]],
];

for (const [name, at, base, limit, selector, bytes] of SEGMENTS) {
  Deno.test(`SYSTEM_REGISTERS has Solo5's ${name} when laid out for KVM`, () => {
    assertEquals(sregs.getBigUint64(at, true), base);
    assertEquals(sregs.getUint32(at + 8, true), limit);
    assertEquals(sregs.getUint16(at + 12, true), selector);
    assertEquals([...new Uint8Array(sregs.buffer, at + 14, 10)], [...bytes]);
  });
}

const WORDS: readonly (readonly [name: string, at: number, value: bigint])[] = [
  ["gdt base", 192, 0x1000n],
  ["gdt limit", 200, 23n],
  ["idt base", 208, 0n],
  ["idt limit", 216, 0n],
  // protection, native FPU errors, write protection, paging
  ["cr0", 224, 0x8001_0021n],
  ["cr2", 232, 0n],
  ["cr3", 240, 0x2000n],
  // PAE, OSFXSR, OSXMMEXCPT
  ["cr4", 248, 0x620n],
  ["cr8", 256, 0n],
  // long mode enabled and active; no system call extension, no no-execute
  ["efer", 264, 0x500n],
  ["apic_base", 272, 0n],
  ["interrupt_bitmap 0", 280, 0n],
  ["interrupt_bitmap 1", 288, 0n],
  ["interrupt_bitmap 2", 296, 0n],
  ["interrupt_bitmap 3", 304, 0n],
];

for (const [name, at, value] of WORDS) {
  Deno.test(`SYSTEM_REGISTERS has Solo5's ${name} when laid out for KVM`, () => {
    assertEquals(sregs.getBigUint64(at, true), value);
  });
}

Deno.test("systemRegisters() fills all of the structure when it is laid out", () => {
  assertEquals(sregs.byteLength, 312);
});

for (const memoryBytes of [0x20_0000, 0x2000_0000, 0x1_0000_0000]) {
  Deno.test(`initialRegisters() calls the entry when memory has 0x${memoryBytes.toString(16)} bytes`, () => {
    const structure = generalRegisters(initialRegisters(0x12_3456, memoryBytes));
    const words = new BigUint64Array(structure.buffer);
    const [rax, rbx, rcx, rdx, rsi, rdi, rsp, rbp, ...rest] = words;
    assertEquals([rax, rbx, rcx, rdx, rsi, rbp], [0n, 0n, 0n, 0n, 0n, 0n]);
    assertEquals(rdi, 0x10000n);
    assertEquals(rsp, BigInt(memoryBytes) - 8n);
    // As behind a call: the stack is aligned but for the return address.
    assertEquals((rsp! + 8n) % 16n, 0n);
    const [rip, rflags] = rest.splice(-2);
    assertEquals(rip, 0x12_3456n);
    assertEquals(rflags, 2n);
    assertEquals(rest, new Array(8).fill(0n));
  });
}
