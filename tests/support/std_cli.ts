/**
 * `parseArgs` of `@std/cli` for what the development scripts use of it, over
 * `node:util` (docs/decisions/0003-std-names.md).
 *
 * @module
 */
import { parseArgs as parseArgsOfNode } from "node:util";

/** Reads options with values (`--name=value`) and the words beside them. */
export function parseArgs(
  args: readonly string[],
  options: { readonly string?: readonly string[]; readonly boolean?: readonly string[] },
): Record<string, string | boolean | undefined> & { _: string[] } {
  const config: Record<string, { type: "string" | "boolean" }> = {};
  for (const name of options.string ?? []) config[name] = { type: "string" };
  for (const name of options.boolean ?? []) config[name] = { type: "boolean" };
  const { values, positionals } = parseArgsOfNode({
    args: [...args],
    options: config,
    allowPositionals: true,
  });
  return Object.assign({ _: positionals }, values) as
    & Record<string, string | boolean | undefined>
    & { _: string[] };
}
