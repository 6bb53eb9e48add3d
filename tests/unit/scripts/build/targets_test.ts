import { assertEquals } from "@std/assert";
import { isRuntimeFor, TARGETS } from "../../../../scripts/build/targets.ts";

/** The beginning of a program's file of each form, with this machine in it. */
const HEADS = {
  ELF(machine: number): Uint8Array {
    const head = new Uint8Array(64);
    head.set([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
    new DataView(head.buffer).setUint16(18, machine, true);
    return head;
  },
  "Mach-O"(machine: number): Uint8Array {
    const head = new Uint8Array(32);
    new DataView(head.buffer).setUint32(0, 0xfeed_facf, true);
    new DataView(head.buffer).setUint32(4, machine, true);
    return head;
  },
  PE(machine: number): Uint8Array {
    const head = new Uint8Array(256);
    head.set([0x4d, 0x5a]);
    new DataView(head.buffer).setUint32(60, 128, true);
    head.set([0x50, 0x45, 0, 0], 128);
    new DataView(head.buffer).setUint16(132, machine, true);
    return head;
  },
};

for (const target of TARGETS) {
  const head = HEADS[target.runtime.form](target.runtime.machine);
  Deno.test(`isRuntimeFor() is true for one target alone when the file is ${target.name}'s`, () => {
    const names = TARGETS.filter((each) => isRuntimeFor(each, head)).map(({ name }) =>
      name
    );
    assertEquals(names, [target.name]);
  });
  Deno.test(`isRuntimeFor() is false wherever it is cut short when the file is ${target.name}'s`, () => {
    const needed = { ELF: 20, "Mach-O": 8, PE: 134 }[target.runtime.form];
    for (let length = 0; length <= head.length; length++) {
      const is = isRuntimeFor(target, head.subarray(0, length));
      assertEquals(is, length >= needed, `${length} bytes`);
    }
  });
}

Deno.test("isRuntimeFor() is false when a PE's header lies beyond the file", () => {
  const head = HEADS.PE(0x8664);
  new DataView(head.buffer).setUint32(60, 0xffff_fff0, true);
  assertEquals(TARGETS.filter((each) => isRuntimeFor(each, head)), []);
});

Deno.test("a target may use libc when it has a hypervisor, and files when it has none", () => {
  for (const { name, permissions } of TARGETS) {
    assertEquals(permissions.includes("--allow-ffi"), name.includes("linux"), name);
    assertEquals(permissions.includes("--allow-read"), !name.includes("linux"), name);
  }
});
