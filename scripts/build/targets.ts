/**
 * What a build can be made for. Pure.
 *
 * @module
 */

/** A system and machine, as `deno compile --target` names it. */
export interface Target {
  /** Deno's name. */
  readonly name: string;
  /** Behind the program's name. */
  readonly suffix: "" | ".exe";
  /** What the program may ask the runtime for, and no more. */
  readonly permissions: readonly string[];
  /** How the runtime's file begins: its form, and the machine in it. */
  readonly runtime: RuntimeForm;
}

/** Forms of program files, and the machine's number at its place in them. */
export type RuntimeForm =
  /** ELF: `e_machine` (gABI, chapter 4). */
  | { readonly form: "ELF"; readonly machine: number }
  /** Mach-O of 64 bits: `cputype` (mach-o/loader.h). */
  | { readonly form: "Mach-O"; readonly machine: number }
  /** PE: `Machine` of the COFF header (PE format, "Machine Types"). */
  | { readonly form: "PE"; readonly machine: number };

/** Files, devices and taps are opened through libc. */
const LIBC = ["--allow-ffi"];

/** Without libc: images are read, sources of manifests written. */
const FILES = ["--allow-read", "--allow-write"];

/** Every target, the tested one first. */
export const TARGETS: readonly Target[] = [
  {
    name: "x86_64-unknown-linux-gnu",
    suffix: "",
    permissions: LIBC,
    runtime: { form: "ELF", machine: 62 },
  },
  {
    name: "aarch64-unknown-linux-gnu",
    suffix: "",
    permissions: LIBC,
    runtime: { form: "ELF", machine: 183 },
  },
  {
    name: "x86_64-apple-darwin",
    suffix: "",
    permissions: FILES,
    runtime: { form: "Mach-O", machine: 0x0100_0007 },
  },
  {
    name: "aarch64-apple-darwin",
    suffix: "",
    permissions: FILES,
    runtime: { form: "Mach-O", machine: 0x0100_000c },
  },
  {
    name: "x86_64-pc-windows-msvc",
    suffix: ".exe",
    permissions: FILES,
    runtime: { form: "PE", machine: 0x8664 },
  },
  {
    name: "aarch64-pc-windows-msvc",
    suffix: ".exe",
    permissions: FILES,
    runtime: { form: "PE", machine: 0xaa64 },
  },
];

/** Whether a runtime's file is for a target, by its first bytes. */
export function isRuntimeFor({ runtime }: Target, head: Uint8Array): boolean {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const has = (offset: number, length: number) => offset + length <= head.length;
  switch (runtime.form) {
    case "ELF":
      return has(18, 2) && view.getUint32(0) === 0x7f45_4c46 &&
        view.getUint16(18, true) === runtime.machine;
    case "Mach-O":
      return has(4, 4) && view.getUint32(0, true) === 0xfeed_facf &&
        view.getUint32(4, true) === runtime.machine;
    case "PE": {
      if (!has(60, 4) || view.getUint16(0) !== 0x4d5a) return false;
      const header = view.getUint32(60, true);
      return has(header, 6) && view.getUint32(header) === 0x5045_0000 &&
        view.getUint16(header + 4, true) === runtime.machine;
    }
  }
}
