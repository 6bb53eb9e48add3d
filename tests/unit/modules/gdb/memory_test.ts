import { assertEquals } from "@std/assert";
import { GuestMemory } from "../../../../src/contract/memory.ts";
import type { WatchedGuest } from "../../../../src/contract/watch.ts";
import { DebuggerMemory } from "../../../../src/modules/gdb/memory.ts";
import { hostMemory } from "../../../support/host_memory.ts";

const SIZE = 0x10000, HLT = 0xf4;

/** Two pages that cannot be written, and one that cannot be read either. */
const PROTECTED = [
  { start: 0x2000, end: 0x4000, readable: true },
  { start: 0x4000, end: 0x5000, readable: false },
];

/** Guest memory whose protection is written down as it is set. */
function memory() {
  const bytes = new Uint8Array(SIZE);
  const set: string[] = [];
  const host = hostMemory(bytes);
  const guest = {
    memory: new GuestMemory(host),
    host,
    protectedRanges: PROTECTED,
    protectMemory: (
      { start, end }: { start: number; end: number },
      { readable, writable }: { readable: boolean; writable: boolean },
    ) => {
      const rights = `${readable ? "r" : "-"}${writable ? "w" : "-"}`;
      set.push(`${start.toString(16)}-${end.toString(16)} ${rights}`);
    },
  };
  const memory = new DebuggerMemory(guest as unknown as WatchedGuest);
  return { memory, bytes, set };
}

Deno.test("read() and write() change no protection when memory has none", () => {
  const { memory: unprotected, bytes, set } = memory();
  unprotected.write(0x1fff, Uint8Array.of(7));
  assertEquals(bytes[0x1fff], 7);
  assertEquals(unprotected.read(0x1ffe, 2), Uint8Array.of(0, 7));
  unprotected.read(0x3ffe, 2);
  unprotected.write(0x5000, Uint8Array.of(7));
  assertEquals(set, []);
});

Deno.test("write() lifts protection of the page alone when code is written", () => {
  const { memory: code, bytes, set } = memory();
  code.write(0x3004, Uint8Array.of(1, 2));
  assertEquals([bytes[0x3004], bytes[0x3005]], [1, 2]);
  assertEquals(set, ["3000-4000 rw", "3000-4000 r-"]);
});

Deno.test("read() and write() restore each range when they cross several", () => {
  const { memory: across, set } = memory();
  across.write(0x1ff0, new Uint8Array(0x3020));
  assertEquals(set, ["2000-4000 rw", "4000-5000 rw", "2000-4000 r-", "4000-5000 --"]);
  set.length = 0;
  assertEquals(across.read(0x3fff, 2).length, 2);
  assertEquals(set, ["4000-5000 rw", "4000-5000 --"]);
});

Deno.test("putBack() restores instructions when replace() has halted the guest there", () => {
  const { memory: code, bytes } = memory();
  bytes.set([0x55, 0x48], 0x2000);
  code.replace([0x2000, 0x2001]);
  assertEquals([...bytes.subarray(0x2000, 0x2002)], [HLT, HLT]);
  assertEquals([code.isReplaced(0x2001n), code.isReplaced(0x2002n)], [true, false]);
  code.putBack();
  assertEquals([...bytes.subarray(0x2000, 0x2002)], [0x55, 0x48]);
  assertEquals(code.isReplaced(0x2000n), false);
});

Deno.test("putBack() leaves what the guest has written over an instruction", () => {
  const { memory: code, bytes } = memory();
  code.replace([0x6000]);
  bytes[0x6000] = 0x90;
  code.putBack();
  assertEquals(bytes[0x6000], 0x90);
});
