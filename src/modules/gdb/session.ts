/**
 * What the debugger's packets ask for, and what is answered (gdb's manual,
 * "Packets"). Everything in them is checked: lengths, addresses, digits.
 *
 * @module
 */
import {
  type Answer,
  BAD_ADDRESS,
  GdbSignal,
  MALFORMED,
  NO_ROOM,
  OK,
  type Stop,
  UNSUPPORTED,
} from "./answers.ts";
import { type Breakpoints, stopType } from "./breakpoints.ts";
import { describeTarget } from "./description.ts";
import { MOST_PACKET_BYTES, parseBytes, parseHex } from "./packets.ts";
import { placeOf, REGISTERS_BYTES } from "./registers.ts";

/** The guest, as far as packets reach it. */
export interface Target {
  /** Size of its memory, in bytes. */
  readonly memoryBytes: number;
  /** Break- and watchpoints. */
  readonly breakpoints: Breakpoints;
  /** Reads all registers, one behind the other. */
  registers(): Uint8Array<ArrayBuffer>;
  /** Writes them all; returns false where one differs that cannot be written. */
  setRegisters(bytes: Uint8Array<ArrayBuffer>): boolean;
  /** Reads memory; the range is within {@link memoryBytes}. */
  read(address: number, length: number): Uint8Array<ArrayBuffer>;
  /** Writes memory; the range is within {@link memoryBytes}. */
  write(address: number, bytes: Uint8Array): void;
  /** Sets the address of its next instruction. */
  jump(address: bigint): void;
}

/** The only thread. */
const THREAD = "1";

/** The most memory that one packet carries as hexadecimal digits, in bytes. */
const MOST_HEX_BYTES = MOST_PACKET_BYTES / 2 - 8;

const text = new TextDecoder("latin1");

/** One conversation. */
export class Session {
  readonly #target: Target;
  #namesBreakpoints = { software: false, hardware: false };
  #stop: Stop = { signal: GdbSignal.TRAP };

  constructor(target: Target) {
    this.#target = target;
  }

  /** The answer to `?`, and what is said when the guest stops. */
  describeStop(stop: Stop = this.#stop): string {
    this.#stop = stop;
    const { software, hardware } = this.#namesBreakpoints;
    const { reason } = stop;
    const named = reason === undefined || reason === "swbreak" && !software ||
        reason === "hwbreak" && !hardware
      ? ""
      : reason.includes(":")
      ? `${reason};`
      : `${reason}:;`;
    return `T${hexByte(stop.signal)}thread:${THREAD};${named}`;
  }

  /** Answers a packet. */
  answer(data: Uint8Array): Answer {
    const words = text.decode(data);
    const rest = words.slice(1);
    switch (words[0]) {
      case "?":
        return { kind: "reply", data: this.describeStop() };
      case "g":
        return { kind: "reply", data: this.#target.registers().toHex() };
      case "G":
        return this.#writeRegisters(parseBytes(rest));
      case "p":
        return this.#readRegister(rest);
      case "P":
        return this.#writeRegister(rest);
      case "m":
        return this.#readMemory(rest);
      case "M":
        return this.#writeMemory(rest, (content) => parseBytes(content));
      case "X":
        return this.#writeMemory(rest, (_, at) => data.slice(1 + at));
      case "Z":
      case "z":
        return this.#breakpoint(rest, words[0] === "Z");
      case "c":
      case "s":
        return this.#resume(rest, words[0] === "s");
      case "C":
      case "S":
        // A guest has no signals; it goes on as without one.
        return this.#resume(rest.replace(/^[^;]*;?/, ""), words[0] === "S");
      case "H":
      case "T":
        return OK;
      case "D":
        return { kind: "detach" };
      case "k":
        return { kind: "kill" };
      case "v":
        return this.#longPacket(rest);
      case "q":
      case "Q":
        return this.#query(words);
      default:
        return UNSUPPORTED;
    }
  }

  #query(words: string): Answer {
    const [, name, rest = ""] = /^([A-Za-z]+)[:,;]?([\s\S]*)$/.exec(words) ?? [];
    switch (name) {
      case "qSupported":
        return this.#agree(rest.split(";"));
      case "qXfer":
        return describe(rest);
      case "QStartNoAckMode":
        return { kind: "no acknowledgements" };
      case "qAttached":
        // So that a debugger that leaves lets the guest run on.
        return { kind: "reply", data: "1" };
      case "qC":
        return { kind: "reply", data: `QC${THREAD}` };
      case "qfThreadInfo":
        return { kind: "reply", data: `m${THREAD}` };
      case "qsThreadInfo":
        return { kind: "reply", data: "l" };
      case "qSymbol":
        return OK;
      default:
        return UNSUPPORTED;
    }
  }

