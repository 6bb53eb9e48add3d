import { assertEquals } from "@std/assert";
import { type Vcpu, VcpuExit } from "../../../../src/contract/vcpu.ts";
import { stepCleanly } from "../../../../src/modules/gdb/step.ts";

const RIP = 0x100, RSP = 0x800, MEMORY_BYTES = 0x1000;

/** Memory with an instruction, and a vCPU that pushes flags as KVM has it. */
function guest(code: readonly number[], rflags = 0x2n, exit: number = VcpuExit.DEBUG) {
  const bytes = new Uint8Array(MEMORY_BYTES);
  bytes.set(code, RIP);
  let rsp = RSP;
  const vcpu = {
    state: () => ({ general: { rsp: BigInt(rsp), rflags } }),
    run: () => {
      rsp -= 8;
      bytes.set([0x02, 0x01], rsp);
      return exit;
    },
  } as unknown as Vcpu;
  const memory = {
    sizeBytes: MEMORY_BYTES,
    read: (gpa: number, length: number) => bytes.slice(gpa, gpa + length),
    write: (gpa: number, content: Uint8Array) => bytes.set(content, gpa),
  };
  return { vcpu, memory, pushed: () => [...bytes.subarray(RSP - 8, RSP - 6)] };
}

const TRAPPED = [0x02, 0x01], CLEAN = [0x02, 0x00];

const ROWS: readonly (readonly [
  name: string,
  code: readonly number[],
  pushed: readonly number[],
])[] = [
  ["pushf", [0x9c], CLEAN],
  ["pushf of 16 bits", [0x66, 0x9c], CLEAN],
  ["pushf with REX.W", [0x48, 0x9c], CLEAN],
  ["a push of something else", [0x50, 0x9c], TRAPPED],
];

for (const [name, code, pushed] of ROWS) {
  Deno.test(`stepCleanly() leaves ${pushed} on the stack when it steps over ${name}`, () => {
    const { vcpu, memory, pushed: found } = guest(code);
    assertEquals(stepCleanly({ vcpu }, memory, BigInt(RIP)), VcpuExit.DEBUG);
    assertEquals(found(), [...pushed]);
  });
}

Deno.test("stepCleanly() leaves the trap flag when the guest itself has set it", () => {
  const { vcpu, memory, pushed } = guest([0x9c], 0x102n);
  stepCleanly({ vcpu }, memory, BigInt(RIP));
  assertEquals(pushed(), TRAPPED);
});

Deno.test("stepCleanly() passes an exit on when the step was not made", () => {
  const { vcpu, memory, pushed } = guest([0x9c], 0x2n, VcpuExit.INTERRUPTED);
  assertEquals(stepCleanly({ vcpu }, memory, BigInt(RIP)), VcpuExit.INTERRUPTED);
  assertEquals(pushed(), TRAPPED);
});

Deno.test("stepCleanly() steps when the instruction is beyond memory", () => {
  for (const rip of [0xfffn, 0x1000n, 0xffff_ffff_ffff_ffffn]) {
    const { vcpu, memory } = guest([0x9c]);
    assertEquals(stepCleanly({ vcpu }, memory, rip), VcpuExit.DEBUG);
  }
});
