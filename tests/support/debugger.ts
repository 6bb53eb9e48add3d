/**
 * A debugger's side of gdb's remote protocol, for hosts without gdb.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Family, InternetAddress, SocketType } from "../../ffi/linux/socket.ts";
import { Socket } from "./socket.ts";
import { type Running, start } from "./tender.ts";

/** Nothing takes so long; on an emulated host much takes seconds. */
const MOST_MS = 60_000;

/** The `struct sockaddr_un` of a path. */
export function pathAddress(path: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array([Family.UNIX, 0, ...new TextEncoder().encode(path), 0]);
}

/** The `struct sockaddr_in` of a port of 127.0.0.1. */
export function portAddress(port: number): Uint8Array<ArrayBuffer> {
  const address = new Uint8Array(InternetAddress.size);
  address.set([Family.INET, 0, port >> 8, port & 0xff, 127, 0, 0, 1]);
  return address;
}

/** Connects to a tender that listens at a `struct sockaddr`. */
export function callTender(address: Uint8Array<ArrayBuffer>): Socket {
  const socket = new Socket([address[0]!, SocketType.STREAM, 0], "tender");
  socket.setTimeout(MOST_MS);
  socket.connect(address);
  return socket;
}

/** A connection to a tender that debugs its guest. */
export class Debugger {
  readonly #socket: Socket;
  #buffer = "";

  /** Connects to a tender that listens at a `struct sockaddr`. */
  constructor(address: Uint8Array<ArrayBuffer>) {
    this.#socket = callTender(address);
  }

  /** Sends bytes as they are. */
  raw(bytes: string): void {
    this.#socket.send(Uint8Array.from(bytes, (character) => character.charCodeAt(0)));
  }

  /** Sends a packet. */
  send(data: string): void {
    let sum = 0;
    for (const character of data) sum = sum + character.charCodeAt(0) & 0xff;
    this.raw(`$${data}#${sum.toString(16).padStart(2, "0")}`);
  }

  /** Waits for a packet; checks it, and says so. Undefined at the end. */
  receive(): string | undefined {
    for (;;) {
      const found = /^[+]*\$([^#]*)#([0-9a-f]{2})/.exec(this.#buffer);
      if (found) {
        this.#buffer = this.#buffer.slice(found[0].length);
        let sum = 0;
        for (const character of found[1]!) sum = sum + character.charCodeAt(0) & 0xff;
        assertEquals(parseInt(found[2]!, 16), sum, found[0]);
        // After the guest's end, and so that the tender need not wait for it.
        if (/^[WX]/.test(found[1]!)) this.close();
        else this.raw("+");
        return found[1];
      }
      if (!this.#more()) return undefined;
    }
  }

  #more(): boolean {
    const bytes = this.#socket.receive(() => true);
    assert(bytes !== undefined, `nothing came; ${this.#buffer}`);
    this.#buffer += String.fromCharCode(...bytes);
    return bytes.length > 0;
  }

  /** Sends a packet and waits for the answer. */
  ask(data: string): string | undefined {
    this.send(data);
    return this.receive();
  }

  /** Sends a packet, and drops what comes before this answer. */
  skipTo(data: string, answer: string): void {
    this.send(data);
    const found = `$${answer}#`;
    while (!this.#buffer.includes(found)) assert(this.#more(), "the tender has ended");
    const end = this.#buffer.lastIndexOf(found) + found.length + "00".length;
    while (this.#buffer.length < end && this.#more()) continue;
    this.#buffer = this.#buffer.slice(end);
    this.raw("+");
  }

  /** Reads a register of 8 bytes by gdb's number. */
  register(number: number): bigint {
    const bytes = Uint8Array.fromHex(this.ask(`p${number.toString(16)}`)!);
    return new DataView(bytes.buffer).getBigUint64(0, true);
  }

  /** Reads a word of 8 bytes. */
  word(address: number): bigint {
    const bytes = Uint8Array.fromHex(this.ask(`m${address.toString(16)},8`)!);
    return new DataView(bytes.buffer).getBigUint64(0, true);
  }

  /** Closes the connection. */
  close(): void {
    this.#socket.close();
  }
}

/** gdb's numbers of some registers. */
export const RegisterNumber = { rax: 0, rsp: 7, r12: 12, r15: 15, rip: 16 } as const;

/** A tender that waits for a debugger, and the socket's path. */
export interface Debugged {
  /** The tender. */
  readonly running: Running;
  /** Where it listens. */
  readonly path: string;
  /** The same as a `struct sockaddr`. */
  readonly address: Uint8Array<ArrayBuffer>;
}

/** Starts a tender that waits for a debugger at a socket of its own. */
export async function startDebugged(
  args: readonly string[],
): Promise<Debugged> {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/gdb`;
  const tender = start(["run", "--mem=4", `--gdb=${path}`, ...args]);
  await tender.hears("gdb --ex=");
  const running: Running = {
    ...tender,
    async end() {
      const ended = await tender.end();
      // Fails where the tender has left its socket there.
      await Deno.remove(directory);
      return ended;
    },
  };
  return { running, address: pathAddress(path), path };
}

/** The same, with the debugger. */
export async function attach(
  args: readonly string[],
): Promise<{ debugger: Debugger; running: Running }> {
  const { running, address } = await startDebugged(args);
  return { debugger: new Debugger(address), running };
}
