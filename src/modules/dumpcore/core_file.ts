/**
 * The head of a core file: ELF header, program headers, notes. Behind it, from
 * {@link MEMORY_OFFSET} on, stands the guest's memory, gpa 0 first.
 *
 * @module
 */
import {
  ElfHeader,
  ElfValue,
  NoteHeader,
  NoteType,
  ProcessInfo,
  ProgramHeader,
  SegmentFlag,
  SegmentType,
  ThreadStatus,
  USER_REGISTERS,
} from "../../../ffi/linux/core.ts";
import { PAGE_BYTES } from "../../contract/limits.ts";
import { encodeRaw } from "../../contract/raw_text.ts";
import type { CoreRegisters } from "./registers.ts";

/** Where guest memory begins in the file: a page's start, so that holes are whole. */
export const MEMORY_OFFSET = PAGE_BYTES;

/** What the head of a core says. */
export interface CoreFacts {
  /** Guest memory in bytes. */
  readonly memoryBytes: number;
  /** The registers to show. */
  readonly registers: CoreRegisters;
  /** The signal to show: how the guest ended, in the words of a process. */
  readonly signal: number;
  /** The tender's process. */
  readonly processId: number;
  /** The unikernel's file. */
  readonly imageName: string;
  /** What the guest was started with. */
  readonly commandLine: string;
}

/** Who wrote the notes below, for those who read them: as the kernel does. */
const NOTE_NAME = "CORE\0";

/** Lays out everything in front of guest memory: {@link MEMORY_OFFSET} bytes. */
export function encodeHead(facts: CoreFacts): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(MEMORY_OFFSET);
  const view = new DataView(bytes.buffer);
  const notes = [encodeNote(NoteType.PRSTATUS, threadStatus(facts))];
  const program = encodeRaw(facts.imageName.replace(/^.*\//s, ""));
  // gdb holds the name in a core against that of the file that it is given, and
  // warns where they differ: none is better than one that is cut.
  if (program.length < ProcessInfo.programNameBytes) {
    notes.push(encodeNote(NoteType.PRPSINFO, processInfo(facts, program)));
  }
  const notesAt = ElfHeader.size + 2 * ProgramHeader.size;
  let end = notesAt;
  for (const note of notes) {
    bytes.set(note, end);
    end += note.length;
  }
  setElfHeader(view, 2);
  setProgramHeader(view, ElfHeader.size, {
    type: SegmentType.NOTE,
    flags: 0,
    offset: notesAt,
    bytes: end - notesAt,
    inMemory: 0,
    alignment: 4,
  });
  setProgramHeader(view, ElfHeader.size + ProgramHeader.size, {
    type: SegmentType.LOAD,
    flags: SegmentFlag.READ | SegmentFlag.WRITE | SegmentFlag.EXECUTE,
    offset: MEMORY_OFFSET,
    bytes: facts.memoryBytes,
    inMemory: facts.memoryBytes,
    alignment: PAGE_BYTES,
  });
  return bytes;
}

function setElfHeader(view: DataView, programHeaders: number): void {
  new Uint8Array(view.buffer).set(ElfValue.magic, ElfHeader.magic);
  view.setUint8(ElfHeader.class, ElfValue.class64);
  view.setUint8(ElfHeader.data, ElfValue.littleEndian);
  view.setUint8(ElfHeader.identVersion, ElfValue.currentVersion);
  view.setUint16(ElfHeader.type, ElfValue.typeCore, true);
  view.setUint16(ElfHeader.machine, ElfValue.machineX86_64, true);
  view.setUint32(ElfHeader.version, ElfValue.currentVersion, true);
  view.setBigUint64(ElfHeader.programHeaders, BigInt(ElfHeader.size), true);
  view.setUint16(ElfHeader.headerBytes, ElfHeader.size, true);
  view.setUint16(ElfHeader.programHeaderBytes, ProgramHeader.size, true);
  view.setUint16(ElfHeader.programHeaderCount, programHeaders, true);
}

/** A part of the file; the virtual and physical address are 0. */
function setProgramHeader(
  view: DataView,
  at: number,
  part: {
    readonly type: number;
    readonly flags: number;
    readonly offset: number;
    readonly bytes: number;
    readonly inMemory: number;
    readonly alignment: number;
  },
): void {
  const set = (field: number, value: number) =>
    view.setBigUint64(at + field, BigInt(value), true);
  view.setUint32(at + ProgramHeader.type, part.type, true);
  view.setUint32(at + ProgramHeader.flags, part.flags, true);
  set(ProgramHeader.fileOffset, part.offset);
  set(ProgramHeader.fileBytes, part.bytes);
  set(ProgramHeader.memoryBytes, part.inMemory);
  set(ProgramHeader.alignment, part.alignment);
}

function encodeNote(type: number, content: Uint8Array): Uint8Array {
  const name = new TextEncoder().encode(NOTE_NAME);
  const contentAt = NoteHeader.size + padded(name.length);
  const bytes = new Uint8Array(contentAt + padded(content.length));
  const view = new DataView(bytes.buffer);
  view.setUint32(NoteHeader.nameBytes, name.length, true);
  view.setUint32(NoteHeader.contentBytes, content.length, true);
  view.setUint32(NoteHeader.type, type, true);
  bytes.set(name, NoteHeader.size);
  bytes.set(content, contentAt);
  return bytes;
}

/** Parts of a note are padded to 4 bytes. */
function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}

function threadStatus(facts: CoreFacts): Uint8Array {
  const bytes = new Uint8Array(ThreadStatus.size);
  const view = new DataView(bytes.buffer);
  view.setInt32(ThreadStatus.infoSignal, facts.signal, true);
  view.setInt16(ThreadStatus.currentSignal, facts.signal, true);
  view.setInt32(ThreadStatus.processId, facts.processId, true);
  for (const [index, name] of USER_REGISTERS.entries()) {
    view.setBigUint64(ThreadStatus.registers + index * 8, facts.registers[name], true);
  }
  return bytes;
}

function processInfo(facts: CoreFacts, program: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(ProcessInfo.size);
  new DataView(bytes.buffer).setInt32(ProcessInfo.processId, facts.processId, true);
  bytes.set(program, ProcessInfo.programName);
  const { imageName, commandLine } = facts;
  const words = commandLine === "" ? imageName : `${imageName} ${commandLine}`;
  const room = ProcessInfo.commandLineBytes - 1;
  bytes.set(encodeRaw(words).subarray(0, room), ProcessInfo.commandLine);
  return bytes;
}
