/**
 * The ring's thread, from the main thread's side.
 *
 * @module
 */
import { Eventfd, makeEventfd } from "../../../ffi/eventfd.ts";
import { closeFile } from "../../../ffi/files.ts";
import { isAtMost, type Needs, onDescriptors } from "../../contract/policy.ts";
import type { RingGuest } from "../../contract/ring.ts";
import { OperatorError } from "../../errors.ts";
import { RingControl, type RingOrder, type SharedPort, Wish } from "./ring_order.ts";

/** How long the thread may take to end, in milliseconds: it never blocks. */
const END_MS = 5000;

/** The program's root: where the thread's modules are. */
const ROOT = new URL("../../../", import.meta.url);

/**
 * Whether this process may load a thread's modules: Deno asks for a permission
 * to read them, unless they are part of a compiled program.
 */
export function mayStartThread(): boolean {
  return Deno.build.standalone || ROOT.protocol !== "file:" ||
    Deno.permissions.querySync({ name: "read", path: ROOT }).state === "granted";
}

/**
 * Names the thread's module once more, and is not called: `deno compile` puts
 * what `import()` names into the program, and not what `new Worker` does.
 */
export const embedded = () => import("./ring_worker.ts");

/** A thread that serves a ring, or is about to. */
export class RingThread {
  readonly #worker: Worker;
  readonly #ready: Promise<boolean>;
  readonly #control = RingControl.make();
  #kicks: Eventfd | undefined;
  /** The eventfd, when it has been used for the last time. */
  #ended: number | undefined;
  #stuck: OperatorError | undefined;

  /**
   * Starts the thread.
   *
   * @throws {Error} where the host has no room for one
   */
  constructor() {
    this.#worker = new Worker(new URL("./ring_worker.ts", import.meta.url), {
      type: "module",
    });
    this.#ready = new Promise((resolve) => {
      this.#worker.onmessage = () => resolve(true);
      this.#worker.onerror = (event) => {
        event.preventDefault();
        resolve(false);
      };
    });
  }

  /** Why the thread ended by itself, or that it does not end. */
  get failure(): Error | undefined {
    return this.#stuck ?? this.#control.failure;
  }

  /**
   * Gives the thread its guest.
   *
   * @returns false where thread or host cannot do it; nothing has changed then
   */
  async serve(guest: RingGuest, ports: readonly SharedPort[]): Promise<boolean> {
    const eventfd = await this.#ready ? makeEventfd() : undefined;
    if (eventfd === undefined) return false;
    if (!guest.divertKicks(eventfd)) {
      closeFile(eventfd);
      return false;
    }
    this.#kicks = new Eventfd(eventfd);
    const order: RingOrder = {
      address: guest.host.address,
      memoryBytes: guest.memory.sizeBytes,
      protectedRanges: guest.protectedRanges,
      ports,
      eventfd,
      stopAddress: guest.stopAddress,
      shared: this.#control.shared,
    };
    this.#worker.postMessage(order);
    this.#control.waitForStart();
    return true;
  }

  /** Wakes the thread where the kick has not. */
  kick(): void {
    this.#kicks?.add();
  }

  /** Has the thread end, after it has served what is there where `drain`. */
  end(drain: boolean): void {
    if (this.#kicks === undefined) return;
    this.#control.wish = drain ? Wish.DRAIN : Wish.STOP;
    this.#kicks.add();
    this.#ended = this.#kicks.descriptor;
    if (!this.#control.waitForEnd(END_MS)) {
      this.#stuck = new OperatorError(
        "network ring",
        `its thread did not end within ${END_MS / 1000} s, and frames may be lost`,
        "see that nobody else has a tap of this guest, or makes it block",
      );
    }
    this.#kicks = undefined;
  }

  /** What serving calls, in both threads. */
  needs(): Needs {
    if (this.#kicks === undefined) return { permits: [] };
    const kicks = { descriptor: this.#kicks.descriptor, name: "kicks of the ring" };
    const rules = [onDescriptors([kicks]), isAtMost(2, "iovcnt", 1)];
    return {
      descriptors: [kicks],
      permits: [
        { call: "readv", rules, reason: "the ring's thread sleeps" },
        { call: "writev", rules, reason: "the ring's thread is woken to end" },
      ],
    };
  }

  /** Ends the thread, whatever it does. */
  close(): void {
    const eventfd = this.#kicks?.descriptor ?? this.#ended;
    this.end(false);
    // One that is stuck keeps its eventfd: the number must not become another file's.
    if (eventfd !== undefined && this.#stuck === undefined) closeFile(eventfd);
    this.#ended = undefined;
    this.#control.release();
    this.#worker.terminate();
  }
}
