/**
 * A debugger for the guest: gdb connects to the tender and controls it.
 *
 * @module
 */
import { doNothing, setAction, Signal } from "../../../ffi/signals.ts";
import type { GdbEndpoint, Say, Watch, WatchModule } from "../../contract/watch.ts";
import { Endpoint } from "./endpoint.ts";
import { Link } from "./link.ts";
import { DebuggedVcpu } from "./vcpu.ts";

const gdb: WatchModule<{ readonly name: "gdb"; readonly endpoint: GdbEndpoint }> = {
  name: "gdb",
  prepare: ({ endpoint }, say) => watch(new Endpoint(endpoint), say),
};

function watch(endpoint: Endpoint, say: Say): Watch {
  const undo = [() => endpoint.close()];
  let vcpu: DebuggedVcpu | undefined;
  return {
    signals: [],
    begin(guest) {
      const meet = (signal: () => number) => {
        const caller = endpoint.meet(guest.imageName, signal, say);
        if (caller === undefined) return undefined;
        const { connection, opening } = caller;
        undo.push(() => connection.close());
        // What the debugger sends interrupts the guest, and nothing else.
        undo.push(setAction(Signal.IO, { handler: doNothing(), restart: true }));
        connection.signalInput();
        return new Link(connection, opening, signal);
      };
      vcpu = new DebuggedVcpu(guest, { meet, say });
      return vcpu;
    },
    end(how) {
      vcpu?.end(how);
      // A program that exits now need not close the machine.
      endpoint.close();
    },
    close() {
      for (const action of undo.splice(0).toReversed()) action();
    },
  };
}

export default gdb;
