/**
 * What a built executable says of itself in its ELF structures: the machine it
 * is for, and what it needs of the libraries there (System V gABI chapters 4 and
 * 5; for versions, the LSB's "Symbol Versioning").
 *
 * @module
 */
import { OperatorError } from "../../src/errors.ts";

/** A file's bytes, by offset. */
export interface Bytes {
  /** What messages call it. */
  readonly name: string;
  /** As many as there are from an offset on, at most `length`. */
  read(offset: number, length: number): Uint8Array<ArrayBuffer>;
}

/** A program for Linux. */
export interface Program {
  /** Debian's name of its machine. */
  readonly architecture: "amd64" | "arm64";
  /** The libraries that it is linked to: `libc.so.6`. */
  readonly libraries: readonly string[];
  /** The newest version of glibc whose symbols it has: `[2, 27]`. */
  readonly glibc: readonly [major: number, minor: number];
}

/** `e_machine`, and what Debian calls it. */
const ARCHITECTURES: Readonly<Record<number, Program["architecture"]>> = {
  62: "amd64",
  183: "arm64",
};

/** Offsets in the ELF header. */
const Header = { size: 64, machine: 18, phoff: 32, phentsize: 54, phnum: 56 } as const;
/** Offsets in a program header, and the types that matter. */
const Segment = {
  size: 56,
  offset: 8,
  vaddr: 16,
  filesz: 32,
  load: 1,
  dynamic: 2,
} as const;
/** An entry of the dynamic section: its size, and the tags that matter. */
const Dynamic = {
  size: 16,
  needed: 1n,
  strtab: 5n,
  strsz: 10n,
  verneed: 0x6ffffffen,
} as const;
/** Offsets in what is needed of a library, and in a version of it. */
const Need = { size: 16, aux: 8, next: 12 } as const;
const Version = { size: 16, name: 8, next: 12 } as const;

/** More than any program has; a damaged one could have no end. */
const VERSIONS_AT_MOST = 1000;

/** `7f 45 4c 46`, 64 bit, little-endian. */
const IDENT = [0x7f, 0x45, 0x4c, 0x46, 2, 1];

const REMEDY = "give a program that deno task build made for Linux";

/**
 * Reads a program's structures.
 *
 * @throws {OperatorError} for what is no program of a machine that there are
 *   packages for, or is cut short
 */
export function readProgram(bytes: Bytes): Program {
  const damaged = () =>
    new OperatorError(bytes.name, "is cut short or damaged", "build it again");
  const view = (offset: number | bigint, length: number | bigint) => {
    const found = bytes.read(Number(offset), Number(length));
    if (found.length < Number(length)) throw damaged();
    return new DataView(found.buffer, found.byteOffset, found.length);
  };
  const start = bytes.read(0, Header.size);
  if (start.length < Header.size || IDENT.some((byte, at) => start[at] !== byte)) {
    throw new OperatorError(bytes.name, "is no 64-bit program for Linux", REMEDY);
  }
  const header = new DataView(start.buffer, start.byteOffset);
  const machine = header.getUint16(Header.machine, true);
  const architecture = ARCHITECTURES[machine];
  if (architecture === undefined) {
    throw new OperatorError(
      bytes.name,
      `is for another machine (ELF number ${machine})`,
      "give a program for x86_64 or aarch64",
    );
  }

  const count = header.getUint16(Header.phnum, true);
  const table = view(header.getBigUint64(Header.phoff, true), count * Segment.size);
  const segments = Array.from({ length: count }, (_, index) => {
    const at = index * Segment.size;
    const field = (offset: number) => table.getBigUint64(at + offset, true);
    return {
      type: table.getUint32(at, true),
      offset: field(Segment.offset),
      vaddr: field(Segment.vaddr),
      filesz: field(Segment.filesz),
    };
  });
  /** Where in the file an address of the running program is. */
  const locate = (address: bigint) => {
    const segment = segments.find(({ type, vaddr, filesz }) =>
      type === Segment.load && address >= vaddr && address < vaddr + filesz
    );
    if (segment === undefined) throw damaged();
    return address - segment.vaddr + segment.offset;
  };

  const dynamic = segments.find(({ type }) => type === Segment.dynamic);
  if (dynamic === undefined) return { architecture, libraries: [], glibc: [0, 0] };
  if (dynamic.filesz > 65536n) throw damaged();
  const section = view(dynamic.offset, dynamic.filesz);
  const entries: (readonly [tag: bigint, value: bigint])[] = [];
  for (let at = 0; at + Dynamic.size <= section.byteLength; at += Dynamic.size) {
    entries.push([section.getBigUint64(at, true), section.getBigUint64(at + 8, true)]);
  }
  const valueOf = (wanted: bigint) => entries.find(([tag]) => tag === wanted)?.[1];
  const strings = valueOf(Dynamic.strtab), size = valueOf(Dynamic.strsz) ?? 0n;
  if (strings === undefined || size > 1n << 26n) throw damaged();
  const names = new Uint8Array(view(locate(strings), size).buffer);
  const nameAt = (offset: number) => {
    const end = names.indexOf(0, offset);
    if (end < 0) throw damaged();
    return new TextDecoder().decode(names.subarray(offset, end));
  };

  return {
    architecture,
    libraries: entries.filter(([tag]) => tag === Dynamic.needed)
      .map(([, offset]) => nameAt(Number(offset))),
    glibc: newest(neededVersions()),
  };

  function* neededVersions(): Generator<string> {
    const address = valueOf(Dynamic.verneed);
    if (address === undefined) return;
    let at = locate(address), seen = 0;
    for (let next = -1; next !== 0; at += BigInt(next)) {
      const need = view(at, Need.size);
      next = need.getUint32(Need.next, true);
      let aux = at + BigInt(need.getUint32(Need.aux, true));
      for (let more = -1; more !== 0; aux += BigInt(more)) {
        if (++seen > VERSIONS_AT_MOST) throw damaged();
        const version = view(aux, Version.size);
        more = version.getUint32(Version.next, true);
        yield nameAt(version.getUint32(Version.name, true));
      }
    }
  }
}

/** The newest of `GLIBC_2.27`, …; others do not count. */
function newest(versions: Iterable<string>): readonly [number, number] {
  let found: readonly [number, number] = [0, 0];
  for (const version of versions) {
    const [, major, minor] = /^GLIBC_(\d+)\.(\d+)/.exec(version) ?? [];
    if (major === undefined) continue;
    found = laterOf(found, [Number(major), Number(minor)]);
  }
  return found;
}

/** The later of two versions. */
export function laterOf(
  a: readonly [number, number],
  b: readonly [number, number],
): readonly [number, number] {
  return a[0] > b[0] || (a[0] === b[0] && a[1] >= b[1]) ? a : b;
}
