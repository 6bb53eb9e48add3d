/**
 * The run loop: into the guest, answer a hypercall, into the guest again. One
 * synchronous loop on the main thread that allocates nothing.
 *
 * @module
 */
import { CONTINUE, type Hypercall, HYPERCALL_LIMIT } from "../contract/hypercalls.ts";
import {
  CALL_COUNTS,
  type Counts,
  GUEST_COUNTS,
  GuestCount,
} from "../contract/figures.ts";
import { hex } from "../contract/hex.ts";
import { EndedBySignal, GuestFault } from "../errors.ts";
import { type Vcpu, VcpuExit } from "../contract/vcpu.ts";
import { HYPERCALL_PORT } from "./x86_64/hypercall_port.ts";

/**
 * Runs a guest until it ends; its signals are caught already.
 *
 * @param hypercalls the handler of each port, counted from the hypercalls' first;
 * undefined where nobody answers
 * @param check called when the guest was interrupted and nothing ends it: about
 * once a second; ends it by throwing
 * @param counts where exits are counted
 * @returns its exit status, 0 to 255
 * @throws {GuestFault | OperatorError | EndedBySignal} when it did not end itself
 */
export function runGuest(
  vcpu: Vcpu,
  hypercalls: readonly (Hypercall | undefined)[],
  check: () => void = () => {},
  counts: Counts = new Float64Array(GUEST_COUNTS),
): number {
  try {
    for (;;) {
      const exit = vcpu.run();
      if (exit === VcpuExit.PORT_WRITE) {
        const number = vcpu.port - HYPERCALL_PORT;
        const handler = hypercalls[number];
        if (handler === undefined) throw unknownHypercall(vcpu.port);
        // The ring's kick is a number behind them: 0 here.
        counts[number & (CALL_COUNTS - 1)]! += 1;
        const status = handler(vcpu.portData);
        if (status !== CONTINUE) return status;
      } else if (exit === VcpuExit.INTERRUPTED) {
        counts[GuestCount.exits + exit]! += 1;
        const { signal } = vcpu.polls;
        if (signal !== 0) throw new EndedBySignal(signal);
        check();
      } else {
        counts[GuestCount.exits + exit]! += 1;
        throw vcpu.fault();
      }
    }
  } catch (error) {
    if (error instanceof GuestFault) error.rip ??= vcpu.instructionPointer();
    throw error;
  } finally {
    vcpu.rest();
  }
}

function unknownHypercall(port: number): GuestFault {
  const number = port - HYPERCALL_PORT;
  return new GuestFault(
    number >= 0 && number < HYPERCALL_LIMIT
      ? `invalid guest hypercall: num=${number}, which no attached device answers`
      : `invalid guest port access: wrote 4 bytes at port=${hex(port)}`,
  );
}
