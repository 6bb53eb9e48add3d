/**
 * Where the debugger wants the guest to stop, and by what means: an instruction
 * in the guest's memory, a debug register, or a look at the memory after each of
 * the guest's instructions.
 *
 * @module
 */
import { HARDWARE_STOPS, type HardwareStop } from "../../contract/vcpu.ts";

/** What the debugger asks for, by the number in `Z` and `z` packets. */
const TYPES = ["software", "hardware", "write", "read", "access"] as const;

/** Kinds of break- and watchpoint. */
export type StopType = (typeof TYPES)[number];

/** The type of a `Z` or `z` packet; undefined for a number that has none. */
export function stopType(number: number): StopType | undefined {
  return TYPES[number];
}

/** What the debugger asked for, with the means that serve it. */
interface Placed {
  readonly type: StopType;
  readonly address: number;
  readonly length: number;
  /** Debug registers; none where there is another means. */
  readonly stops: readonly HardwareStop[];
}

/** How asking for one ended. */
export type Placing = "placed" | "unsupported" | "no room";

/** The most that are kept. */
const MOST = 4096;

/** The most memory that is watched, in bytes: it is compared again and again. */
const MOST_WATCHED_BYTES = 65536;

/** A part of guest memory that the debugger watches for writes. */
export interface WatchedRange {
  /** First byte (gpa). */
  readonly address: number;
  /** Bytes. */
  readonly length: number;
}

/** Break- and watchpoints, and the means that serve them. */
export class Breakpoints {
  readonly #works: ReadonlySet<HardwareStop["kind"]>;
  readonly #placed = new Map<string, Placed>();
  #stops: readonly HardwareStop[] = [];
  #owners: readonly Placed[] = [];

  /** @param works what the debug registers of this host stop at */
  constructor(works: ReadonlySet<HardwareStop["kind"]>) {
    this.#works = works;
  }

  /**
   * Places one; asking again for the same changes nothing.
   *
   * @param address gpa, within the guest's memory
   * @param length bytes of memory; of no meaning for breakpoints
   */
  place(type: StopType, address: number, length: number): Placing {
    const key = `${type} ${address} ${length}`;
    if (this.#placed.has(key)) return "placed";
    // x86 has no register for reads alone; gdb then asks for accesses.
    if (type === "read") return "unsupported";
    if (this.#placed.size === MOST) return "no room";
    const watched = this.watched.reduce((bytes, range) => bytes + range.length, length);
    if (type === "write" && watched > MOST_WATCHED_BYTES) return "no room";
    const stops = this.#registersFor(type, address, length);
    if (type === "access" && stops.length === 0) {
      return this.#works.has("access") ? "no room" : "unsupported";
    }
    this.#placed.set(key, { type, address, length, stops });
    this.#layOut();
    return "placed";
  }

  /** Takes one away, if it is there. */
  remove(type: StopType, address: number, length: number): void {
    if (this.#placed.delete(`${type} ${address} ${length}`)) this.#layOut();
  }

  /** Takes all away. */
  clear(): void {
    this.#placed.clear();
    this.#layOut();
  }

  #registersFor(type: StopType, address: number, length: number): HardwareStop[] {
    if (type === "software") return [];
    const kind = type === "hardware" ? "execute" : type === "write" ? "write" : "access";
    const pieces = kind === "execute" ? [[address, 1] as const] : cut(address, length);
    const enough = pieces.length + this.#stops.length <= HARDWARE_STOPS;
    if (!enough || !this.#works.has(kind)) return [];
    return pieces.map(([at, bytes]) => ({ kind, address: BigInt(at), bytes }));
  }

  #layOut(): void {
    const all = [...this.#placed.values()];
    this.#stops = all.flatMap(({ stops }) => stops);
    this.#owners = all.flatMap((placed) => placed.stops.map(() => placed));
  }

  /** What goes into the debug registers. */
  get stops(): readonly HardwareStop[] {
    return this.#stops;
  }

  /** Addresses of instructions that are replaced while the guest runs. */
  get replaced(): number[] {
    const addresses = [...this.#placed.values()]
      .filter(({ type, stops }) => isBreakpoint(type) && stops.length === 0)
      .map(({ address }) => address);
    return [...new Set(addresses)];
  }

  /** Memory whose bytes are compared when somebody may have written them. */
  get watched(): WatchedRange[] {
    return [...this.#placed.values()].filter(({ type }) => type === "write");
  }

  /** Whether the guest has to run instruction by instruction to see all. */
  get needSteps(): boolean {
    return [...this.#placed.values()].some(({ type, stops }) =>
      type === "write" && stops.length === 0
    );
  }

  /** What a stop at an instruction is called; undefined where there is none. */
  at(address: bigint): string | undefined {
    const found = [...this.#placed.values()].filter((placed) =>
      isBreakpoint(placed.type) && BigInt(placed.address) === address
    );
    if (found.length === 0) return undefined;
    return found.some(({ type }) => type === "software") ? "swbreak" : "hwbreak";
  }

  /**
   * What a stop is called that debug registers caused.
   *
   * @param met a bit for each of {@link stops}
   */
  met(met: number): string | undefined {
    const owners = this.#owners.filter((_, index) => (met >> index & 1) !== 0);
    const data = owners.find(({ type }) => !isBreakpoint(type));
    if (data !== undefined) return watchReason(data);
    return owners.length > 0 ? "hwbreak" : undefined;
  }
}

function isBreakpoint(type: StopType): boolean {
  return type === "software" || type === "hardware";
}

/** What a stop is called that a write or access caused. */
export function watchReason(
  { type = "write", address }: { type?: StopType; address: number },
): string {
  return `${type === "access" ? "awatch" : "watch"}:${address.toString(16)}`;
}

/** Cuts memory into parts that a debug register can watch: aligned to their size. */
function cut(address: number, length: number): (readonly [number, 1 | 2 | 4 | 8])[] {
  const SIZES = [8, 4, 2, 1] as const;
  const parts: (readonly [number, 1 | 2 | 4 | 8])[] = [];
  // One more than there are registers is as good as all of them.
  for (let at = address; at < address + length && parts.length <= HARDWARE_STOPS;) {
    const size = SIZES.find((size) => at % size === 0 && at + size <= address + length)!;
    parts.push([at, size]);
    at += size;
  }
  return parts;
}