  #agree(features: readonly string[]): Answer {
    this.#namesBreakpoints = {
      software: features.includes("swbreak+"),
      hardware: features.includes("hwbreak+"),
    };
    const ours = [
      `PacketSize=${MOST_PACKET_BYTES.toString(16)}`,
      ...["QStartNoAckMode+", "qXfer:features:read+", "vContSupported+"],
      ...["swbreak+", "hwbreak+"],
    ];
    return { kind: "reply", data: ours.join(";") };
  }

  #longPacket(words: string): Answer {
    if (words === "Cont?") return { kind: "reply", data: "vCont;c;C;s;S" };
    if (/^Kill(;|$)/.test(words)) return { kind: "kill", data: "OK" };
    const [, action] = /^Cont;([cCsS])/.exec(words) ?? [];
    if (action === undefined) return UNSUPPORTED;
    return { kind: "resume", step: action.toLowerCase() === "s" };
  }

  #resume(address: string, step: boolean): Answer {
    if (address !== "") {
      const to = parseHex(address);
      if (to === undefined) return MALFORMED;
      this.#target.jump(to);
    }
    return { kind: "resume", step };
  }

  #writeRegisters(bytes: Uint8Array<ArrayBuffer> | undefined): Answer {
    if (bytes?.length !== REGISTERS_BYTES) return MALFORMED;
    return this.#target.setRegisters(bytes) ? OK : BAD_ADDRESS;
  }

  #readRegister(number: string): Answer {
    const place = placeOf(Number(parseHex(number) ?? -1));
    if (place === undefined) return MALFORMED;
    const { offset, bytes } = place;
    const value = this.#target.registers().subarray(offset, offset + bytes);
    return { kind: "reply", data: value.toHex() };
  }

  #writeRegister(words: string): Answer {
    const [, number = "", digits = ""] = /^([^=]*)=(.*)$/.exec(words) ?? [];
    const place = placeOf(Number(parseHex(number) ?? -1));
    const value = parseBytes(digits);
    if (place === undefined || value?.length !== place.bytes) return MALFORMED;
    const all = this.#target.registers();
    all.set(value, place.offset);
    return this.#target.setRegisters(all) ? OK : BAD_ADDRESS;
  }

  #readMemory(words: string): Answer {
    const range = parseRange(words);
    if (range === undefined) return MALFORMED;
    // Less than was asked for is allowed.
    const { memoryBytes } = this.#target;
    const room = Math.min(memoryBytes - range.address, MOST_HEX_BYTES);
    if (room <= 0) return BAD_ADDRESS;
    const bytes = this.#target.read(range.address, Math.min(range.length, room));
    return { kind: "reply", data: bytes.toHex() };
  }

  #writeMemory(
    words: string,
    contentOf: (digits: string, at: number) => Uint8Array | undefined,
  ): Answer {
    const at = words.indexOf(":") + 1;
    const range = parseRange(words.slice(0, Math.max(at - 1, 0)));
    const content = contentOf(words.slice(at), at);
    if (range === undefined || content?.length !== range.length) return MALFORMED;
    if (!this.#isMemory(range)) return BAD_ADDRESS;
    this.#target.write(range.address, content);
    return OK;
  }

  #breakpoint(words: string, place: boolean): Answer {
    const [, digit, range] = /^([0-9]),([^;]*)/.exec(words) ?? [];
    const type = stopType(Number(digit));
    if (type === undefined) return UNSUPPORTED;
    const given = parseRange(range!);
    if (given === undefined) return MALFORMED;
    const { address } = given, length = Math.max(given.length, 1);
    if (!this.#isMemory({ address, length })) return BAD_ADDRESS;
    const { breakpoints } = this.#target;
    if (!place) {
      breakpoints.remove(type, address, length);
      return OK;
    }
    switch (breakpoints.place(type, address, length)) {
      case "placed":
        return OK;
      case "unsupported":
        return UNSUPPORTED;
      case "no room":
        return NO_ROOM;
    }
  }

  #isMemory({ address, length }: { address: number; length: number }): boolean {
    return address + length <= this.#target.memoryBytes;
  }
}

/** Reads `ADDRESS,LENGTH`; numbers above 2⁵³ are rounded, and no guest's. */
function parseRange(words: string): { address: number; length: number } | undefined {
  const [, address, length] = /^([^,]*),([^,]*)$/.exec(words) ?? [];
  const [at, count] = [parseHex(address ?? ""), parseHex(length ?? "")];
  if (at === undefined || count === undefined) return undefined;
  return { address: Number(at), length: Number(count) };
}

/** Answers `qXfer:`: a part of the target description. */
function describe(words: string): Answer {
  const [, range] = /^features:read:target\.xml:(.*)$/.exec(words) ?? [];
  if (range === undefined) {
    // Another file of features is an error, another object is unknown.
    return /^features:read:/.test(words) ? { kind: "reply", data: "E00" } : UNSUPPORTED;
  }
  const part = parseRange(range);
  if (part === undefined) return MALFORMED;
  const whole = describeTarget();
  const length = Math.min(part.length, MOST_PACKET_BYTES / 2);
  const content = whole.slice(part.address, part.address + length);
  const last = part.address + length >= whole.length;
  return { kind: "reply", data: `${last ? "l" : "m"}${content}` };
}

function hexByte(value: number): string {
  return value.toString(16).padStart(2, "0");
}
