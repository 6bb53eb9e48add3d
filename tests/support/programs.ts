/**
 * Programs that a permission set of `deno.json` cannot name.
 *
 * @module
 */

/**
 * A program whose path is not known beforehand: a link or a copy in a temporary
 * folder, something just compiled, this very Deno. `env` starts it, which the
 * permission sets name, and becomes it, so that process, signals and status are
 * the program's own.
 *
 * Variables go through `env` as well: with a list of programs Deno sets no `LD_*`
 * for them, and it looks a program up in the `PATH` that is set.
 *
 * @param argv its path and its arguments; a name is looked up in `PATH`
 * @param options as for any command; where there is no such program, the status
 *   is 127
 */
export function program(
  argv: readonly string[],
  options: Omit<Deno.CommandOptions, "args"> = {},
): Deno.Command {
  if (argv[0]!.includes("=")) throw new Error(`${argv[0]}: env takes it for a variable`);
  const { env = {}, ...others } = options;
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return new Deno.Command("env", { ...others, args: [...variables, ...argv] });
}
