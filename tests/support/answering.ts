/**
 * A guest that answers every frame, on a tap and a disk of its own.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { frame, isAnswer } from "../../scripts/soak/traffic.ts";
import { enterOwnNetwork, frameSocket, makeTap } from "./network.ts";
import type { Socket } from "./socket.ts";
import { guest, type Running, start, type TenderOptions } from "./tender.ts";

/** The frame that ends the guest. */
const QUIT = new TextEncoder().encode("Q".padEnd(46));
/** The smallest disk that it can use, in bytes. */
const DISK_BYTES = 256 * 512;
/** Where an answer has the guest's count of polls. */
const POLLS = 14 + 8;
let taps = 0;

/** A guest that is running. */
export interface Answering extends Running {
  /** Its tap. */
  readonly tap: string;
  /**
   * Sends it a frame, for which it also uses its disk.
   *
   * @returns how often it had polled when it answered
   */
  ask(): number;
  /** Tells it to end. */
  requestEnd(): void;
  /** Has it end, and checks that it ends well. */
  quit(): Promise<void>;
}

/** What it is started with. */
export interface AnsweringOptions extends TenderOptions {
  /** Its arguments. */
  readonly args?: readonly string[];
  /** Its disk; a file of its own if not given. */
  readonly disk?: string;
}

/** Starts it. Needs KVM, root and tun. */
export async function answering(options: AnsweringOptions = {}): Promise<Answering> {
  enterOwnNetwork();
  const tap = `life${taps++}`;
  makeTap(tap);
  const disk = options.disk ?? await Deno.makeTempFile();
  if (options.disk === undefined) await Deno.truncate(disk, DISK_BYTES);
  const flags = ["--mem=4", `--net:service=${tap}`, `--block:storage=${disk}`];
  const running = start(
    ["run", ...flags, guest("soak"), ...options.args ?? []],
    options,
  );
  await running.sees("ready");
  if (options.disk === undefined) await Deno.remove(disk);
  const send = (payload: Uint8Array): Socket => {
    // A new one each time: a socket tells once that its interface was down.
    const socket = frameSocket(tap);
    socket.send(frame(payload));
    return socket;
  };
  const requestEnd = () => send(QUIT).close();
  return {
    ...running,
    tap,
    requestEnd,
    ask() {
      const socket = send(new Uint8Array(46));
      const answer = socket.receive(isAnswer);
      socket.close();
      assert(answer !== undefined, "no answer");
      return Number(new DataView(answer.buffer).getBigUint64(POLLS, true));
    },
    async quit() {
      requestEnd();
      const { status, stderr } = await running.end();
      assertEquals(status, 0, stderr);
    },
  };
}
