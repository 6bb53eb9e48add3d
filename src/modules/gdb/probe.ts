/**
 * What debug registers do on this host. Some KVM's accept them and then never
 * stop the guest: those that emulate the processor, or run on an emulated one.
 * So they are tried, before the guest's first instruction.
 *
 * @module
 */
import { LOWEST_IMAGE_ADDRESS, PAGE_BYTES } from "../../contract/limits.ts";
import { type HardwareStop, VcpuExit } from "../../contract/vcpu.ts";
import type { WatchedGuest } from "../../contract/watch.ts";

/** `push rax`, `pop rax`, `hlt`. */
const CODE = Uint8Array.of(0x50, 0x58, 0xf4);

/** Offset of `pop rax` in it. */
const POP = 1;

/** A word of the stack, which `push` writes and `pop` reads. */
const WORD_BYTES = 8;

/** The last page below the image, which is empty: the guest cannot write it. */
const PLACE = LOWEST_IMAGE_ADDRESS - PAGE_BYTES;

/** Each kind of stop, and where to start so that it is met at once. */
const TRIALS: readonly (readonly [HardwareStop["kind"], start: number])[] = [
  ["execute", 0],
  ["write", 0],
  ["access", POP],
];

/**
 * Tries the debug registers with the guest's own vCPU, which has not run yet and
 * is afterwards as it was before.
 *
 * @returns what they stop at
 */
export function probeDebugRegisters(guest: WatchedGuest): Set<HardwareStop["kind"]> {
  const { vcpu, debug, host } = guest;
  const { general } = vcpu.state();
  const works = new Set<HardwareStop["kind"]>();
  const word = Number(general.rsp) - WORD_BYTES;
  if (guest.protectedRanges.some(({ end }) => end > word)) return works;
  const before = host.part(word, WORD_BYTES).slice();
  const code = host.part(PLACE, CODE.length);
  code.set(CODE);
  for (const [kind, start] of TRIALS) {
    const stop: HardwareStop = kind === "execute"
      ? { kind, address: BigInt(PLACE + POP), bytes: 1 }
      : { kind, address: BigInt(word), bytes: WORD_BYTES };
    const rsp = start === POP ? BigInt(word) : general.rsp;
    debug.setGeneral({ ...general, rip: BigInt(PLACE + start), rsp });
    debug.debug({ step: false, stops: [stop] });
    if (vcpu.run() === VcpuExit.DEBUG && debug.stopsMet === 1) works.add(kind);
  }
  debug.debug({ step: false, stops: [] });
  debug.setGeneral(general);
  code.fill(0);
  host.part(word, WORD_BYTES).set(before);
  return works;
}
