/**
 * Where the debugger connects: a port of the loopback interface, or a socket in
 * the file system that only this user can connect to.
 *
 * @module
 */
import { Errno, SystemCallError } from "../../../ffi/errno.ts";
import {
  accept,
  type Connection,
  listenAt,
  type Listener,
  listenOnLoopback,
} from "../../../ffi/sockets.ts";
import { encodeRaw } from "../../contract/raw_text.ts";
import type { GdbEndpoint, Say } from "../../contract/watch.ts";
import { OperatorError, printable } from "../../errors.ts";
import { isOpening } from "./packets.ts";

/** A connection that begins as a debugger's does. */
export interface Caller {
  /** The connection. */
  readonly connection: Connection;
  /** What came first. */
  readonly opening: Uint8Array;
}

/** The place where a debugger connects. */
export class Endpoint {
  readonly #listener: Listener;
  /** As `target remote` of gdb takes it. */
  readonly #name: string;
  readonly #from: string;

  /**
   * Takes the port or makes the socket.
   *
   * @throws {OperatorError} when it cannot be had, with the way out
   */
  constructor(endpoint: GdbEndpoint) {
    const flag = `--gdb=${"port" in endpoint ? endpoint.port : endpoint.socket}`;
    try {
      if ("port" in endpoint) {
        const listener = listenOnLoopback(endpoint.port);
        this.#listener = listener;
        this.#name = `localhost:${listener.port}`;
        this.#from = "127.0.0.1";
      } else {
        this.#listener = listenAt(encodeRaw(endpoint.socket));
        this.#name = this.#from = printable(endpoint.socket);
      }
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      throw new OperatorError(flag, error.problem, remedyFor(error, endpoint), error);
    }
  }

  /**
   * Waits until a debugger has connected. From then on nobody else can.
   *
   * @param signal the signal that is to end the guest, or 0
   * @returns undefined when a signal came first
   */
  meet(imageName: string, signal: () => number, say: Say): Caller | undefined {
    say("Waiting for a debugger. Connect to it like this:");
    say(`\tgdb --ex="target remote ${this.#name}" ${printable(imageName)}`);
    while (signal() === 0) {
      const connection = accept(this.#listener, this.#name);
      const opening = connection && firstWords(connection, signal);
      if (connection === undefined) continue;
      if (opening === undefined) {
        connection.close();
        continue;
      }
      this.close();
      say(`Connection from debugger at ${this.#from}`);
      return { connection, opening };
    }
    return undefined;
  }

  /** Gives port or socket back. May be called more than once. */
  close(): void {
    this.#listener.close();
  }
}

/** How long a caller may be silent: a debugger speaks first. */
const FIRST_WORDS_MS = 5000;

/**
 * Waits for the first bytes of a connection; undefined where they are not those
 * of a debugger (a browser can be made to call every port).
 */
function firstWords(
  connection: Connection,
  signal: () => number,
): Uint8Array | undefined {
  const end = performance.now() + FIRST_WORDS_MS;
  while (signal() === 0 && performance.now() < end) {
    const bytes = connection.receive(true);
    if (bytes === undefined) return undefined;
    if (bytes.length > 0) return isOpening(bytes[0]!) ? bytes.slice() : undefined;
  }
  return undefined;
}

function remedyFor({ errno }: SystemCallError, endpoint: GdbEndpoint): string {
  if ("port" in endpoint) {
    switch (errno) {
      case Errno.EADDRINUSE:
        return "end the process that uses it, or give another port (0 for any that is free)";
      case Errno.EACCES:
        return "give a port from 1024 on";
      default:
        return "give another port (0 for any that is free), or a socket's path";
    }
  }
  switch (errno) {
    case Errno.EADDRINUSE:
      return "remove what is there, or give another path";
    case Errno.ENAMETOOLONG:
      return "give a path of at most 107 bytes";
    default:
      return "give a path in a directory where this user may make files";
  }
}
