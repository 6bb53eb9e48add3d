/**
 * Where the checkout is, and how its `solo5` is run.
 *
 * @module
 */

/** The checkout's root, ending in `/`. */
export const ROOT: string = new URL("../../", import.meta.url).pathname;

/** How the checkout is run, with {@link tenderEnvironment}. */
export function tenderCommand(root: string = ROOT): string[] {
  return [`${root}scripts/solo5`];
}

/** Has `scripts/solo5` run this very Deno. */
export function tenderEnvironment(): { PATH: string } {
  const directory = Deno.execPath().replace(/\/[^/]*$/, "");
  return { PATH: `${directory}:${Deno.env.get("PATH") ?? "/usr/bin:/bin"}` };
}
