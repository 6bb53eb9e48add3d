/**
 * The only place that opens libc. Each concern names the symbols it needs and
 * gets exactly these, when it first asks for them; what was opened can be
 * listed (`solo5 run --trace=modules`).
 *
 * Variadic functions (`ioctl`, `open`, `fcntl`) are called with fixed
 * signatures, which is right in the C calling conventions of Linux on x86_64
 * and aarch64.
 *
 * @module
 */

const LIBRARY = "libc.so.6";

/** The symbols that one concern opened, in the order of its table. */
export interface OpenedSymbols {
  /** What the symbols are for: `"kvm"`, `"console"`, … */
  readonly concern: string;
  /** The names as the dynamic linker knows them. */
  readonly names: readonly string[];
}

const opened: OpenedSymbols[] = [];

/** Lists every libc symbol that this process has opened so far, by concern. */
export function openedSymbols(): readonly OpenedSymbols[] {
  return opened;
}

/**
 * Prepares a group of libc symbols and returns a function that opens the group
 * at its first call and hands out the same functions ever after.
 */
export function symbolGroup<const S extends Deno.ForeignLibraryInterface>(
  concern: string,
  symbols: S,
): () => Deno.DynamicLibrary<S>["symbols"] {
  let functions: Deno.DynamicLibrary<S>["symbols"] | undefined;
  return () => {
    if (functions === undefined) {
      functions = Deno.dlopen(LIBRARY, symbols).symbols;
      const names = Object.entries(symbols).map(([key, symbol]) =>
        ("name" in symbol ? symbol.name : undefined) ?? key
      );
      opened.push({ concern, names });
    }
    return functions;
  };
}
