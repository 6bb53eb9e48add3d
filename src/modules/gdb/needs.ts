/**
 * What talking to a debugger calls.
 *
 * @module
 */
import {
  hasOnlyBits,
  isAtMost,
  isNull,
  type Needs,
  onDescriptors,
  type Permit,
} from "../../contract/policy.ts";

/** `sys/socket.h`: MSG_DONTWAIT, MSG_NOSIGNAL. */
const DONTWAIT = 0x40, NOSIGNAL = 0x4000;

/** A descriptor that is never open. */
const NONE = 0xffff_ffff;

/**
 * @param descriptor the connection; undefined where nobody has connected
 * @param debugging what the vCPU is asked
 */
export function connectionNeeds(
  descriptor: number | undefined,
  debugging: readonly Permit[],
): Needs {
  const connection = {
    descriptor: descriptor ?? NONE,
    name: descriptor === undefined ? "the debugger's, once it has connected" : "debugger",
  };
  const on = onDescriptors([connection]);
  return {
    descriptors: descriptor === undefined ? [] : [connection],
    permits: [
      ...debugging,
      {
        call: "recvfrom",
        rules: [
          on,
          hasOnlyBits(3, "flags", DONTWAIT, "DONTWAIT"),
          isNull(4, "src_addr"),
        ],
        reason: "the debugger speaks",
      },
      {
        call: "sendto",
        rules: [
          on,
          hasOnlyBits(3, "flags", NOSIGNAL, "NOSIGNAL"),
          isNull(4, "dest_addr"),
        ],
        reason: "the debugger is answered",
      },
      {
        call: "shutdown",
        rules: [on, isAtMost(1, "how", 2)],
        reason: "the last answer",
      },
      { call: "close", rules: [on], reason: "the debugger is gone" },
    ],
  };
}
