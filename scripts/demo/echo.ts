/**
 * Ping and UDP echo over plain sockets, for the demo: the host's own IP stack
 * resolves the guest's address and routes to its tap.
 *
 * @module
 */
import { checked } from "../../ffi/errno.ts";
import { symbolGroup } from "../../ffi/libc.ts";
import { Family, SocketType } from "../../ffi/linux/tun.ts";

const libc = symbolGroup("demo sockets", {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
  send: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
  recv: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
});

const SOCK_RAW = 3, IPPROTO_ICMP = 1;
const SOL_SOCKET = 1, SO_RCVTIMEO = 20;
const ECHO_PORT = 7;
const ECHO_REQUEST = 8, ECHO_REPLY = 0;
const TIMEOUT_SECONDS = 2n;
/** An IPv4 header without options, which a raw socket shows. */
const IP_HEADER_BYTES = 20;

/** Round trips in milliseconds; undefined where no answer came. */
export type RoundTrips = (number | undefined)[];

/** Talks to a guest. */
export class Echo {
  readonly #address: string;
  readonly #buffer = new Uint8Array(2048);

  /** @param address the guest's IPv4 address */
  constructor(address: string) {
    this.#address = address;
  }

  /** Sends so many pings, one after the other's answer. */
  ping(count: number): RoundTrips {
    const socket = this.#connect(SOCK_RAW, IPPROTO_ICMP, 0);
    return Array.from({ length: count }, (_, sequence) => {
      const packet = new Uint8Array(64).fill(0x2a, 8);
      packet[0] = ECHO_REQUEST;
      packet[7] = sequence;
      const view = new DataView(packet.buffer);
      view.setUint16(2, internetChecksum(packet));
      return this.#roundTrip(
        socket,
        packet,
        (answer) =>
          answer[IP_HEADER_BYTES] === ECHO_REPLY &&
          answer[IP_HEADER_BYTES + 7] === sequence,
      );
    });
  }

  /** Sends so many datagrams to the echo port. */
  udp(count: number): RoundTrips {
    const socket = this.#connect(SocketType.DGRAM, 0, ECHO_PORT);
    return Array.from({ length: count }, (_, index) => {
      const packet = new TextEncoder().encode(`datagram ${index}`);
      return this.#roundTrip(
        socket,
        packet,
        (answer) => answer.length === packet.length && answer.at(-1) === packet.at(-1),
      );
    });
  }

  /** Tells the guest to end. */
  quit(): void {
    const socket = this.#connect(SocketType.DGRAM, 0, ECHO_PORT);
    this.#send(socket, new TextEncoder().encode("quit"));
  }

  #connect(type: number, protocol: number, port: number): number {
    const socket = checked(
      libc().socket(Family.INET, type, protocol),
      "socket",
      this.#address,
    );
    // struct sockaddr_in: family u16, port u16 and address in network order
    const address = new Uint8Array(16);
    const view = new DataView(address.buffer);
    view.setUint16(0, Family.INET, true);
    view.setUint16(2, port);
    address.set(this.#address.split(".").map(Number), 4);
    checked(libc().connect(socket, address, address.length), "connect", this.#address);
    const timeout = new Uint8Array(new BigUint64Array([TIMEOUT_SECONDS, 0n]).buffer);
    checked(
      libc().setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, timeout, timeout.length),
      "setsockopt",
      this.#address,
    );
    return socket;
  }

  #send(socket: number, packet: Uint8Array<ArrayBuffer>): void {
    const count = Number(libc().send(socket, packet, BigInt(packet.length), 0));
    checked(count, "send", this.#address);
  }

  #roundTrip(
    socket: number,
    packet: Uint8Array<ArrayBuffer>,
    isAnswer: (answer: Uint8Array) => boolean,
  ): number | undefined {
    const start = performance.now();
    this.#send(socket, packet);
    for (;;) {
      const room = BigInt(this.#buffer.length);
      const count = Number(libc().recv(socket, this.#buffer, room, 0));
      if (count < 0) return undefined;
      if (isAnswer(this.#buffer.subarray(0, count))) return performance.now() - start;
    }
  }
}

/** The Internet checksum (RFC 1071) of an even number of bytes. */
function internetChecksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += bytes[at]! << 8 | bytes[at + 1]!;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return ~sum & 0xffff;
}
