/**
 * The connection to the debugger: whole packets, acknowledged and sent again as
 * the protocol has it, until one side has enough of that.
 *
 * @module
 */
import type { Connection } from "../../../ffi/sockets.ts";
import {
  type Incoming,
  NOT_RECEIVED,
  packet,
  PacketReader,
  RECEIVED,
} from "./packets.ts";

/** What came of waiting for the debugger. */
export type Heard =
  | { readonly kind: "packet"; readonly data: Uint8Array<ArrayBuffer> }
  | { readonly kind: "oversized" }
  /** The connection has ended. */
  | { readonly kind: "closed" }
  /** A signal is to end the guest. */
  | { readonly kind: "signal" };

/** How often more is received after the last packet was sent. */
const MOST_LAST_WORDS = 16;

/** A conversation with the debugger. */
export class Link {
  readonly #connection: Connection;
  readonly #signal: () => number;
  readonly #reader = new PacketReader();
  #acknowledge = true;
  #latest: Uint8Array<ArrayBuffer> = RECEIVED;
  #closed = false;

  /**
   * @param opening what was received before
   * @param signal the signal that is to end the guest, or 0
   */
  constructor(connection: Connection, opening: Uint8Array, signal: () => number) {
    this.#connection = connection;
    this.#signal = signal;
    this.#reader.push(opening);
  }

  /** Waits for a packet. */
  hear(): Heard {
    for (;;) {
      const incoming = this.#next(true);
      if (this.#closed) return { kind: "closed" };
      if (this.#signal() !== 0) return { kind: "signal" };
      switch (incoming?.kind) {
        case "packet":
        case "oversized":
          if (this.#acknowledge) this.#write(RECEIVED);
          return incoming;
        case "damaged":
          if (this.#acknowledge) this.#write(NOT_RECEIVED);
          break;
        case "again":
          if (this.#acknowledge) this.#write(this.#latest);
          break;
          // Ctrl-C to a guest that stands still asks for nothing.
      }
    }
  }

  /**
   * Looks, without waiting, for what the debugger may say while the guest runs.
   *
   * @returns undefined when it is nothing
   */
  glance(): "interrupt" | "closed" | undefined {
    for (;;) {
      const incoming = this.#next(false);
      if (this.#closed) return "closed";
      if (incoming === undefined) return undefined;
      if (incoming.kind === "interrupt") return "interrupt";
    }
  }

  /** Takes what came next; undefined when there is nothing whole yet. */
  #next(wait: boolean): Incoming | undefined {
    const waiting = this.#reader.next();
    if (waiting !== undefined || this.#closed) return waiting;
    const bytes = this.#connection.receive(wait);
    if (bytes === undefined) this.#closed = true;
    else this.#reader.push(bytes);
    return this.#reader.next();
  }

  /** Sends a packet. */
  say(data: string | Uint8Array): void {
    this.#latest = packet(data);
    this.#write(this.#latest);
  }

  /** Sends what is said of a link on which nothing gets lost: "OK". */
  stopAcknowledging(): void {
    this.say("OK");
    this.#acknowledge = false;
  }

  #write(bytes: Uint8Array<ArrayBuffer>): void {
    for (let done = 0; done < bytes.length && !this.#closed;) {
      const count = this.#connection.send(bytes.subarray(done));
      if (count === undefined) this.#closed = true;
      else if (count === 0 && this.#signal() !== 0) return;
      else done += count;
    }
  }

  /** Says the last packet and ends the connection when it was taken. */
  finish(data: string): void {
    this.say(data);
    this.#connection.finish();
    // What is closed with bytes unread may take the packet with it. Who goes on
    // talking is not listened to for ever.
    for (let count = 0; count < MOST_LAST_WORDS && !this.#closed; count++) {
      if (!this.#connection.receive(true)?.length) break;
    }
    this.close();
  }

  /** Ends the connection. */
  close(): void {
    this.#closed = true;
    this.#connection.close();
  }
}
