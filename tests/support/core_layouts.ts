/**
 * Layouts and numbers of core files, as the compiler is asked for them.
 *
 * @module
 */
import * as core from "../../ffi/linux/core.ts";

/** A field: where the layout has it, its size in bytes, its name in C. */
export type Field = readonly [offset: number, size: number, member: string];

/** A structure of the kernel or libc, all of whose known fields are listed. */
export interface Structure {
  readonly name: string;
  readonly size: number | undefined;
  readonly fields: readonly Field[];
}

const { ThreadStatus, ProcessInfo } = core;

/** `linux/elf.h` and `sys/procfs.h`. */
export const CORE_STRUCTURES: readonly Structure[] = [
  {
    name: "elf_prstatus",
    size: ThreadStatus.size,
    fields: [
      [ThreadStatus.infoSignal, 4, "pr_info.si_signo"],
      [ThreadStatus.currentSignal, 2, "pr_cursig"],
      [ThreadStatus.processId, 4, "pr_pid"],
      [ThreadStatus.registers, 8 * core.USER_REGISTERS.length, "pr_reg"],
    ],
  },
  {
    name: "elf_prpsinfo",
    size: ProcessInfo.size,
    fields: [
      [ProcessInfo.processId, 4, "pr_pid"],
      [ProcessInfo.programName, ProcessInfo.programNameBytes, "pr_fname"],
      [ProcessInfo.commandLine, ProcessInfo.commandLineBytes, "pr_psargs"],
    ],
  },
  {
    name: "user_regs_struct",
    size: 8 * core.USER_REGISTERS.length,
    fields: core.USER_REGISTERS.map((name, index) => [8 * index, 8, name]),
  },
  {
    name: "elf64_hdr",
    size: core.ElfHeader.size,
    fields: [
      [core.ElfHeader.type, 2, "e_type"],
      [core.ElfHeader.machine, 2, "e_machine"],
      [core.ElfHeader.version, 4, "e_version"],
      [core.ElfHeader.programHeaders, 8, "e_phoff"],
      [core.ElfHeader.headerBytes, 2, "e_ehsize"],
      [core.ElfHeader.programHeaderBytes, 2, "e_phentsize"],
      [core.ElfHeader.programHeaderCount, 2, "e_phnum"],
    ],
  },
  {
    name: "elf64_phdr",
    size: core.ProgramHeader.size,
    fields: [
      [core.ProgramHeader.type, 4, "p_type"],
      [core.ProgramHeader.flags, 4, "p_flags"],
      [core.ProgramHeader.fileOffset, 8, "p_offset"],
      [core.ProgramHeader.virtualAddress, 8, "p_vaddr"],
      [core.ProgramHeader.physicalAddress, 8, "p_paddr"],
      [core.ProgramHeader.fileBytes, 8, "p_filesz"],
      [core.ProgramHeader.memoryBytes, 8, "p_memsz"],
      [core.ProgramHeader.alignment, 8, "p_align"],
    ],
  },
  {
    name: "elf64_note",
    size: core.NoteHeader.size,
    fields: [
      [core.NoteHeader.nameBytes, 4, "n_namesz"],
      [core.NoteHeader.contentBytes, 4, "n_descsz"],
      [core.NoteHeader.type, 4, "n_type"],
    ],
  },
];

/** What else C has a word for: an expression, and our number. */
export const CORE_CONSTANTS: readonly (readonly [expression: string, value: number])[] = [
  ["EI_CLASS", core.ElfHeader.class],
  ["EI_DATA", core.ElfHeader.data],
  ["EI_VERSION", core.ElfHeader.identVersion],
  ["ELFCLASS64", core.ElfValue.class64],
  ["ELFDATA2LSB", core.ElfValue.littleEndian],
  ["EV_CURRENT", core.ElfValue.currentVersion],
  ["ET_CORE", core.ElfValue.typeCore],
  ["EM_X86_64", core.ElfValue.machineX86_64],
  ["PT_LOAD", core.SegmentType.LOAD],
  ["PT_NOTE", core.SegmentType.NOTE],
  ["PF_X", core.SegmentFlag.EXECUTE],
  ["PF_W", core.SegmentFlag.WRITE],
  ["PF_R", core.SegmentFlag.READ],
  ["NT_PRSTATUS", core.NoteType.PRSTATUS],
  ["NT_PRPSINFO", core.NoteType.PRPSINFO],
];
