/**
 * The completions for every shell, and where each looks for them. Pure.
 *
 * @module
 */
import { bashCompletion, PROGRAMS } from "./bash.ts";
import { fishCompletion } from "./fish.ts";
import { zshCompletion } from "./zsh.ts";

const BASH = "share/bash-completion/completions";
const ZSH = "share/zsh/site-functions";
const FISH = "share/fish/vendor_completions.d";

/**
 * The files. bash and fish look for one by the name of the program, so links have
 * files that lead to that of `solo5`.
 */
export function completions(): { path: string; text: string }[] {
  return [
    { path: `${BASH}/solo5`, text: bashCompletion() },
    { path: `${ZSH}/_solo5`, text: zshCompletion() },
    { path: `${FISH}/solo5.fish`, text: fishCompletion() },
    ...PROGRAMS.flatMap((program) => [
      { path: `${BASH}/${program}`, text: '. "${BASH_SOURCE[0]%/*}/solo5"\n' },
      {
        path: `${FISH}/${program}.fish`,
        text: "source (path dirname (status filename))/solo5.fish\n",
      },
    ]),
  ];
}
