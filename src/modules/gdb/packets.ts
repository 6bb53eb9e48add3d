/**
 * Packets of gdb's remote serial protocol (gdb's manual, "Remote Protocol"):
 * `$`, the data, `#` and a checksum of two hexadecimal digits.
 *
 * @module
 */

/** The longest packet that is taken or sent, in bytes of data. */
export const MOST_PACKET_BYTES = 0x4000;

/** What a debugger sends. */
export type Incoming =
  /** A packet's data, escapes undone. */
  | { readonly kind: "packet"; readonly data: Uint8Array<ArrayBuffer> }
  /** A packet whose checksum is wrong. */
  | { readonly kind: "damaged" }
  /** A packet of more than {@link MOST_PACKET_BYTES}; it is dropped. */
  | { readonly kind: "oversized" }
  /** The latest packet to the debugger did not arrive whole. */
  | { readonly kind: "again" }
  /** Ctrl-C. */
  | { readonly kind: "interrupt" };

/** Bytes with a meaning of their own. */
const DOLLAR = 0x24, HASH = 0x23, ESCAPE = 0x7d, STAR = 0x2a;
const PLUS = 0x2b, MINUS = 0x2d, INTERRUPT = 0x03;

/** An escaped byte has this bit turned over. */
const ESCAPED = 0x20;

/** Says whether a conversation with a debugger can begin with this byte. */
export function isOpening(byte: number): boolean {
  return byte === PLUS || byte === MINUS || byte === DOLLAR || byte === INTERRUPT;
}

/** Takes packets out of a stream of bytes, however it is cut. */
export class PacketReader {
  readonly #queue: Incoming[] = [];
  readonly #data = new Uint8Array(MOST_PACKET_BYTES);
  #length = 0;
  #sum = 0;
  #digits = "";
  #place: "outside" | "data" | "escape" | "checksum" = "outside";

  /** Takes the next bytes of the stream. */
  push(bytes: Uint8Array): void {
    for (const byte of bytes) this.#take(byte);
  }

  /** What came next; undefined when there is nothing whole. */
  next(): Incoming | undefined {
    return this.#queue.shift();
  }

  #take(byte: number): void {
    if (this.#place === "outside") return this.#takeOutside(byte);
    if (this.#place === "checksum") return this.#takeDigit(byte);
    if (byte === DOLLAR) return this.#begin();
    if (byte === HASH) {
      this.#digits = "";
      this.#place = "checksum";
      return;
    }
    this.#sum = this.#sum + byte & 0xff;
    if (this.#place === "data" && byte === ESCAPE) {
      this.#place = "escape";
      return;
    }
    // One too many stays counted: the packet is oversized.
    if (this.#length < MOST_PACKET_BYTES) {
      this.#data[this.#length] = this.#place === "escape" ? byte ^ ESCAPED : byte;
    }
    this.#length = Math.min(this.#length + 1, MOST_PACKET_BYTES + 1);
    this.#place = "data";
  }

  #takeOutside(byte: number): void {
    if (byte === DOLLAR) this.#begin();
    else if (byte === INTERRUPT) this.#queue.push({ kind: "interrupt" });
    else if (byte === MINUS) this.#queue.push({ kind: "again" });
  }

  #begin(): void {
    this.#length = 0;
    this.#sum = 0;
    this.#place = "data";
  }

  #takeDigit(byte: number): void {
    this.#digits += String.fromCharCode(byte);
    if (this.#digits.length < 2) return;
    this.#place = "outside";
    const sum = /^[0-9a-f]{2}$/i.test(this.#digits) ? parseInt(this.#digits, 16) : -1;
    if (sum !== this.#sum) this.#queue.push({ kind: "damaged" });
    else if (this.#length > MOST_PACKET_BYTES) this.#queue.push({ kind: "oversized" });
    else {
      this.#queue.push({ kind: "packet", data: this.#data.slice(0, this.#length) });
    }
  }
}

/** Puts data into a packet, escaped where it has to be. */
export function packet(data: string | Uint8Array): Uint8Array<ArrayBuffer> {
  const plain = typeof data === "string" ? new TextEncoder().encode(data) : data;
  const bytes = [DOLLAR];
  let sum = 0;
  const put = (byte: number) => {
    bytes.push(byte);
    sum = sum + byte & 0xff;
  };
  for (const byte of plain) {
    if (byte === DOLLAR || byte === HASH || byte === ESCAPE || byte === STAR) {
      put(ESCAPE);
      put(byte ^ ESCAPED);
    } else put(byte);
  }
  const digits = sum.toString(16).padStart(2, "0");
  bytes.push(HASH, digits.charCodeAt(0), digits.charCodeAt(1));
  return Uint8Array.from(bytes);
}

/** A whole packet has arrived. */
export const RECEIVED: Uint8Array<ArrayBuffer> = Uint8Array.of(PLUS);

/** A damaged packet has arrived. */
export const NOT_RECEIVED: Uint8Array<ArrayBuffer> = Uint8Array.of(MINUS);

/** Reads a hexadecimal number of up to 64 bits; undefined where it is none. */
export function parseHex(text: string): bigint | undefined {
  return /^[0-9a-f]{1,16}$/i.test(text) ? BigInt(`0x${text}`) : undefined;
}

/** Reads bytes of two hexadecimal digits each; undefined where they are none. */
export function parseBytes(text: string): Uint8Array<ArrayBuffer> | undefined {
  return /^([0-9a-f]{2})*$/i.test(text) ? Uint8Array.fromHex(text) : undefined;
}
