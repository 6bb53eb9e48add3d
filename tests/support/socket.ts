/**
 * Sockets that wait, up to a limit: for tests and the demo, which talk to a
 * guest from the host's side.
 *
 * @module
 */
import { checked } from "../../ffi/errno.ts";
import { closeFile } from "../../ffi/files.ts";
import { symbolGroup } from "../../ffi/libc.ts";

const libc = symbolGroup("test sockets", {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
  send: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
  recv: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
});

const SOL_SOCKET = 1, SO_RCVTIMEO = 20;

/** A socket. */
export class Socket {
  /** Its descriptor, for requests. */
  readonly descriptor: number;
  readonly #object: string;
  readonly #buffer = new Uint8Array(65536);

  /**
   * @param kind family, type and protocol, as `socket` takes them
   * @param object what messages call it
   */
  constructor(kind: readonly [number, number, number], object: string) {
    this.#object = object;
    this.descriptor = this.#check("socket", libc().socket(...kind));
  }

  #check(call: string, result: number): number {
    return checked(result, call, this.#object);
  }

  /** Binds it to a `struct sockaddr`. */
  bind(address: Uint8Array<ArrayBuffer>): void {
    this.#check("bind", libc().bind(this.descriptor, address, address.length));
  }

  /** Connects it to a `struct sockaddr`. */
  connect(address: Uint8Array<ArrayBuffer>): void {
    this.#check("connect", libc().connect(this.descriptor, address, address.length));
  }

  /** Sets how long {@link receive} waits. */
  setTimeout(milliseconds: number): void {
    // struct timeval: seconds, microseconds
    const time = new BigInt64Array([
      BigInt(Math.floor(milliseconds / 1000)),
      BigInt(milliseconds % 1000 * 1000),
    ]);
    const option = new Uint8Array(time.buffer);
    this.#check(
      "setsockopt",
      libc().setsockopt(this.descriptor, SOL_SOCKET, SO_RCVTIMEO, option, option.length),
    );
  }

  /** Sends one packet. */
  send(packet: Uint8Array<ArrayBuffer>): void {
    const length = BigInt(packet.length);
    this.#check("send", Number(libc().send(this.descriptor, packet, length, 0)));
  }

  /**
   * Waits for a packet that `wanted` accepts; others are dropped.
   *
   * @returns the packet, or undefined when none came in time
   */
  receive(wanted: (packet: Uint8Array) => boolean): Uint8Array | undefined {
    const room = BigInt(this.#buffer.length);
    for (;;) {
      const count = Number(libc().recv(this.descriptor, this.#buffer, room, 0));
      if (count < 0) return undefined;
      const packet = this.#buffer.slice(0, count);
      if (wanted(packet)) return packet;
    }
  }

  /** Closes it. */
  close(): void {
    closeFile(this.descriptor);
  }
}
