/**
 * Which man pages there are. Pure.
 *
 * @module
 */
import { COMMANDS, SOLO5 } from "../../src/cli/description/commands.ts";
import type { Page } from "./man_page.ts";

/** Commands that are programs too: by the name of a link they are called. */
export const LINKS: readonly string[] = ["hvt", "elftool"];

/** What a page of a command names beside the overview. */
const RELATED: Readonly<Record<string, readonly string[]>> = {
  run: ["sandbox", "manifest", "hvt"],
  sandbox: ["run"],
  hvt: ["run"],
  manifest: ["elftool"],
  elftool: ["manifest"],
};

/** The page of the program, and one of each command. */
export function pages(): Page[] {
  const overview: Page = {
    name: "solo5",
    calls: ["solo5"],
    command: SOLO5,
    related: COMMANDS.map(({ name }) => `solo5-${name}`),
    overview: true,
  };
  return [
    overview,
    ...COMMANDS.map((command): Page => {
      const { name } = command;
      const calls = [`solo5 ${name}`];
      if (LINKS.includes(name)) calls.unshift(`solo5-${name}`);
      const related = ["solo5", ...(RELATED[name] ?? []).map((each) => `solo5-${each}`)];
      return { name: `solo5-${name}`, calls, command, related };
    }),
  ];
}
