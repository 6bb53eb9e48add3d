/**
 * The runtime's own thread for signals. Deno 2.9.2 and later has one as soon as a
 * program has run for half a second (SIGUSR1 starts its inspector), with handlers
 * for SIGHUP, SIGINT and SIGTERM beside.
 *
 * @module
 */
import { isLocalSocket } from "../../ffi/file_kind.ts";
import { openFileOf } from "../../ffi/passed.ts";
import { DEFAULT, hasHandler, setAction, Signal } from "../../ffi/signals.ts";
import {
  isNull,
  isOneOf,
  type KeptDescriptor,
  type NamedNeeds,
  onDescriptors,
} from "../contract/policy.ts";

/** Where its sockets are: the program has few descriptors. */
const MOST_DESCRIPTORS = 256;

/**
 * Takes SIGHUP and SIGUSR1 from that thread, where there is one: they end the
 * process again. The thread stays; it waits on a socket pair, which must not
 * close under it.
 *
 * @param others what the other parts of the program need: their sockets are not
 * that thread's
 * @returns what it needs
 */
export function quietRuntimeSignals(
  others: readonly NamedNeeds[],
): readonly NamedNeeds[] {
  if (!hasHandler(Signal.HUP)) return [];
  const taken = new Set(
    others.flatMap(({ descriptors = [] }) =>
      descriptors.map(({ descriptor }) => descriptor)
    ),
  );
  for (const signal of [Signal.HUP, Signal.USR1]) setAction(signal, { handler: DEFAULT });
  const sockets: KeptDescriptor[] = [];
  for (let descriptor = 3; descriptor < MOST_DESCRIPTORS; descriptor++) {
    if (taken.has(descriptor) || !isLocalSocket(descriptor)) continue;
    // Another that was passed here is closed, as all are that nobody asked for.
    if (!openFileOf(descriptor).own) continue;
    sockets.push({ descriptor, name: "the runtime's signals" });
  }
  if (sockets.length === 0) return [];
  return [{
    by: "runtime",
    descriptors: sockets,
    permits: [{
      call: "recvfrom",
      rules: [onDescriptors(sockets), isOneOf(3, "flags", 0), isNull(4, "src_addr")],
      reason: "a thread of the runtime's that waits for signals",
    }],
  }];
}
