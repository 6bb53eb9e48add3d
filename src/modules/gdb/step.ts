/**
 * One instruction of the guest, without traces of being stepped.
 *
 * @module
 */
import { VcpuExit } from "../../contract/vcpu.ts";
import type { WatchedGuest } from "../../contract/watch.ts";
import type { DebuggerMemory } from "./memory.ts";

/** `pushf`, which may have a prefix: for 16 bits, or REX.W. */
const PUSHF = 0x9c, PREFIXES: readonly number[] = [0x66, 0x48];

/** The trap flag, in the second byte of the flags (Intel SDM 1 3.4.3). */
const TRAP_FLAG = 0x100n, FLAGS_BYTE = 1, TRAP_BIT = 1;

/**
 * Runs the guest, which has been asked to step. The processor steps by its trap
 * flag, and KVM hides that from the guest, but not from `pushf`: a guest that
 * took back what it pushed would trap for ever.
 *
 * @param rip the instruction's address
 * @returns one of {@link VcpuExit}
 */
export function stepCleanly(
  { vcpu }: Pick<WatchedGuest, "vcpu">,
  memory: Pick<DebuggerMemory, "read" | "write" | "sizeBytes">,
  rip: bigint,
): number {
  const code = Number(rip) + 2 > memory.sizeBytes
    ? new Uint8Array()
    : memory.read(Number(rip), 2);
  const pushes = code[PREFIXES.includes(code[0]!) ? 1 : 0] === PUSHF;
  const trapped = pushes && (vcpu.state().general.rflags & TRAP_FLAG) !== 0n;
  const exit = vcpu.run();
  if (!pushes || trapped || exit !== VcpuExit.DEBUG) return exit;
  const at = Number(vcpu.state().general.rsp) + FLAGS_BYTE;
  if (at >= memory.sizeBytes) return exit;
  const byte = memory.read(at, 1)[0]!;
  if ((byte & TRAP_BIT) !== 0) memory.write(at, Uint8Array.of(byte & ~TRAP_BIT));
  return exit;
}
