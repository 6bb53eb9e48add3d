/**
 * The symbols of a guest that has kept them.
 *
 * @module
 */

/** Layouts of ELF64 (gABI chapter 4): header, section header, symbol. */
const HEADER = { sectionHeaders: 40, count: 60 } as const;
const SECTION = { size: 64, type: 4, offset: 24, bytes: 32, link: 40 } as const;
const SYMBOL = { size: 24, name: 0, value: 8 } as const;
const SHT_SYMTAB = 2;

/** Reads the addresses of all symbols, by name. */
export function symbolsOf(path: string): Map<string, number> {
  const bytes = Deno.readFileSync(path);
  const view = new DataView(bytes.buffer);
  const word = (at: number) => Number(view.getBigUint64(at, true));
  const headers = word(HEADER.sectionHeaders);
  const section = (index: number) => headers + index * SECTION.size;
  const symbols = new Map<string, number>();
  for (let index = 0; index < view.getUint16(HEADER.count, true); index++) {
    const at = section(index);
    if (view.getUint32(at + SECTION.type, true) !== SHT_SYMTAB) continue;
    const names = word(section(view.getUint32(at + SECTION.link, true)) + SECTION.offset);
    const start = word(at + SECTION.offset);
    const end = start + word(at + SECTION.bytes);
    for (let symbol = start; symbol < end; symbol += SYMBOL.size) {
      const name = names + view.getUint32(symbol + SYMBOL.name, true);
      const text = new TextDecoder().decode(
        bytes.subarray(name, bytes.indexOf(0, name)),
      );
      symbols.set(text, word(symbol + SYMBOL.value));
    }
  }
  return symbols;
}
