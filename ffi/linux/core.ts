/**
 * `elf.h` and `sys/procfs.h`: what a core file is made of, as data (x86_64).
 * Sizes and offsets are in bytes.
 *
 * @module
 */

/** `Elf64_Ehdr`: the fields of a core that are not 0. */
export const ElfHeader = {
  size: 64,
  magic: 0,
  class: 4,
  data: 5,
  identVersion: 6,
  type: 16,
  machine: 18,
  version: 20,
  programHeaders: 32,
  headerBytes: 52,
  programHeaderBytes: 54,
  programHeaderCount: 56,
} as const;

/** Values of those fields. */
export const ElfValue = {
  magic: [0x7f, 0x45, 0x4c, 0x46],
  class64: 2,
  littleEndian: 1,
  currentVersion: 1,
  typeCore: 4,
  machineX86_64: 62,
} as const;

/** `Elf64_Phdr`. */
export const ProgramHeader = {
  size: 56,
  type: 0,
  flags: 4,
  fileOffset: 8,
  virtualAddress: 16,
  physicalAddress: 24,
  fileBytes: 32,
  memoryBytes: 40,
  alignment: 48,
} as const;

/** Program header types. */
export const SegmentType = { LOAD: 1, NOTE: 4 } as const;

/** Program header flags. */
export const SegmentFlag = { EXECUTE: 1, WRITE: 2, READ: 4 } as const;

/** `Elf64_Nhdr`; name and descriptor follow, each padded to 4 bytes. */
export const NoteHeader = { size: 12, nameBytes: 0, contentBytes: 4, type: 8 } as const;

/** Note types of a core. */
export const NoteType = { PRSTATUS: 1, PRPSINFO: 3 } as const;

/** `struct elf_prstatus`: a thread. */
export const ThreadStatus = {
  size: 336,
  infoSignal: 0,
  currentSignal: 12,
  processId: 32,
  registers: 112,
} as const;

/** `struct elf_prpsinfo`: the process. */
export const ProcessInfo = {
  size: 136,
  processId: 24,
  programName: 40,
  programNameBytes: 16,
  commandLine: 56,
  commandLineBytes: 80,
} as const;

/** `struct user_regs_struct`: the order of `pr_reg`, 8 bytes each. */
export const USER_REGISTERS = [
  ...["r15", "r14", "r13", "r12", "rbp", "rbx", "r11", "r10", "r9", "r8", "rax"],
  ...["rcx", "rdx", "rsi", "rdi", "orig_rax", "rip", "cs", "eflags", "rsp", "ss"],
  ...["fs_base", "gs_base", "ds", "es", "fs", "gs"],
] as const;
