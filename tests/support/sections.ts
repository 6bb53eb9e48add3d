/**
 * Gives an image section headers.
 *
 * @module
 */

/** A section. */
export interface BuiltSection {
  /** Its name. */
  readonly name: string;
  /** `sh_type`. */
  readonly type: number;
  /** `sh_entsize`. */
  readonly entryBytes?: number;
  /** What stands in the file for it; zeros if only `bytes` is given. */
  readonly contents?: Uint8Array;
  /** How many zeros stand in the file for it. */
  readonly bytes?: number;
  /** What its header says of its size, where that is a lie. */
  readonly size?: bigint;
}

const HEADER_BYTES = 64;

/** Adds sections behind everything else, and one with their names. */
export function addSections(
  image: Uint8Array,
  sections: readonly BuiltSection[],
): Uint8Array<ArrayBuffer> {
  const names = `\0${[...sections.map(({ name }) => name), ".shstrtab"].join("\0")}\0`;
  const all: readonly BuiltSection[] = [
    ...sections,
    { name: ".shstrtab", type: 3, contents: new TextEncoder().encode(names) },
  ];
  const contents = all.map(({ contents, bytes }) =>
    contents ?? new Uint8Array(bytes ?? 0)
  );
  const total = contents.reduce((sum, { length }) => sum + length, 0);
  const table = image.length + total;
  const file = new Uint8Array(table + (all.length + 1) * HEADER_BYTES);
  file.set(image);
  const view = new DataView(file.buffer);
  let at = image.length;
  for (const [index, section] of all.entries()) {
    const header = table + (index + 1) * HEADER_BYTES;
    view.setUint32(header, names.indexOf(`\0${section.name}\0`) + 1, true);
    view.setUint32(header + 4, section.type, true);
    view.setBigUint64(header + 24, BigInt(at), true);
    const size = section.size ?? BigInt(contents[index]!.length);
    view.setBigUint64(header + 32, size, true);
    view.setBigUint64(header + 56, BigInt(section.entryBytes ?? 0), true);
    file.set(contents[index]!, at);
    at += contents[index]!.length;
  }
  view.setBigUint64(40, BigInt(table), true);
  view.setUint16(58, HEADER_BYTES, true);
  view.setUint16(60, all.length + 1, true);
  view.setUint16(62, all.length, true);
  return file;
}
