/**
 * Reads core files, from their bytes alone: an ELF reader of its own, so that
 * what the tender writes is not held against itself.
 *
 * @module
 */

/** `pr_reg` of `struct elf_prstatus` on x86_64, as Solo5's tender fills it too. */
const REGISTERS =
  "r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp ss fs_base gs_base ds es fs gs"
    .split(" ");

/** A core file, read. */
export interface Core {
  /** `e_type`, `e_machine`, `e_phnum`. */
  readonly header: readonly number[];
  /** Notes: name and type. */
  readonly notes: readonly (readonly [name: string, type: number])[];
  /** `pr_cursig`. */
  readonly signal: number;
  /** `pr_pid`. */
  readonly processId: number;
  /** The registers, by name. */
  readonly registers: Readonly<Record<string, bigint>>;
  /** `pr_psargs`, where there is such a note. */
  readonly commandLine: string | undefined;
  /** The only PT_LOAD: where it stands in the file, and its fields. */
  readonly load: {
    readonly offset: number;
    readonly address: number;
    readonly fileBytes: number;
    readonly memoryBytes: number;
    readonly alignment: number;
    readonly flags: number;
  };
}

/** Reads the head of a core. */
export function readCoreHead(bytes: Uint8Array): Core {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const u16 = (at: number) => view.getUint16(at, true);
  const u32 = (at: number) => view.getUint32(at, true);
  const u64 = (at: number) => Number(view.getBigUint64(at, true));
  const text = (at: number, length: number) =>
    new TextDecoder().decode(bytes.subarray(at, at + length)).replace(/\0.*$/s, "");
  if (text(1, 3) !== "ELF") throw new Error("no ELF file");
  const parts = Array.from({ length: u16(56) }, (_, index) => u64(32) + 56 * index);
  const noteAt = parts.find((at) => u32(at) === 4)!;
  const loadAt = parts.find((at) => u32(at) === 1)!;
  const notes: [string, number][] = [];
  const contents = new Map<number, number>();
  const end = u64(noteAt + 8) + u64(noteAt + 32);
  for (let at = u64(noteAt + 8); at < end;) {
    const content = at + 12 + Math.ceil(u32(at) / 4) * 4;
    notes.push([text(at + 12, u32(at)), u32(at + 8)]);
    contents.set(u32(at + 8), content);
    at = content + Math.ceil(u32(at + 4) / 4) * 4;
  }
  const status = contents.get(1)!, info = contents.get(3);
  return {
    header: [u16(16), u16(18), u16(56)],
    notes,
    signal: u16(status + 12),
    processId: u32(status + 32),
    registers: Object.fromEntries(REGISTERS.map((name, index) => [
      name,
      view.getBigUint64(status + 112 + 8 * index, true),
    ])),
    commandLine: info === undefined ? undefined : text(info + 56, 80),
    load: {
      flags: u32(loadAt + 4),
      offset: u64(loadAt + 8),
      address: u64(loadAt + 16),
      fileBytes: u64(loadAt + 32),
      memoryBytes: u64(loadAt + 40),
      alignment: u64(loadAt + 48),
    },
  };
}

/** A core on disk: its head, and its memory by gpa. */
export interface CoreOnDisk extends Core {
  /** Reads guest memory. */
  memory(gpa: number, length: number): Uint8Array;
}

/** Reads a core file; memory is read when it is asked for. */
export function readCore(path: string): CoreOnDisk {
  const read = (offset: number, length: number) => {
    using file = Deno.openSync(path);
    file.seekSync(offset, Deno.SeekMode.Start);
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length;) {
      const count = file.readSync(bytes.subarray(done));
      if (count === null) throw new Error(`${path} ends before ${offset + length}`);
      done += count;
    }
    return bytes;
  };
  const core = readCoreHead(read(0, 4096));
  return { ...core, memory: (gpa, length) => read(core.load.offset + gpa, length) };
}
