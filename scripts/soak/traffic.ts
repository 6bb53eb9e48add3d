/**
 * The other end of the cable: sends frames to a guest that sends them back, and
 * pulls the cable now and then.
 *
 * @module
 */
import { Errno, SystemCallError } from "../../ffi/errno.ts";
import { configure, frameSocket, makeTap } from "../../tests/support/network.ts";
import type { Socket } from "../../tests/support/socket.ts";

/** The local experimental type of IEEE 802, as it stands in a frame. */
const TYPE = [0x88, 0xb5] as const;
const HEADER_BYTES = 14;
/** Last byte of the address that our frames come from, and answers go to. */
const OURS = 0x99;
const SMALLEST_PAYLOAD = 46, PAYLOADS = 1455;
/** How long an answer is waited for. */
const TIMEOUT_MS = 500;
/** How long the interface stays down. */
const DOWN_MS = 20;

/** A frame to the guest. */
export function frame(payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER_BYTES + payload.length);
  bytes.set([2, 0, 0, 0, 0, 0x11, 2, 0, 0, 0, 0, OURS, ...TYPE]);
  bytes.set(payload, HEADER_BYTES);
  return bytes;
}

/** Whether a frame is what a guest sent back. */
export function isAnswer(bytes: Uint8Array): boolean {
  return bytes[5] === OURS && bytes[12] === TYPE[0] && bytes[13] === TYPE[1];
}

/** Traffic on a tap of its own. */
export class Traffic {
  readonly #tap: string;
  readonly #socket: Socket;
  #sent = 0;
  /** Frames that came back. */
  answered = 0;

  /** @param tap the interface's name; made here */
  constructor(tap: string) {
    this.#tap = tap;
    makeTap(tap);
    this.#socket = frameSocket(tap, TIMEOUT_MS);
  }

  /** Frames sent. */
  get sent(): number {
    return this.#sent;
  }

  /** Sends so many frames of all sizes, and waits for what comes back. */
  exchange(count: number): void {
    for (let index = 0; index < count; index++) {
      const length = SMALLEST_PAYLOAD + this.#sent * 7 % PAYLOADS;
      this.#send(new Uint8Array(length));
    }
    for (let index = 0; index < count; index++) {
      if (this.#socket.receive(isAnswer) === undefined) return;
      this.answered++;
    }
  }

  /** Sends so many small frames, and does not wait. */
  send(count: number): void {
    for (let index = 0; index < count; index++) {
      this.#send(new Uint8Array(SMALLEST_PAYLOAD));
    }
  }

  /** Takes in what is still on its way back. */
  drain(): void {
    // The first silence may be the news that the interface was down.
    for (let silent = 0; silent < 2;) {
      if (this.#socket.receive(isAnswer) === undefined) silent++;
      else this.answered++;
    }
  }

  /** Takes the interface down under a guest that is answering, and up again. */
  async interrupt(count: number): Promise<void> {
    this.send(count);
    configure(this.#tap, { down: true });
    await new Promise((resolve) => setTimeout(resolve, DOWN_MS));
    configure(this.#tap, {});
  }

  /** Asks the guest to end. */
  quit(): void {
    this.#send(new TextEncoder().encode("Q".padEnd(SMALLEST_PAYLOAD)));
  }

  /** The socket tells once that its interface was down, whatever is asked. */
  #send(payload: Uint8Array): void {
    const bytes = frame(payload);
    this.#sent++;
    try {
      this.#socket.send(bytes);
    } catch (error) {
      const wasDown = error instanceof SystemCallError &&
        error.errno === Errno.ENETDOWN;
      if (!wasDown) throw error;
      this.#socket.send(bytes);
    }
  }

  /** Gives the socket back. The tap goes away with its namespace. */
  close(): void {
    this.#socket.close();
  }
}
