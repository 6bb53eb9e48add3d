/**
 * Ping and UDP echo over plain sockets, for the demo: the host's own IP stack
 * resolves the guest's address and routes to its tap.
 *
 * @module
 */
import { Family, SocketType } from "../../ffi/linux/socket.ts";
import { Socket } from "../../tests/support/socket.ts";

const SOCK_RAW = 3, IPPROTO_ICMP = 1;
const ECHO_PORT = 7;
const ECHO_REQUEST = 8, ECHO_REPLY = 0;
const TIMEOUT_MS = 2000;
/** An IPv4 header without options, which a raw socket shows. */
const IP_HEADER_BYTES = 20;

/** Round trips in milliseconds; undefined where no answer came. */
export type RoundTrips = (number | undefined)[];

/** Talks to a guest. */
export class Echo {
  readonly #address: string;

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
    socket.send(new TextEncoder().encode("quit"));
  }

  #connect(type: number, protocol: number, port: number): Socket {
    const socket = new Socket([Family.INET, type, protocol], this.#address);
    // struct sockaddr_in: family u16, port u16 and address in network order
    const address = new Uint8Array(16);
    const view = new DataView(address.buffer);
    view.setUint16(0, Family.INET, true);
    view.setUint16(2, port);
    address.set(this.#address.split(".").map(Number), 4);
    socket.connect(address);
    socket.setTimeout(TIMEOUT_MS);
    return socket;
  }

  #roundTrip(
    socket: Socket,
    packet: Uint8Array<ArrayBuffer>,
    isAnswer: (answer: Uint8Array) => boolean,
  ): number | undefined {
    const start = performance.now();
    socket.send(packet);
    const answer = socket.receive(isAnswer);
    return answer && performance.now() - start;
  }
}

/** The Internet checksum (RFC 1071) of an even number of bytes. */
function internetChecksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += bytes[at]! << 8 | bytes[at + 1]!;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return ~sum & 0xffff;
}
