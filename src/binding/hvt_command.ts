/**
 * The command line of Solo5's own tender, `solo5-hvt`: where its options end.
 *
 * @module
 */

/** What a command line of `solo5-hvt` is, before any file is looked at. */
export type HvtCommand =
  | { readonly kind: "help" | "version" | "missing kernel" }
  | {
    readonly kind: "run";
    /** Everything before the image, `--` left out. */
    readonly options: readonly string[];
    /** The image's path. */
    readonly kernel: string;
    /** The guest's arguments. */
    readonly args: readonly string[];
  };

/**
 * Finds the image. Options are what begins with `-` before it; `--help` and
 * `--version` win over everything else, the first of them first.
 */
export function parseHvtCommand(args: readonly string[]): HvtCommand {
  let index = 0;
  for (; index < args.length; index++) {
    const word = args[index]!;
    if (word === "--help") return { kind: "help" };
    if (word === "--version") return { kind: "version" };
    if (word === "--" || !word.startsWith("-")) break;
  }
  const options = args.slice(0, index);
  if (args[index] === "--") index++;
  const kernel = args[index];
  if (kernel === undefined) return { kind: "missing kernel" };
  return { kind: "run", options, kernel, args: args.slice(index + 1) };
}
