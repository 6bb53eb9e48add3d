/**
 * A debugger for the guest: gdb connects to the tender and controls it.
 *
 * @module
 */
import { doNothing, setAction, Signal } from "../../../ffi/signals.ts";
import type { GdbEndpoint, Say, Watch, WatchModule } from "../../contract/watch.ts";
import type { Permit } from "../../contract/policy.ts";
import { Endpoint } from "./endpoint.ts";
import { Link } from "./link.ts";
import { connectionNeeds } from "./needs.ts";
import { DebuggedVcpu } from "./vcpu.ts";

const gdb: WatchModule<{ readonly name: "gdb"; readonly endpoint: GdbEndpoint }> = {
  name: "gdb",
  prepare: ({ endpoint }, say) => watch(new Endpoint(endpoint), say),
};

function watch(endpoint: Endpoint, say: Say): Watch {
  const undo = [() => endpoint.close()];
  let vcpu: DebuggedVcpu | undefined;
  let descriptor: number | undefined;
  let debugging: readonly Permit[] = [];
  return {
    signals: [],
    begin(guest) {
      const meet = (signal: () => number) => {
        const caller = endpoint.meet(guest.imageName, signal, say);
        // Port or socket are given back while that can be done.
        endpoint.close();
        if (caller === undefined) return undefined;
        const { connection, opening } = caller;
        descriptor = connection.descriptor;
        undo.push(() => connection.close());
        // What the debugger sends interrupts the guest, and nothing else.
        undo.push(setAction(Signal.IO, { handler: doNothing(), restart: true }));
        connection.signalInput();
        return new Link(connection, opening, signal);
      };
      debugging = guest.debug.prepare("debugging");
      vcpu = new DebuggedVcpu(guest, { meet, say });
      return vcpu;
    },
    ready: () => vcpu?.meet(),
    needs: () => connectionNeeds(descriptor, debugging),
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
